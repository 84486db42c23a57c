"""The case that each is compared with is found, or what is wrong is told with its line."""

import pytest

from bench.errors import SuiteError
from bench.suite.load import load_suite
from bench.suite.plan import make_plan


@pytest.fixture
def plan(suite_file, catalog):
    """The plan of a suite with these cases, one line each from line 4 on, and what follows them."""

    def make(*cases, more="", only=()):
        lines = "".join(f"  - {case}\n" for case in cases)
        head = "name: trial\nmeasure: {runtimes: [graph], lengths: [8, 64]}\ncases:\n"
        return make_plan(*load_suite(suite_file(head + lines + more)), catalog, only)

    return make


def rivals(found) -> dict[str, str]:
    return {case.group: case.against for case in found.cases if case.against}


FULL = "{name: full, model: tiny, dataset: points}"
PAR = "{model: small, dataset: points, against: full}"


def test_a_rival_is_called_by_its_name_or_its_models(plan):
    assert rivals(plan(FULL, PAR)) == {"small@points": "full@points"}
    other = "{model: deep-net, dataset: points, against: small}"
    assert rivals(plan(FULL, PAR, other))["deep-net@points"] == "small@points"


def test_a_rival_may_stand_below(plan):
    assert rivals(plan(PAR, FULL)) == {"small@points": "full@points"}


def test_each_value_that_both_vary_has_a_rival_of_its_own(plan):
    full = "{name: full, model: tiny, dataset: points, matrix: {width: [1, 2]}}"
    par = "{name: par, model: small, dataset: points, matrix: {width: [2, 1], p: [3, 4]}, against: full}"
    assert rivals(plan(full, par)) == {
        f"par[width={width},p={p}]@points": f"full[width={width}]@points" for width in (2, 1) for p in (3, 4)
    }


def test_one_rival_is_that_of_all(plan):
    par = "{name: par, model: small, dataset: points, matrix: {width: [2, 1]}, against: full}"
    assert set(rivals(plan(FULL, par)).values()) == {"full@points"}


def test_a_rival_saw_the_same_data(plan):
    full = "{model: tiny, dataset: [points, pictures], data: {size: 3}}"
    other = "{model: tiny, dataset: points, data: {size: 4}}"
    par = "{model: small, dataset: [points, pictures], data: {size: 3}, against: tiny}"
    assert rivals(plan(full, other, par)) == {
        f"small@{data}[size=3]": f"tiny@{data}[size=3]" for data in ("points", "pictures")
    }


BOTH = {"small@points": "full@points"}


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ((), {"small@points": "full@points"}),
        (("small",), {}),
        (("full",), {}),
        (("#1",), {"small@points": "full@points"}),
    ],
)
def test_what_is_not_chosen_is_not_compared(plan, only, expected):
    gated = "{model: small, dataset: points, against: full, gates: {latency-ratio: {max: 1}, loss: {max: 2}}}"
    found = plan(FULL, gated, more="seeds: [0, 1]\n", only=only)
    assert rivals(found) == expected
    own = [case for case in found.cases if case.group == "small@points"]
    assert all(("latency-ratio" in case.gates) is bool(expected) for case in own)
    assert all("loss" in case.gates for case in own)


def test_a_ratio_that_the_suite_bounds_is_that_of_cases_with_a_rival(plan):
    found = plan(FULL, PAR, more="gates: {quality-ratio: {max: 1}}\n")
    assert {case.group: list(case.gates) for case in found.cases} == {
        "full@points": [],
        "small@points": ["quality-ratio"],
    }


def gated(gate: str) -> str:
    return f"{{model: small, dataset: points, against: full, gates: {{{gate}}}}}"


@pytest.mark.parametrize(
    ("cases", "more", "line", "says"),
    [
        (
            [FULL, PAR.replace("full", "ful")],
            "",
            5,
            "no case is called 'ful' (did you mean 'full'?",
        ),
        (
            [PAR.replace("full", "small")],
            "",
            4,
            "small@points would be compared with itself (name another case)",
        ),
        (
            ["{model: small, dataset: points, matrix: {w: [1, 2]}, against: small}"],
            "",
            4,
            "small[w=1]@points would be compared with itself",
        ),
        (
            [FULL, "{model: small, dataset: pictures, against: full}"],
            "",
            5,
            "none of the cases called 'full' fits small@pictures: full@points (same dataset, same `data`, same values",
        ),
        (
            [
                "{name: full, model: tiny, dataset: points, matrix: {w: [1, 2]}}",
                "{model: small, dataset: points, matrix: {w: [1, 3]}, against: full}",
            ],
            "",
            5,
            "none of the cases called 'full' fits small[w=3]@points: full[w=1]@points, full[w=2]@points",
        ),
        (
            ["{name: full, model: tiny, dataset: points, matrix: {w: [1, 2]}}", PAR],
            "",
            5,
            "several cases called 'full' fit small@points: full[w=1]@points, full[w=2]@points (vary what tells them",
        ),
        ([FULL, "{model: small, dataset: points, against: 3}"], "", 5, "cases.1.against: should be text, not `3`"),
        (
            [FULL, PAR, "{model: deep-net, dataset: points, gates: {latency-ratio: {max: 1}}}"],
            "",
            6,
            "the gate 'latency-ratio' holds a case against another, and none is named (name it with the",
        ),
        ([FULL], "gates:\n  quality-ratio: {max: 1}\n", 6, "the gate 'quality-ratio' holds a case against another"),
        (
            [FULL, gated("latency-ratio: {max: 1, length: 9}")],
            "",
            5,
            "nothing is timed at length 9 (measure.lengths: 8,",
        ),
        (
            [FULL, gated("quality-ratio: {max: 1, length: 8}")],
            "",
            5,
            "the gate 'quality-ratio' takes no length:",
        ),
        ([FULL, gated("loss: {max: 1, length: 8}")], "", 5, "the gate 'loss' takes no length"),
    ],
)
def test_a_mistake_is_told_with_its_line(plan, tmp_path, cases, more, line, says):
    with pytest.raises(SuiteError) as caught:
        plan(*cases, more=more)
    assert str(caught.value).startswith(f"{tmp_path / 'suite.yaml'}:{line}: {says}")


def test_a_length_has_to_be_named_before_it_is_bounded(suite_file, catalog):
    text = "name: t\nmeasure: {runtimes: [graph]}\ncases: [{model: tiny, dataset: points}]\n"
    path = suite_file(text + "gates: {latency-p50: {max: 1, length: 8}}\n")
    with pytest.raises(SuiteError, match=r":4: nothing is timed at length 8 \(name it in `measure.lengths`\)"):
        make_plan(*load_suite(path), catalog)


def test_a_target_has_no_length(suite_file):
    text = "name: t\ncases: [{model: tiny, dataset: points}]\ntargets: {loss: {max: 1, length: 8}}\n"
    with pytest.raises(SuiteError, match="unknown key 'length'"):
        load_suite(suite_file(text))
