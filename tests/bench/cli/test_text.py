"""Plain tables for the terminal."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.catalog import Catalog
from bench.cli.text import duration, say_failed, sparkline, table
from bench.manager import load_plugins

cells = st.text("abc", max_size=6)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1)))
def test_columns_are_aligned(rows):
    lines = table(rows).splitlines()
    kept = [column for column in zip(*rows, strict=True) if any(column)]
    starts = [2 + sum(max(map(len, column)) + 2 for column in kept[:n]) for n in range(len(kept))]
    for line, row in zip(lines, zip(*kept, strict=True), strict=False):
        assert [line[start : start + len(cell)] for start, cell in zip(starts, row, strict=True)] == list(row)


def test_an_empty_column_is_left_out():
    assert click.unstyle(table([("a", "", "b")], ("x", "y", "z"))) == "  x  z\n  a  b"


def test_a_long_line_is_wrapped_beside_its_row_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "26")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    rows = [("name", "the first of several words"), ("other", "short")]
    assert table(rows) == "  name   the first of\n         several words\n  other  short"


def test_a_long_line_stays_whole_for_other_programs(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert table([("name", "x" * 40)]) == "  name  " + "x" * 40


@pytest.mark.parametrize(
    ("known", "told"), [(None, True), ({}, True), ({"bad": "it broke"}, False), ({"bad": "it"}, True)]
)
def test_what_was_known_is_not_told_again(no_plugins, capsys, known, told):
    catalog = Catalog(load_plugins())
    catalog.plugins.complain("bad", "it broke")
    say_failed(catalog, known)
    assert ("plugin bad failed: it broke" in capsys.readouterr().err) is told


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (4.4, "4 s"),
        (59.6, "1 min"),
        (61, "1 min"),
        (70, "1 min 10 s"),
        (3600, "1 h"),
        (7502, "2 h 5 min"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("values", "drawn"),
    [([1, 2, 3], "▁▅█"), ([3.5, 3.5], "▅▅"), ([0], "▅"), (range(8), "▁▂▃▄▅▆▇█"), ([-1, 1, 0], "▁█▅")],
)
def test_a_sparkline_is_as_high_as_its_values(values, drawn):
    assert sparkline(list(values)) == drawn


def test_a_sparkline_of_many_values_has_room_on_a_line():
    assert sparkline([0] * 500 + [1] * 500) == "▁" * 30 + "█" * 30
