"""What bench measures against a plain loop and against LoadGen, each in one run.

Medians of fresh processes' medians, the sides in turn: single processes differ by more than what is asked here.
"""

import numpy as np


def test_single_stream_agrees_with_a_bare_loop(single_stream, record_property):
    bare, ours = (np.median(single_stream[way][:, 0]) for way in ("bare", "bench"))
    record_property("ratio", ours / bare)
    assert abs(ours / bare - 1) <= 0.02


def test_single_stream_agrees_with_loadgen(single_stream, record_property):
    """p50 within 5 % once LoadGen's own cost is taken off; p90 inside the interval that LoadGen shows over rounds.

    Its p90 is that of a call and its own cost together: a call alone lies below it, by its cost's p90 at most.
    """
    ours_p50, ours_p90 = np.median(single_stream["bench"], axis=0)
    theirs_p50, _ = np.median(single_stream["loadgen"], axis=0)
    _, cost_p90 = np.median(single_stream["loadgen-cost"], axis=0)
    theirs_p90 = single_stream["loadgen-as-it-says"][:, 1]
    record_property("ratio of p50", ours_p50 / theirs_p50)
    record_property("p90", {way: percentiles[:, 1].tolist() for way, percentiles in single_stream.items()})
    assert abs(ours_p50 / theirs_p50 - 1) <= 0.05
    assert (theirs_p90 - cost_p90).min() <= ours_p90 <= theirs_p90.max()


def test_offline_agrees_with_the_bare_loop_of_its_best_batch(lenet5, timed_process, in_turn, benchmark):
    sizes, seconds = [8, 32, 128], 0.3

    def bare(size):
        return lambda: size / float(np.mean(timed_process("bare", graph=lenet5, batch_size=size, seconds=seconds)))

    def offline():
        durations = timed_process("bench", graph=lenet5, batch_size=sizes, seconds=seconds, scenario="offline")
        return 1 / float(np.mean(durations))

    sides = {"offline": offline, **{str(size): bare(size) for size in sizes}}
    rates = {name: np.median(found) for name, found in benchmark.pedantic(in_turn, (sides,), rounds=1).items()}
    ratio = rates["offline"] / max(rates[str(size)] for size in sizes)
    benchmark.extra_info |= {"ratio": ratio, **rates}
    assert abs(ratio - 1) <= 0.03
