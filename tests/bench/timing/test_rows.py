"""What a timed artifact is called with."""

import numpy as np
import pytest

from bench.timing.request import ROTATED
from bench.timing.rows import batches


@pytest.mark.parametrize(("count", "size"), [(8, 2), (9, 2), (40, 10)])
def test_batches_share_no_row_where_there_are_enough(count, size):
    found = batches(np.arange(count), size)
    assert np.concatenate(found).tolist() == list(range(4 * size))


@pytest.mark.parametrize(("count", "size"), [(7, 2), (360, 360), (360, 180), (360, 120), (360, 1000), (4, 9)])
def test_batches_of_too_few_rows_are_whole_and_differ(count, size):
    found = batches(np.arange(count)[:, None], size)
    assert [batch.shape for batch in found] == [(size, 1)] * ROTATED
    assert len({batch.tobytes() for batch in found}) == ROTATED
    assert all(len(np.unique(batch)) == min(count, size) for batch in found)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_batches_of_hardly_any_rows_differ_from_the_one_before_if_they_can(count):
    assert [batch[0] for batch in batches(np.arange(count), 5)] == [n % count for n in range(ROTATED)]
