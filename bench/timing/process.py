"""What a timing process does: load, check, measure under each load, check again."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.catalog import build_runtime
from bench.records import Session
from bench.timing.conditions import Watch, bind, gpu_of
from bench.timing.pair import answer_in_turn
from bench.timing.request import LoadAnswer, TimingAnswer, TimingRequest
from bench.timing.rows import Rows, check_answers
from bench.timing.scenarios import Subject, measure


def answer(request: TimingRequest) -> TimingAnswer:
    """Measure the artifact under every load, in turn with its rival if it has one, and write the raw samples.

    :raises BenchError: if something else executes the artifact than what was asked for
    :raises Disagreement: if the artifact does not answer what it answered when it was scored
    """
    cores = bind(request.cores)
    if request.rival is not None:
        return answer_in_turn(request, request.rival, cores)
    runtime = build_runtime(request.runtime)  # what it imports is no part of loading an artifact
    began = time.perf_counter()
    session: Session = runtime.load(request.artifact, request.device, request.threads)
    load_s = time.perf_counter() - began
    rows = Rows(request.rows)
    least = min(request.loads, key=lambda load: (load.length or 0, min(load.batch_sizes)))
    first = rows.inputs(min(least.batch_sizes), least.length)[0]
    began = time.perf_counter()
    session.call(first)
    first_s = time.perf_counter() - began
    loads = tuple(_measured(request, session, rows))
    session = session.proved()  # last: its work is no part of loading, of the first call, or of the memory
    return TimingAnswer(
        provider=session.provider,
        provider_share=session.provider_share,
        provider_time_share=session.provider_time_share,
        load_s=load_s,
        first_s=first_s,
        cores=cores,
        loads=loads,
        details=session.details,
    )


def _measured(request: TimingRequest, session: Session, rows: Rows) -> Iterator[LoadAnswer]:
    """Every load in turn; at each of its batch sizes and its length, outputs are checked after the clock."""
    subject = Subject(
        session.call,
        rows.inputs,
        request.effort,
        Watch(gpu_of(request.device)),
        np.random.default_rng(request.seed),
        request.helpers,
    )
    for number, load in enumerate(request.loads):
        of_length = replace(subject, inputs=partial(rows.inputs, length=load.length))
        for part, taken in enumerate(measure(load, of_length)):
            yield taken.kept(number, Path(f"{request.samples}.{number}.{part}.npy"))
        for size in load.batch_sizes:
            check_answers(request.artifact, session, rows, size, load.length)
