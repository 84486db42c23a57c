"""Asks what parts of models take, before any case trains: so that nothing runs beside them."""

from dataclasses import replace

from bench.run import targets
from bench.run.progress import Progress
from bench.run.workers import Workers
from bench.stages.request import CaseRequest, PartLatencies


def with_latencies(
    requests: list[CaseRequest], workers: Workers, silence_s: float, progress: Progress
) -> list[CaseRequest]:
    """The requests; those that train have what those parts take that their models ask about.

    Cases that differ in their seed alone share what was measured. A case whose parts cannot be timed fails when it is
    to be trained; the others go on.

    :param silence_s: how long to wait for news
    """
    firsts = {_alike(request): request for request in reversed(requests) if "train" in request.stages}
    waiting = list(reversed(firsts.values()))
    found: dict[str, PartLatencies] = {}
    while waiting:
        answered, failure = _ask(waiting, workers, silence_s, progress)
        found |= answered
        waiting = [request for request in waiting if request.id not in answered]
        if waiting:  # the worker has not survived the first of them
            found[waiting.pop(0).id] = PartLatencies(failure=failure)
    of = {key: found[first.id] for key, first in firsts.items()}
    return [replace(one, parts=of[_alike(one)]) if "train" in one.stages else one for one in requests]


def _alike(request: CaseRequest) -> str:
    """What two cases that differ in their seed alone share."""
    return repr((request.model, request.params, request.dataset, request.data_params))


def _ask(
    requests: list[CaseRequest], workers: Workers, silence_s: float, progress: Progress
) -> tuple[dict[str, PartLatencies], str]:
    """What a worker answers about each request, and why not about all of them."""
    found: dict[str, PartLatencies] = {}
    worker = workers.start(targets.latencies, requests)
    patience: float | None = silence_s
    try:
        while len(found) < len(requests):
            if not worker.events.poll(patience):
                return found, f"no sign of life for {silence_s:g} s"
            patience = silence_s
            match worker.events.recv():
                case ("waiting",):
                    progress.waiting_for_host()
                    patience = None  # another run's timing may take as long as it likes
                case ("timed", identifier, done, total):
                    progress.timing_parts(identifier, done, total)
                case ("found", identifier, latencies):
                    found[identifier] = latencies
        worker.let_end()
    except EOFError:
        return found, worker.death()
    finally:
        worker.stop()
    return found, ""
