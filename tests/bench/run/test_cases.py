"""Cases in workers: what they tell is gathered, whatever they cost."""

from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from bench.results import Failure
from bench.run.cases import run_cases
from bench.run.progress import Progress

BEGUN = ("stage", "evaluate")
EVALUATED = ("finished", "evaluate", 1.0, {"failures": [Failure("evaluate", "Unsuitable", "not mine", fatal=False)]})


class Scripted:
    """Workers whose processes tell what they are given, and end."""

    def __init__(self, *messages):
        self.messages = messages

    def start(self, function, request):
        events, sending = Pipe(duplex=False)
        sentinel, self.alive = Pipe(duplex=False)
        for message in self.messages:
            sending.send(message)
        sending.close()
        return SimpleNamespace(
            events=events,
            process=SimpleNamespace(sentinel=sentinel),
            has_ended=lambda: False,
            let_end=lambda: None,
            stop=lambda: None,
            death=lambda: "killed",
        )


def exported(*failures):
    return ("finished", "export", 1.0, {"artifacts": [], "failures": list(failures)})


@pytest.fixture
def run():
    """The result of a case whose worker tells these messages: `run(*messages)`."""

    def call(*messages):
        case = {"model": SimpleNamespace(name="tiny"), "dataset": SimpleNamespace(name="points"), "stages": ("export",)}
        request = SimpleNamespace(
            id="a#0", name="a-0", params={}, data_params={}, train={}, seed=0, gives_features=False, **case
        )
        results = []
        planned = {"a#0": SimpleNamespace(group="a", against="b", tolerated={"loss": 0.05})}
        run_cases([request], {}, planned, Scripted(*messages), 1, 60.0, Progress(), results.append)
        return results[0]

    return call


NOTED = Failure("export", "Unsuitable", "nothing to quantise", fatal=False, artifact="x", precision="int8-static")
BROKEN = Failure("export", "BenchError", "cannot make it", artifact="x", precision="int8-static")


def test_what_the_plan_says_of_a_case_is_kept(run):
    case = run(BEGUN, EVALUATED)
    assert (case.group, case.against, case.tolerated) == ("a", "b", {"loss": 0.05})


def test_failures_of_all_stages_are_kept(run):
    case = run(exported(NOTED), BEGUN, EVALUATED)
    assert (case.status, case.error) == ("passed", None)
    assert [failure.stage for failure in case.failures] == ["export", "evaluate"]


def test_a_graph_that_failed_makes_the_case_a_failed_one_that_goes_on(run):
    case = run(exported(BROKEN), BEGUN, EVALUATED)
    assert (case.status, case.error) == ("failed", BROKEN)
    assert list(case.stages) == ["export", "evaluate"]


@pytest.mark.parametrize("noted", [(), (NOTED,), (BROKEN,)])
def test_a_crash_is_told_whatever_was_noted_before(run, noted):
    case = run(exported(*noted), BEGUN)
    assert (case.status, case.error) == ("failed", Failure("evaluate", "Crash", "killed"))
    assert case.failures == [*noted, case.error]


def test_a_failure_that_was_told_is_no_crash(run):
    told = Failure("evaluate", "KeyError", "a mistake")
    case = run(exported(BROKEN), BEGUN, ("failed", told))
    assert case.error == told
    assert case.failures == [BROKEN, told]
