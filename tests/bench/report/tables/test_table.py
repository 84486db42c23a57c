"""A table, whatever writes it."""

import pytest

from bench.report.tables.table import Table, is_empty

TABLE = Table("t", ("a", "b", "c"), [("x", "-", "1"), ("y", "- (5 more)", "2")], words=1)


def test_a_table_says_itself_which_columns_are_figures():
    table = Table("", ("a", "b", "c"), [("1 of 2", "0 of 1", "-")], words=2)
    assert table.numeric == [False, False, True]


def test_a_column_can_be_left_out():
    table = TABLE.without("a", "b", "nonsense")
    assert (table.headers, table.rows, table.words) == (("c",), [("1",), ("2",)], 0)


def test_only_named_columns_are_left_out_and_only_empty_ones():
    assert TABLE.without_empty("b", "c").headers == ("a", "c")
    assert TABLE.without_empty("c").headers == ("a", "b", "c")


@pytest.mark.parametrize(
    ("cell", "empty"), [("", True), ("-", True), ("- (5 more)", True), ("-5", False), ("0", False)]
)
def test_a_reason_is_no_figure(cell, empty):
    assert is_empty(cell) is empty
