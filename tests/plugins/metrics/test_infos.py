"""What the subjects offer: every target is there, and can be called without parameters."""

import pytest

from bench.catalog import resolve
from bench.signature import REQUIRED, parameters
from bench_metrics import bench_metrics

INFOS = list(bench_metrics())


def test_names_are_unique():
    assert len({info.name for info in INFOS}) == len(INFOS)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_a_target_takes_one_argument_and_documents_the_others(info):
    target = resolve(info)
    _, *others = parameters(target)
    for other in others:
        assert other.default is not REQUIRED
        assert f":param {other.name}:" in target.__doc__
    assert target.__doc__
    assert info.summary.endswith(".")
