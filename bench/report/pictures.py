"""Which of a run's pictures a report shows."""

from dataclasses import dataclass
from pathlib import Path

from bench.report.files import inside
from bench.report.lookup import groups
from bench.results import RunResult

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A picture of a group of cases; `path` is relative to the run directory, `file` where it really is."""

    group: str
    name: str
    path: str
    file: Path


def shown_pictures(results: RunResult, folder: Path) -> tuple[list[Picture], int]:
    """The pictures of the first seed of each group that has some, and how many of them are not there any more."""
    found: list[Picture] = []
    missing = 0
    for group, cases in groups(results).items():
        first = next((case for case in cases if case.pictures), None)
        for picture in first.pictures if first else []:
            file = _file(folder, picture.path)
            if file is None:
                missing += 1
            else:
                found.append(Picture(group, picture.name, picture.path, file))
    return found, missing


def lost(missing: int) -> str:
    """A sentence about pictures that are not there; empty if all are."""
    return f"{missing} of them cannot be shown: not a PNG in the run directory (any more)." if missing else ""


def _file(folder: Path, path: str) -> Path | None:
    """A picture's file, if it is a PNG inside the run directory."""
    file = inside(folder, path)
    try:
        if file is None:
            return None
        with file.open("rb") as content:
            return file if content.read(len(PNG)) == PNG else None
    except OSError:  # it cannot be read
        return None
