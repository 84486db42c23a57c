"""What the subjects offer: every target is there, and can be called without parameters."""

import pytest

from bench.catalog import named, resolve
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


@pytest.mark.parametrize("info", [info for info in INFOS if info.scores], ids=lambda info: info.name)
def test_scores_take_the_parameters_of_their_metric(info):
    (_, *own), (_, *others) = (parameters(target) for target in (named(info.scores), resolve(info)))
    assert own == others


@pytest.mark.parametrize("info", [info for info in INFOS if info.best is not None], ids=lambda info: info.name)
def test_what_has_a_best_value_says_which_way_it_lies(info):
    assert info.higher_is_better is not None
