"""LoadGen's word against a plain loop, both in one run."""

import numpy as np

ALLOWED = 0.05


def test_loadgen_less_its_own_cost_agrees_with_a_bare_loop(beside_loadgen, record_property):
    ratio, cost = (np.median(beside_loadgen[way][:, 0]) for way in ("loadgen less cost", "loadgen cost"))
    record_property("ratio", ratio)
    record_property("cost", cost)
    assert abs(ratio - 1) <= ALLOWED
    assert 0 < cost <= ALLOWED
