"""The order of a report."""

from bench.report.chapters import chapters, charts
from bench.results import Failure


def told(results, folder) -> dict[str, list[str]]:
    return {chapter.title: [table.title for table in chapter.tables] for chapter in chapters(results, folder)}


def test_the_answer_comes_first_and_what_it_rests_on_last(make, tmp_path):
    failed = make.case("small", status="failed", failures=[Failure("train", "ValueError", "it broke")])
    assert told(make.results(cases=[make.case(), make.case(seed=1), failed]), tmp_path) == {
        "Verdicts": ["Verdicts", "Failures"],
        "Quality": ["Quality"],
        "Speed": ["Single-stream", "Start"],
        "Trust": ["Variance", "Execution", "Parity"],
        "Training": ["Training"],
        "Size": ["Size"],
        "Lineage": ["Lineage"],
    }


def test_every_row_has_a_cell_for_every_header(make, tmp_path):
    for chapter in chapters(make.results(cases=[make.case(), make.case(seed=1)]), tmp_path):
        for table in chapter.tables:
            assert all(len(row) == len(table.headers) == len(table.numeric) for row in table.rows)


def test_a_chart_stands_in_its_chapter(make, tmp_path):
    found = {one.title: [chart.key for chart in one.charts] for one in chapters(make.results(), tmp_path)}
    assert {title: keys for title, keys in found.items() if keys} == {
        "Quality": ["front"],
        "Speed": ["throughput"],
        "Training": ["curves"],
    }


def test_a_run_without_cases_has_no_chapters(make, tmp_path):
    assert chapters(make.results(cases=[]), tmp_path) == []


def test_a_case_that_failed_at_once_leaves_only_verdict_and_failure(make, tmp_path):
    failure = Failure("train", "ValueError", "it broke", "plugin")
    empty = {"training": None, "data": None, "artifacts": [], "parity": [], "metrics": [], "measurements": []}
    case = make.case(status="failed", error=failure, failures=[failure], stages={}, **empty)
    assert told(make.results(cases=[case]), tmp_path) == {"Verdicts": ["Verdicts", "Failures"]}


def test_an_empty_run_has_no_charts(make, tmp_path):
    assert charts(make.results(cases=[]), tmp_path) == []


def test_a_run_that_was_not_timed_has_its_curves(make, tmp_path):
    results = make.results(cases=[make.case(measurements=[])])
    assert [chart.key for chart in charts(results, tmp_path)] == ["curves"]
