"""The turns of timing processes, with a server whose queue is simulated in every process."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.conditions import Conditions
from bench.records import DatasetInfo, ModelInfo, RuntimeInfo, RuntimeUse, TensorSpec
from bench.report.tables.speed import highest_rate, next_rate, server_table
from bench.roofline import Work
from bench.run import measuring
from bench.run.measuring import configurations_of, measure_cases, patience_s
from bench.run.progress import Progress
from bench.serving import processes, spread
from bench.stages.request import CaseRequest
from bench.suite.schema import Measure, Suite
from bench.timing import scenarios
from bench.timing.request import Load, LoadAnswer, TimingAnswer
from bench.timing.scenarios import Subject, measure
from bench.timing.server import queue
from bench.timing.warmup import WarmUp

GRAPH = RuntimeUse("graph", RuntimeInfo("graph", "sample.runtimes:Graph"), precisions=("fp32",))

SERVICE_S, BOUND_S = 0.001, 0.01
RIGHT = 765  # at which a queue of such services that come at random has 10 ms as its 99th percentile


class Told(Progress):
    def __init__(self):
        self.lines = []

    def warned(self, text):
        self.lines.append(text)


class Machine:
    """Stands in for a timing process: nothing takes time, and `services_s` are drawn from, for each step once."""

    gpu = None

    def __init__(self, services_s, conditions, seed):
        self.services_ns = np.array(services_s) * 1e9
        self.conditions = conditions
        self.length = 1
        self.rng = np.random.default_rng(seed)

    def begin(self):
        pass

    def end(self):
        return self.conditions

    def draw(self, count):
        return self.length * self.rng.choice(self.services_ns, count).astype(np.int64)

    def one_after_the_other(self, call, inputs, min_seconds, min_samples, between=None):
        return self.draw(min_samples)

    def all_at_once(self, call, inputs, min_seconds, min_samples):
        return self.draw(min_samples)

    def as_they_come(self, call, inputs, due_ns):
        return queue(due_ns, self.draw(len(due_ns)))

    def warm_up(self, call, inputs, least_s, most_s):
        return WarmUp(3, SERVICE_S, True)


@contextmanager
def nobody_waits(waiting):
    yield


@pytest.fixture
def run(tmp_path, monkeypatch, make):
    """Time one case for each seed: `run(services(process), **measure) -> results, timing requests, lines told`.

    Processes are counted from 0, but for the one that asks for a server's bound before: that is -1.
    """

    def timed(services, seeds=(0,), conditions=Conditions, silent=False, **changes):
        settings = {"scenarios": ["server"], "min_samples": 100_000, "server": {"p99_s": BOUND_S}, **changes}
        suite = Suite.model_validate(
            {"name": "t", "cases": [{"model": "tiny", "dataset": "points"}], "measure": settings}
        )
        asked, progress = [], Told()

        def process(timing, log, patience, hint):
            number = sum(not is_asking(one) for one in asked) if not is_asking(timing) else -1
            asked.append(timing)
            if silent:
                return TimingAnswer(error=f"no answer; {hint}")
            machine = Machine(services(number), conditions(), timing.seed)
            for name in ("one_after_the_other", "all_at_once", "as_they_come", "warm_up"):
                monkeypatch.setattr(scenarios, name, getattr(machine, name))
            return answered(timing, machine)

        monkeypatch.setattr(measuring, "alone_on_this_host", nobody_waits)
        monkeypatch.setattr(measuring, "in_new_interpreter", process)
        specs = [TensorSpec("x", (4,), sequence=0 if "lengths" in changes else None)]
        case = {"measurements": [], "artifacts": [make.artifact(inputs=specs)]}
        pairs = [(request_of(tmp_path, seed), make.case(seed=seed, **case)) for seed in seeds]
        found = measure_cases(pairs, suite, [], None, progress)
        return list(found.values()), asked, progress.lines

    return timed


def is_asking(timing):
    return len(timing.loads) >= 3 and {load.scenario for load in timing.loads} == {"single-stream"}


def request_of(folder, seed):
    request = CaseRequest(
        id=f"tiny@points#{seed}",
        folder=str(folder),
        name=f"tiny@points-{seed}",
        model=ModelInfo("tiny", "", task="classification"),
        dataset=DatasetInfo("points", "", "classification"),
        params={},
        data_params={},
        train={},
        seed=seed,
        metrics=(),
        metrics_named=True,
        runtimes=(GRAPH,),
        precisions=("fp32",),
        device="cpu",
        train_threads=1,
        timed_threads=1,
        batch_sizes=(1,),
        owners={"sample": "their-plugin"},
    )
    request.artifacts.mkdir(parents=True)
    np.savez(request.rows("forward"), **{name: np.zeros((8, 2)) for name in ("input_0", "1/input_0", "4/input_0")})
    return request


def answered(timing, machine):
    """What the process answers."""
    subject = Subject(None, lambda size: [], timing.effort, machine, np.random.default_rng(timing.seed))
    answers = []
    for number, load in enumerate(timing.loads):
        machine.length = load.length or 1
        for part, one in enumerate(measure(load, subject)):
            path = Path(f"{timing.samples}.{number}.{part}.npy")
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, one.durations)
            found = (number, one.batch_size, one.rate_per_s, str(path), one.samples, one.seconds)
            answers.append(LoadAnswer(*found, one.warm.calls, one.warm.stable, one.conditions))
    return TimingAnswer(provider="CPU", loads=tuple(answers))


def slow_in(*numbers, factor=2.0):
    return lambda process: [SERVICE_S * (factor if process in numbers else 1.0)]


def searches(asked):
    return [load.search or not load.rates_per_s for one in asked[1:] for load in one.loads]


def found_rates(results):
    (case,) = results
    return highest_rate(case.measurements), next_rate(case.measurements)


def test_calm_processes_share_one_ladder_and_nothing_is_marked(run):
    results, asked, lines = run(slow_in())
    highest, over = found_rates(results)
    assert highest.rate_per_s == pytest.approx(RIGHT, rel=0.08)
    assert over.rate_per_s <= 1.12 * highest.rate_per_s
    (case,) = results
    assert [row.processes for row in case.measurements] == [5] * 6
    assert [row.noise for row in case.measurements] == [[]] * 6
    assert searches(asked) == [True, False, False, False, False]
    assert lines == []


def test_a_first_process_that_was_disturbed_decides_nothing(run):
    results, asked, _ = run(slow_in(0))
    highest, over = found_rates(results)
    assert highest.rate_per_s == pytest.approx(RIGHT, rel=0.08)
    assert over.rate_per_s <= 1.12 * highest.rate_per_s
    (reason,) = highest.noise
    assert reason.startswith("in 1 of 5 processes, the highest rate lies more than a step away")
    assert searches(asked) == [True, False, True, False, False]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_later_process_that_was_disturbed_decides_nothing_and_is_told(run, number):
    results, _, _ = run(slow_in(number))
    highest, over = found_rates(results)
    assert highest.rate_per_s == pytest.approx(RIGHT, rel=0.08)
    assert over.rate_per_s <= 1.12 * highest.rate_per_s
    assert any("in 1 of 5 processes" in reason for reason in highest.noise)


def test_a_second_search_that_finds_the_same_leaves_all_processes_at_the_same_rates(run):
    results, _, _ = run(slow_in(1))
    assert [row.processes for row in results[0].measurements] == [5] * 6


def test_one_slow_process_of_five_does_not_set_the_verdict_but_the_pooled_p99(run):
    highest, _ = found_rates(run(slow_in(3))[0])
    kept = [one.meets_bound for one in highest.by_process]
    assert kept.count(False) in (1, 2)
    assert highest.latency_s.p99 > BOUND_S
    assert highest.meets_bound


def test_a_search_that_no_other_process_brackets_says_so(run):
    results, asked, _ = run(slow_in(0, factor=4.0), processes=2)
    highest, _ = found_rates(results)
    (reason,) = highest.noise
    assert reason.startswith("in 1 of 2 processes, it kept its bound at all rates that were tried or at none")
    assert searches(asked) == [True, False]


def test_a_server_that_keeps_its_bound_at_all_rates_is_said_to_be_faster(run):
    results, _, _ = run(lambda process: [SERVICE_S * 0.3 ** max(0, process)], processes=12)
    highest, over = found_rates(results)
    assert over is None
    assert "it kept its bound at every rate that was tried, so the highest is higher still" in highest.noise


def test_searches_are_bounded(run):
    _, asked, _ = run(lambda process: [SERVICE_S * 0.3 ** max(0, process)], processes=7)
    assert sum(searches(asked)) == 3


def test_a_server_that_keeps_its_bound_at_no_rate_is_told(run):
    results, asked, lines = run(lambda process: [0.0099])
    highest, over = found_rates(results)
    assert (highest, lines) == (None, [])
    assert over.noise == ["it kept its bound at none of the rates that were tried"]
    assert sum(searches(asked)) == 3


def test_disturbance_of_any_one_process_marks_a_server(run):
    every = iter([Conditions(waiting=share) for share in (0.0, 0.0, 0.3, 0.0, 0.0, 0.0)])
    results, _, _ = run(slow_in(), conditions=lambda: next(every))
    highest, _ = found_rates(results)
    assert highest.noise == [
        "a thread of it was ready and had no core for 30% of the time in the worst process; "
        "measure.cores can name another"
    ]


def test_the_table_tells_how_far_the_processes_highest_rates_lie_apart(run, make):
    suite = {"name": "t", "measure": {"runtimes": [{"name": "graph"}], "server": {"p99_s": BOUND_S}}}
    results, _, _ = run(slow_in(2, factor=1.3))
    (case,) = results
    (row,) = server_table(make.results(cases=[case], suite=suite)).rows
    apart = spread(processes(case.measurements))
    assert 0.1 < apart < 0.3
    assert row[-1] == f"! {100 * apart:.2g} %"


SLOW = (
    "tiny@points graph is not timed as a server: measure.server.p99_s is 0.01 s, and a query alone takes 0.02 s; "
    "no rate can keep the bound, which must be longer than that"
)


def test_a_bound_that_a_query_alone_does_not_keep_costs_the_server_alone_and_is_told_once(run):
    results, asked, lines = run(
        lambda process: [0.02], seeds=(0, 1), scenarios=["single-stream", "server"], processes=2
    )
    assert lines == [SLOW]
    for case in results:
        assert case.status == "passed"
        assert [row.scenario for row in case.measurements] == ["single-stream"]
        (failure,) = case.failures
        assert (failure.kind, failure.fatal, failure.plugin) == ("Bound", False, "")
        assert (failure.artifact, failure.runtime, failure.precision) == ("forward", "graph", "fp32")
        assert failure.message == SLOW
    assert len(asked) == 2 + 2 * 2


def test_a_bound_above_the_median_that_the_slow_queries_break_is_refused_too(run):
    _, _, lines = run(lambda process: [0.02, *[0.001] * 19])
    assert len(lines) == 1


def test_a_disturbed_sample_refuses_no_bound(run):
    results, _, lines = run(
        lambda process: [0.02 if process < 0 else 0.001, *[0.001] * 19],
        conditions=lambda: Conditions(waiting=0.1),
    )
    assert lines == []
    assert found_rates(results)[0] is not None


def test_what_only_a_server_was_asked_of_and_cannot_be_has_no_process(run):
    results, asked, _ = run(lambda process: [0.02])
    assert len(asked) == 1
    assert results[0].measurements == []


def test_nothing_of_single_processes_is_left(run, tmp_path):
    run(slow_in(), processes=1)
    assert not list(tmp_path.rglob("*.turn*"))


def test_a_server_is_timed_at_each_length_that_leaves_room_below_its_bound(run):
    (case,), asked, lines = run(slow_in(), lengths=[1, 4, 20], processes=2)
    assert [load.length for load in asked[0].loads] == [1] * 3 + [4] * 3 + [20] * 3
    assert lines == [SLOW.replace("graph is", "graph at length 20 is")]
    (failure,) = case.failures
    assert (failure.kind, failure.length) == ("Bound", 20)
    rows = {length: [row for row in case.measurements if row.length == length] for length in (1, 4, 20)}
    assert rows[20] == []
    assert highest_rate(rows[1]).rate_per_s == pytest.approx(RIGHT, rel=0.08)
    assert highest_rate(rows[4]).rate_per_s < RIGHT / 4
    assert all(row.processes == 2 for row in case.measurements)
    assert len({row.samples_path for row in case.measurements}) == len(case.measurements) == 2 * 6


def test_each_scenario_is_timed_at_each_length_and_offline_finds_a_batch_size_for_each(run):
    scenarios = ["single-stream", "multi-stream", "offline"]
    (case,), asked, _ = run(slow_in(), scenarios=scenarios, lengths=[1, 4], batch_sizes=[1, 8], processes=2)
    found = [(row.scenario, row.length, row.batch_size) for row in case.measurements]
    streams = [("single-stream", length, size) for length in (1, 4) for size in (1, 8)]
    assert found == [*streams, *((s, length, 8) for s in scenarios[1:] for length in (1, 4))]
    first, second = (
        {load.length: load.batch_sizes for load in one.loads if load.scenario == "offline"} for one in asked
    )
    assert (first, second) == ({1: (1, 8), 4: (1, 8)}, {1: (8,), 4: (8,)})


def suite_with(**changes):
    return Suite.model_validate(
        {"name": "t", "cases": [{"model": "tiny", "dataset": "points"}], "measure": changes, "silence_s": 10}
    )


def test_a_slow_server_is_waited_for_until_its_least_count():
    server = [Load("server", (1,))]
    short, long = (patience_s(suite_with(min_samples=least), server, alone_s=0.1) for least in (64, 100_000))
    assert short > 10 + 2 * 662 * 0.1 * 9
    assert long > 10 + 2 * 100_000 * 0.1 * 9


def test_a_stream_is_waited_for_without_knowing_what_a_call_takes():
    asked = suite_with(min_seconds=3.0, warmup_s=1.0, warmup_max_s=2.0)
    assert patience_s(asked, [Load("single-stream", (1,))] * 2, None) == pytest.approx(2 * 10 + 2 * 2 * (1 + 2 + 3))


def test_a_process_that_never_answers_names_what_sets_its_time(run, monkeypatch):
    results, _, _ = run(slow_in(), silent=True)
    (case,) = results
    assert case.status == "failed"
    assert case.error.message == "forward.graph: no answer; if it needs longer, raise silence_s"
    assert case.error.plugin == "their-plugin"


def timed_of(make, tmp_path, **measure):
    """(artifact, precision) of the configurations of a case with three artifacts at two precisions."""
    names, precisions = ("encoder", "decoder", "autoencoder"), ("fp32", "fp16")
    artifacts = [make.artifact(name=name, precision=precision) for name in names for precision in precisions]
    request = request_of(tmp_path, seed=0)
    for name in names:
        request.rows(name).parent.mkdir(parents=True, exist_ok=True)
        np.savez(request.rows(name), input_0=np.zeros((4, 8)), output_0=np.zeros((4, 2)))
    found = configurations_of(request, make.case("tiny", artifacts=artifacts), Measure(**measure))
    return [(one.artifact.name, one.artifact.precision) for one in found]


def test_every_artifact_is_timed_at_the_precisions_of_its_runtime(make, tmp_path):
    assert timed_of(make, tmp_path) == [("encoder", "fp32"), ("decoder", "fp32"), ("autoencoder", "fp32")]


def test_a_suite_may_name_the_artifacts_that_are_timed(make, tmp_path):
    assert timed_of(make, tmp_path, artifacts=["autoencoder", "clusters"]) == [("autoencoder", "fp32")]


def test_what_has_no_sequences_is_timed_once_whatever_lengths_are_asked_for(make, tmp_path):
    images, steps = TensorSpec("image", (1, 8, 8)), TensorSpec("steps", (8, 4), sequence=0)
    artifacts = [make.artifact(name="image", inputs=[images]), make.artifact(name="steps", inputs=[images, steps])]
    artifacts[1] = replace(artifacts[1], macs=80, macs_at={4: 40, 8: 80})
    request = request_of(tmp_path, seed=0)
    np.savez(request.rows("image"), input_0=np.zeros((4, 8), np.float32), output_0=np.zeros((4, 2), np.float32))
    rows = {f"{n}/{kind}_0": np.zeros((4, n), np.float32) for n in (4, 8) for kind in ("input", "output")}
    np.savez(request.rows("steps"), **rows)
    image, steps = configurations_of(request, make.case("tiny", artifacts=artifacts), Measure(lengths=[4, 8]))
    assert [load.length for load in image.loads] == [None]
    assert [load.length for load in steps.loads] == [4, 8]
    assert image.works == {None: Work(5678, 2048, 40.0)}
    assert steps.works == {4: Work(40, 2048, 32.0), 8: Work(80, 2048, 64.0)}
