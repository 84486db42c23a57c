"""Which of a run's pictures a report shows."""

from collections.abc import Iterator

from bench.report.view import groups
from bench.results import PictureResult, RunResult


def shown_pictures(results: RunResult) -> Iterator[tuple[str, PictureResult]]:
    """The pictures of the first seed of each group; the others are in the run directory."""
    for group, cases in groups(results).items():
        first = next((case for case in cases if case.pictures), None)
        for picture in first.pictures if first else []:
            yield group, picture
