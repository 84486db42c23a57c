"""One fresh process that times one graph in one way: `python timed_process.py WAY SETTINGS DURATIONS`.

SETTINGS is JSON, DURATIONS the .npy to write, in nanoseconds. Whatever the way, the process is the same: pinned to one
core, ONNX Runtime on one thread, without torch, the garbage collector off, four batches of the same numbers in
rotation, and the same warm-up.
"""

import gc
import json
import os
import sys
import time

import numpy as np
import onnxruntime as ort

BATCHES = 4


def main(way, settings, path):
    os.sched_setaffinity(0, {settings["core"]})
    gc.disable()
    np.save(path, WAYS[way](**settings))


def bare(graph, batch_size, seconds, **_):
    """A plain loop of `session.run`: what a user would write, and what every other way is held against."""
    session, feeds = bare_session(graph, batch_size)
    run = session.run
    warm_up(lambda feed: run(None, feed), feeds)
    return loop(lambda feed: run(None, feed), feeds, seconds)


def bench(graph, batch_size, seconds, scenario="single-stream", **_):
    """What a timing process of bench measures, with its own warm-up and clock."""
    from bench.timing.conditions import Watch
    from bench.timing.request import Effort, Load
    from bench.timing.scenarios import Subject, measure

    sizes = tuple(batch_size) if isinstance(batch_size, list) else (batch_size,)
    call, inputs = bench_session(graph, sizes)
    effort = Effort(warmup_s=0.1, warmup_max_s=2.0, min_seconds=seconds, min_samples=64, bound_s=1.0)
    subject = Subject(call, inputs.__getitem__, effort, Watch(), np.random.default_rng(0))
    (taken,) = measure(Load(scenario, sizes), subject)
    return taken.durations / (taken.batch_size if scenario == "offline" else 1)


def loadgen(graph, batch_size, seconds, scenario="single-stream", **_):
    """LoadGen drives the call that bench times; its own cost is taken off each duration."""
    durations, own_cost_ns = loadgen_with_its_cost(graph, batch_size, seconds, scenario)
    return durations - own_cost_ns


def loadgen_as_it_says(graph, batch_size, seconds, scenario="single-stream", **_):
    """The same with its own cost."""
    return loadgen_with_its_cost(graph, batch_size, seconds, scenario)[0]


def loadgen_cost(graph, batch_size, seconds, **_):
    """What LoadGen costs in each query: its duration less that of the call in it, by our own clock.

    It is more than LoadGen costs around a call that does nothing, since a real call leaves little in the caches.
    """
    inner, clock = [], time.perf_counter_ns

    def timed(arrays):
        start = clock()
        call(arrays)
        inner.append(clock() - start)

    call, every = bench_session(graph, (batch_size,))
    found = loadgen_test(timed, every[batch_size], seconds, "single-stream")[0]
    return found.durations_ns - np.array(inner[-len(found.durations_ns) :])


def loadgen_with_its_cost(graph, batch_size, seconds, scenario):
    """The durations that LoadGen recorded, and what it costs itself, in nanoseconds."""
    from bench.timing.loadgen import own_cost_s

    call, every = bench_session(graph, (batch_size,))
    found, task = loadgen_test(call, every[batch_size], seconds, scenario)
    return found.durations_ns, own_cost_s(every[batch_size], task) * 1e9


def loadgen_test(call, inputs, seconds, scenario):
    """A valid test by LoadGen, after a warm-up, and what it was asked."""
    from bench.timing.loadgen import Task, sample

    expected_s = float(np.median(warm_up(call, inputs))) / 1e9
    task = Task(scenario, expected_s, seconds, min_samples=64)
    found = sample(call, inputs, task)
    assert found.valid, found.reason
    return found, task


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
    return loop(call, inputs, 0.1)


def loop(call, inputs, seconds):
    durations, clock = [], time.perf_counter_ns
    end = clock() + seconds * 1e9
    while clock() < end:
        arrays = inputs[len(durations) % BATCHES]
        start = clock()
        call(arrays)
        durations.append(clock() - start)
    return np.array(durations)


WAYS = {
    "bare": bare,
    "bench": bench,
    "loadgen": loadgen,
    "loadgen-as-it-says": loadgen_as_it_says,
    "loadgen-cost": loadgen_cost,
}

if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3])
