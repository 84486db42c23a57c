"""LoadGen's word against a plain loop, both in one run."""

import numpy as np

ALLOWED = 0.05


def test_loadgen_less_its_own_cost_agrees_with_a_bare_loop(beside_loadgen, record_property):
    ratio = np.median(beside_loadgen["loadgen less cost"].least[:, 0])
    record_property("ratio", ratio)
    assert abs(ratio - 1) <= ALLOWED
