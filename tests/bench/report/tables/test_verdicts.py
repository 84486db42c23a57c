"""What passed, what was missed, what failed."""

from bench.report.tables.verdicts import failure_table, left_out_table, verdict_table
from bench.results import Failure, GateResult


def test_a_group_passes_if_all_its_cases_do(make):
    cases = [make.case(), make.case("small"), make.case("small", seed=1, status="failed")]
    table = verdict_table(make.results(cases=cases))
    assert table.rows == [
        ("passed", "tiny@points", "1 of 1 cases passed", ""),
        ("FAILED", "small@points", "1 of 2 cases passed", ""),
    ]


def test_a_missed_gate_says_where(make):
    gates = [
        GateResult("accuracy", "tiny@points", "at least 0.9", 0.95, True, "forward graph fp32"),
        GateResult("accuracy", "tiny@points", "at least 0.9", 0.8, False, "forward eager fp32"),
    ]
    assert verdict_table(make.results(gates=gates)).rows[1] == (
        "MISSED",
        "tiny@points",
        "accuracy at least 0.9 (forward eager fp32)",
        "0.8",
    )


def test_a_gate_that_passed_everywhere_is_one_row(make):
    found = {"a": 0.9, "b": 0.8}
    gates = [GateResult("accuracy", "tiny@points", "at least 0.5", found[where], True, where) for where in found]
    assert verdict_table(make.results(gates=gates)).rows[1:] == [
        ("passed", "tiny@points", "accuracy at least 0.5", "0.9, 0.8")
    ]


def test_a_gate_that_found_nothing_has_no_value(make):
    gates = [GateResult("accuracy", "tiny@points", "at least 0.5", None, False, "nothing was measured")]
    assert verdict_table(make.results(gates=gates)).rows[1][2:] == (
        "accuracy at least 0.5 (nothing was measured)",
        "",
    )


def test_a_ratio_has_its_interval_beside_it(make):
    gates = [GateResult("latency-ratio", "tiny@points", "at most 1 of full", 0.5, True, "", (0.45, 0.6))]
    row = verdict_table(make.results(gates=gates)).rows[1]
    assert row[2:] == ("latency-ratio at most 1 of full", "0.500 (0.450 to 0.600)")


def test_a_failure_says_what_happened_in_whose_code_and_where_its_log_is(make):
    case = make.case(failures=[Failure("export", "ValueError", "no such operator", "their-plugin")])
    assert failure_table(make.results(cases=[case])).rows == [
        ("tiny@points#0", "export", "their-plugin", "ValueError: no such operator", "logs/tiny@points-0.log")
    ]


def test_what_cannot_be_is_no_failure_and_told_once_for_all_seeds(make):
    graph = Failure("export", "Unsuitable", "nothing in 8 bits", fatal=False, artifact="code", precision="int8-static")
    runtime = Failure("evaluate", "Unsuitable", "not mine", "", False, "forward", runtime="eager", precision="fp32")
    results = make.results(cases=[make.case(seed=seed, failures=[graph, runtime]) for seed in (0, 1)])
    assert failure_table(results).rows == []
    assert left_out_table(results).rows == [
        ("tiny@points code", "int8-static", "nothing in 8 bits"),
        ("tiny@points", "eager", "not mine"),
    ]


def test_many_values_of_a_gate_are_told_in_short(make):
    gates = [GateResult("a", "tiny@points", "at least 0", float(n), True, str(n)) for n in range(9)]
    assert verdict_table(make.results(gates=gates)).rows[1][3] == "0 and 8 others"


def test_what_ran_is_words_although_it_begins_with_a_figure(make):
    assert verdict_table(make.results()).numeric == [False, False, False, True]


def test_a_metric_is_left_out_if_no_case_has_it(make):
    def told(metric, message):
        return Failure("evaluate", "Unsuitable", message, fatal=False, artifact="forward", metric=metric)

    nowhere, elsewhere = told("mine", "coverage needs 6 samples"), told("accuracy", "accuracy needs classes")
    cases = [
        make.case(),
        make.case("small", metrics=[], failures=[nowhere, elsewhere, told("bound", "bound needs two")]),
    ]
    assert [row[-1] for row in left_out_table(make.results(cases=cases)).rows] == [
        "mine: coverage needs 6 samples",
        "bound needs two",
    ]
