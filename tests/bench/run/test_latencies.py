"""What parts take is asked before any case trains, once for all seeds; who cannot be answered fails alone."""

from dataclasses import replace
from multiprocessing import Pipe

import pytest

from bench import DatasetInfo, ModelInfo
from bench.run.latencies import with_latencies
from bench.run.progress import Progress
from bench.stages.request import CaseRequest, PartLatencies

REQUEST = CaseRequest(
    **{"id": "a#0", "folder": "", "name": "a", "params": {}, "data_params": {}, "train": {}, "seed": 0},
    **{"model": ModelInfo("m", "m:M", task="t"), "dataset": DatasetInfo("d", "d:D", task="t")},
    **{"metrics": (), "metrics_named": False, "runtimes": (), "precisions": (), "device": "cpu", "train_threads": 1},
    **{"timed_threads": 1, "batch_sizes": (), "owners": {}},
)


class Scripted:
    """Workers that tell what a script says, a list for each of them, and then are gone; without a script, silent."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.asked = []

    def start(self, function, requests):
        self.asked.append([request.id for request in requests])
        self.events, sending = Pipe(duplex=False)
        script = self.scripts.pop(0)
        self.sending = sending
        for news in script or ():
            sending.send(news)
        if script is not None:
            sending.close()
        return self

    def let_end(self):
        pass

    stop = let_end

    def death(self):
        return "its process was killed"


class Waits(Progress):
    waited = 0

    def waiting_for_host(self):
        self.waited += 1


def parts(requests):
    return [request.parts for request in requests]


def test_seeds_share_what_was_measured_and_the_user_hears_of_waiting():
    found, progress = PartLatencies({"s": 0.5}), Waits()
    other = replace(REQUEST, id="b#0", params={"width": 2})
    workers = Scripted([None, ("a#0", found), ("b#0", PartLatencies())])
    told = with_latencies([REQUEST, replace(REQUEST, id="a#1", seed=1), other], workers, 9, progress)
    assert parts(told) == [found, found, PartLatencies()]
    assert workers.asked == [["a#0", "b#0"]]
    assert progress.waited == 1


def test_who_is_trained_already_is_not_asked():
    trained = replace(REQUEST, stages=("evaluate",))
    workers = Scripted()
    assert with_latencies([trained], workers, 9, Progress()) == [trained]
    assert workers.asked == []


@pytest.mark.parametrize(("script", "why"), [([], "its process was killed"), (None, "no sign of life for 0.01 s")])
def test_a_case_that_takes_the_worker_with_it_fails_alone(script, why):
    other, found = replace(REQUEST, id="b#0", params={"width": 2}), PartLatencies({"s": 1.0})
    workers = Scripted(script, [("b#0", found)])
    told = with_latencies([REQUEST, other], workers, 0.01, Progress())
    assert parts(told) == [PartLatencies(failure=why), found]
    assert workers.asked == [["a#0", "b#0"], ["b#0"]]
