"""One fresh process in which several ways time one graph by turns: `python timed_process.py WAYS SETTINGS TURNS`.

WAYS and SETTINGS are JSON, TURNS the .npz to write: of all that a way measures, the 50th and 90th percentile of each
turn, in nanoseconds. A turn is short and goes through all ways, so that whatever else the machine does meets them all.
The process is pinned to one core, but for the threads of LoadGen that write its logs; ONNX Runtime to one thread,
without torch, the garbage collector off, four batches of the same numbers in rotation, and the same warm-up.
"""

import gc
import json
import os
import sys
import time
from collections import defaultdict

import numpy as np
import onnxruntime as ort

BATCHES = 4
WARMUP_S = 0.02


def main(ways, settings, path):
    """The turns go there and back, so that a drift within them favours no way."""
    os.sched_setaffinity(0, {settings["core"]})
    gc.disable()
    timers = {name: WAYS[way](**{**settings, **own}) for name, (way, own) in ways.items()}
    found = defaultdict(list)
    for turn in range(settings["turns"]):
        for name in list(timers)[:: -1 if turn % 2 else 1]:
            for what, durations in timers[name]().items():
                found[f"{name} {what}".strip()].append(np.percentile(durations, [50, 90]))
    np.savez(path, **{name: np.array(percentiles) for name, percentiles in found.items()})


def bare(graph, batch_size, seconds, **_):
    """A plain loop of `session.run`: what a user would write, and what every other way is held against."""
    session, feeds = bare_session(graph, batch_size)
    run = session.run

    def timed():
        warm_up(lambda feed: run(None, feed), feeds)
        return {"": loop(lambda feed: run(None, feed), feeds, seconds)}

    return timed


def bench(graph, batch_size, seconds, scenario="single-stream", **_):
    """What a timing process of bench measures, with its own warm-up and clock."""
    from bench.timing.conditions import Watch
    from bench.timing.request import Effort, Load
    from bench.timing.scenarios import Subject, measure

    sizes = tuple(batch_size) if isinstance(batch_size, list) else (batch_size,)
    call, inputs = bench_session(graph, sizes)
    effort = Effort(warmup_s=WARMUP_S, warmup_max_s=2.0, min_seconds=seconds, min_samples=16, bound_s=1.0)

    def timed():
        subject = Subject(call, inputs.__getitem__, effort, Watch(), np.random.default_rng(0))
        (taken,) = measure(Load(scenario, sizes), subject)
        return {"": taken.durations / (taken.batch_size if scenario == "offline" else 1)}

    return timed


def loadgen(graph, batch_size, seconds, helpers, **_):
    """LoadGen drives the call that bench times.

    What it records, what it costs in each query by our own clock, and what it records less what bench states as its
    cost: that around a call that does nothing. Around a real one it is more, which leaves little of it in the caches.
    """
    from bench.timing.loadgen import Task, own_cost_s, sample

    inner, clock = [], time.perf_counter_ns
    call, every = bench_session(graph, (batch_size,))

    def watched(arrays):
        start = clock()
        call(arrays)
        inner.append(clock() - start)

    def timed():
        expected_s = float(np.median(warm_up(call, every[batch_size]))) / 1e9
        task = Task("single-stream", expected_s, seconds, min_samples=64)
        found = sample(watched, every[batch_size], task, helpers)
        assert found.valid, found.reason
        cost = found.durations_ns - np.array(inner[-len(found.durations_ns) :])
        stated = own_cost_s(every[batch_size], task, helpers) * 1e9
        return {"": found.durations_ns, "cost": cost, "less cost": found.durations_ns - stated}

    return timed


def bench_session(graph, batch_sizes):
    """The call that bench times, and what it is called with at each batch size."""
    from bench.records import Artifact, TensorSpec
    from bench_runtimes.onnx import OnnxRuntime

    session, _ = bare_session(graph, 1)
    specs = tuple(TensorSpec(i.name, tuple(i.shape[1:])) for i in session.get_inputs())
    outputs = tuple(output.name for output in session.get_outputs())
    artifact = Artifact("forward", "classification", "fp32", graph, "", specs, outputs)
    inputs = {size: [list(feed.values()) for feed in bare_session(graph, size)[1]] for size in batch_sizes}
    return OnnxRuntime().load(artifact, "cpu", threads=1).call, inputs


def bare_session(graph, batch_size):
    """A session, and what to feed it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    generator = np.random.default_rng(0)
    feeds = [
        {i.name: generator.random((batch_size, *i.shape[1:]), dtype=np.float32) for i in session.get_inputs()}
        for _ in range(BATCHES)
    ]
    return session, feeds


def warm_up(call, inputs):
    return loop(call, inputs, WARMUP_S)


def loop(call, inputs, seconds):
    durations, clock = [], time.perf_counter_ns
    end = clock() + seconds * 1e9
    while clock() < end:
        arrays = inputs[len(durations) % BATCHES]
        start = clock()
        call(arrays)
        durations.append(clock() - start)
    return np.array(durations)


WAYS = {"bare": bare, "bench": bench, "loadgen": loadgen}

if __name__ == "__main__":
    main(json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3])
