"""LoadGen's word against a plain loop, both in one run."""

import numpy as np

ROUNDS, SECONDS, ALLOWED = 7, 0.3, 0.05


def test_loadgen_less_its_own_cost_agrees_with_a_bare_loop(lenet5, timed_process, medians_in_turn, benchmark):
    """Medians of fresh processes' medians."""

    def side(way):
        return lambda: np.median(timed_process(way, graph=lenet5, batch_size=1, seconds=SECONDS))

    sides = {way: side(way) for way in ("bare", "loadgen")}
    medians = benchmark.pedantic(medians_in_turn, (sides, ROUNDS), rounds=1)
    ratio = medians["loadgen"] / medians["bare"]
    benchmark.extra_info |= {"ratio": ratio, **medians}
    assert abs(ratio - 1) <= ALLOWED
