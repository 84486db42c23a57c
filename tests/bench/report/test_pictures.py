"""Which pictures a report shows: results.json may name anything."""

import pytest

from bench.report.pictures import PNG, shown_pictures
from bench.results import PictureResult


@pytest.fixture
def folder(tmp_path):
    """A run directory with one picture, beside a file that is none of its own."""
    (tmp_path / "run" / "images").mkdir(parents=True)
    (tmp_path / "run" / "images" / "good.png").write_bytes(PNG)
    (tmp_path / "run" / "notes.png").write_text("no picture")
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "run" / "link.png").symlink_to(tmp_path / "secret.png")
    return tmp_path / "run"


def shown(make, folder, *paths: str) -> tuple[list[str], int]:
    pictures = [PictureResult("a", "forward", path) for path in paths]
    found, missing = shown_pictures(make.results(cases=[make.case(pictures=pictures)]), folder)
    return [picture.path for picture in found], missing


def test_a_picture_in_the_run_directory_is_shown(make, folder):
    assert shown(make, folder, "images/good.png") == (["images/good.png"], 0)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../secret.png", "link.png", "notes.png", "images", "..", "", "lost.png", "a\0b", "x" * 5000],
    ids=lambda path: ascii(path[:12]),
)
def test_what_is_no_png_of_the_run_directory_is_counted_but_not_shown(make, folder, path):
    assert shown(make, folder, path) == ([], 1)


def test_of_several_seeds_the_first_with_pictures_is_shown(make, folder):
    picture = PictureResult("a", "forward", "images/good.png")
    cases = [make.case(), *(make.case(seed=seed, pictures=[picture]) for seed in (1, 2))]
    found, _ = shown_pictures(make.results(cases=cases), folder)
    assert len(found) == 1
