"""What parts take is asked before any case trains, once for all seeds; who cannot be answered fails alone."""

import threading
import time
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


SILENT = object()


class Scripted:
    """Workers that tell what a script says, a list for each of them, and then are gone, or at `SILENT` say no more."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.asked = []

    def start(self, function, requests):
        self.asked.append([request.id for request in requests])
        self.events, sending = Pipe(duplex=False)
        script = self.scripts.pop(0)
        telling = threading.Thread(target=self._tell, args=(script, sending))
        telling.start()
        if not any(isinstance(news, float) for news in script):
            telling.join()  # all of it is there before anybody waits for it
        return self

    def _tell(self, script, sending):
        for news in script:
            if news is SILENT:
                self.sending = sending  # the connection stays open
                return
            if isinstance(news, float):
                time.sleep(news)
            else:
                sending.send(news)
        sending.close()

    def let_end(self):
        pass

    stop = let_end

    def death(self):
        return "its process was killed"


class Waits(Progress):
    waited = 0

    def __init__(self):
        self.timed = []

    def waiting_for_host(self):
        self.waited += 1

    def timing_parts(self, case, done, total):
        self.timed.append((case, done, total))


def parts(requests):
    return [request.parts for request in requests]


def test_seeds_share_what_was_measured_and_the_user_hears_of_waiting():
    found, progress = PartLatencies({"s": 0.5}), Waits()
    other = replace(REQUEST, id="b#0", params={"width": 2})
    workers = Scripted([("waiting",), ("found", "a#0", found), ("found", "b#0", PartLatencies())])
    told = with_latencies([REQUEST, replace(REQUEST, id="a#1", seed=1), other], workers, 9, progress)
    assert parts(told) == [found, found, PartLatencies()]
    assert workers.asked == [["a#0", "b#0"]]
    assert progress.waited == 1


def test_who_is_trained_already_is_not_asked():
    trained = replace(REQUEST, stages=("evaluate",))
    workers = Scripted()
    assert with_latencies([trained], workers, 9, Progress()) == [trained]
    assert workers.asked == []


def test_a_worker_that_tells_how_far_it_is_may_take_longer_than_it_may_be_silent():
    found, progress = PartLatencies({"s": 0.5}), Waits()
    timed = [("timed", "a#0", done, 3) for done in range(4)]
    workers = Scripted([news for one in timed for news in (0.15, one)] + [("found", "a#0", found)])
    assert parts(with_latencies([REQUEST], workers, 0.4, progress)) == [found]
    assert progress.timed == [("a#0", done, 3) for done in range(4)]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ([], "its process was killed"),
        ([SILENT], "no sign of life for 0.2 s"),
        ([("waiting",), 0.4, ("timed", "a#0", 0, 3), SILENT], "no sign of life for 0.2 s"),  # it has the host now
    ],
)
def test_a_case_that_takes_the_worker_with_it_fails_alone(script, why):
    other, found = replace(REQUEST, id="b#0", params={"width": 2}), PartLatencies({"s": 1.0})
    workers = Scripted(script, [("found", "b#0", found)])
    told = with_latencies([REQUEST, other], workers, 0.2, Progress())
    assert parts(told) == [PartLatencies(failure=why), found]
    assert workers.asked == [["a#0", "b#0"], ["b#0"]]
