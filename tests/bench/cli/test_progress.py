"""What a run says while it works."""

import io

from rich.console import Console

from bench.cli.progress import LiveTable, progress_for

GROUPS = {"tiny@points#0": "tiny@points", "tiny@points#1": "tiny@points"}


def test_a_log_says_how_far_the_timing_of_parts_is():
    stream = io.StringIO()
    with progress_for(stream) as progress:
        progress.started("reports", GROUPS, 1, 70.0)
        for done in range(4):
            progress.timing_parts("tiny@points#0", done, 3)
    first, last = stream.getvalue().splitlines()[1:]  # those between come too soon after the first
    assert first.endswith("tiny@points#0: timing parts of its model, 0 of 3 processes")
    assert last.endswith("3 of 3 processes")


def test_a_terminal_says_how_far_the_timing_of_parts_is_until_a_case_trains():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=120)
    table = LiveTable(console)
    table.started("reports", GROUPS, 1, 70.0)
    table.timing_parts("tiny@points#0", 2, 3)
    console.print(table._draw())
    table.stage("tiny@points#0", "train")
    console.print(table._draw())
    assert stream.getvalue().count("tiny@points#0: timing parts of its model, 2 of 3 processes") == 1


def test_a_log_says_what_is_left_as_cases_end(make):
    stream = io.StringIO()
    with progress_for(stream) as progress:
        progress.started("reports", GROUPS, 1, 70.0)
        progress.stage("tiny@points#0", "train")
        progress.finished(make.case(seed=0))
        progress.measuring("tiny@points#0", 0, 4)
        progress.measuring("", 4, 4)
    lines = stream.getvalue().splitlines()
    assert lines[2].endswith("tiny@points#0: passed in 2.2 s, about 1 min 10 s left")
    assert lines[3].endswith("measured 0 of 4 processes, about 1 min 10 s left")
    assert lines[4].endswith("measured 4 of 4 processes")
