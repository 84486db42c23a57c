"""Charts as pictures."""

import pytest

from bench.report.figures import draw


@pytest.mark.parametrize("group", ["tiny", "tiny[a=$x$]", "tiny[a=$\\nonsense$]", "tiny[a=$]"])
def test_a_chart_is_drawn_whatever_its_cases_are_called(make, tmp_path, group):
    drawn = draw(make.results(cases=[make.case(group=group)]), tmp_path)
    assert [path for _, path in drawn] == ["images/throughput.png", "images/front.png", "images/curves.png"]
    assert all((tmp_path / path).read_bytes().startswith(b"\x89PNG") for _, path in drawn)


def test_nothing_to_show_draws_nothing(make, tmp_path):
    assert draw(make.results(cases=[]), tmp_path) == []
    assert not (tmp_path / "images").exists()
