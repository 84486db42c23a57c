"""What tests of several kinds of charts need."""

import pytest

from bench.records import TensorSpec
from bench.results import Latency


@pytest.fixture(scope="session")
def only():
    """The one chart there is, or None: `only(charts)`."""

    def pick(made):
        assert len(made) <= 1
        return made[0] if made else None

    return pick


@pytest.fixture(scope="session")
def of_lengths(make):
    """A case whose usual length is 16: a query takes a microsecond a step and sample."""

    def case(model="tiny", batch_sizes=(1, 8), lengths=(16, 4, 64), dtype="float32"):
        rows = [
            make.measurement(
                length=length,
                batch_size=size,
                latency_s=Latency(1e-6 * length * size, None, None),
                throughput_per_s=1e6 / length,
            )
            for size in batch_sizes
            for length in lengths
        ]
        inputs = [TensorSpec("steps", (16, 3), dtype, sequence=0)]
        return make.case(model, measurements=rows, artifacts=[make.artifact(inputs=inputs)])

    return case
