"""Plain tables for the terminal."""

import click
from hypothesis import given
from hypothesis import strategies as st

from bench.cli.text import table

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


def test_a_long_line_is_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert table([("name", "x" * 40)]) == "  name  xxxxxxxxxxx…"
