"""LoadGen's word against a plain loop, both in one run."""

import numpy as np

ALLOWED = 0.05


def test_loadgen_less_its_own_cost_agrees_with_a_bare_loop(single_stream, record_property):
    """Medians of fresh processes' medians."""
    bare, loadgen = (np.median(single_stream[way][:, 0]) for way in ("bare", "loadgen"))
    record_property("ratio", loadgen / bare)
    assert abs(loadgen / bare - 1) <= ALLOWED
