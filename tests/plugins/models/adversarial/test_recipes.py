"""The published recipes, as the suite for MNIST has them, with an eighth of the maps, for a few hundred steps."""

import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import yaml
from torch.nn import functional as F

from bench import DataSpec
from bench.catalog import resolve
from bench_datasets.digits import Digits
from bench_datasets.tensors import Part, Parts, TensorDataModule
from bench_models.adversarial import MODELS

SUITE = yaml.safe_load((Path(__file__).parents[4] / "suites" / "generative-mnist.yaml").read_text())
CASES = {case["model"]: case for case in SUITE["cases"]}
CLASSES = {info.name: resolve(info) for info in MODELS}


class Enlarged(TensorDataModule):
    """The digits in the size of MNIST's."""

    def __init__(self):
        super().__init__(DataSpec("generation", (1, 28, 28), value_range=(0.0, 1.0)))

    def load(self):
        digits = Digits()
        digits.setup()
        return Parts(*(Part(F.interpolate(one.inputs, 28, mode="bilinear"), one.targets) for one in digits.parts))


def recipe(name):
    """A case's parameters, with narrower nets, and how its batches are."""
    case = CASES[name]
    params = {**case["params"], "hidden": tuple(width // 8 for width in case["params"]["hidden"])}
    return params, {**SUITE["train"], **case.get("train", {})}["batch_size"]


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_published_recipe_learns_for_some_hundred_steps(name, train):
    params, batch_size = recipe(name)
    torch.manual_seed(0)
    model = CLASSES[name](Enlarged().spec, **params)
    started = [one.detach().clone() for one in model.generator.parameters()]
    _, curves = train(model, Enlarged(), max_steps=300, batch_size=batch_size)
    assert all(math.isfinite(value) for curve in curves.values() for value in curve if value is not None)
    assert not any(torch.equal(*pair) for pair in zip(started, model.generator.parameters(), strict=True))
    distances = curves["train-loss"]
    assert max(distances) > 0  # the critic tells data from samples
    if name == "wgan":
        assert max(float(one.detach().abs().max()) for one in model.critic.parameters()) == pytest.approx(0.01)
        assert all(one < other for one, other in pairwise(distances[:5]))
    if name == "wgan-gp":
        assert curves["gradient-norm"][-1] == pytest.approx(1, abs=0.3)


def test_the_recipes_are_the_published_ones():
    models = {name: CLASSES[name](Enlarged().spec, **recipe(name)[0]) for name in CLASSES}
    optimizers = {name: model.configure_optimizers() for name, model in models.items()}
    found = {
        name: (type(one).__name__, one.param_groups[0]["lr"], one.param_groups[0].get("betas"))
        for name, pair in optimizers.items()
        for one in pair
    }
    assert found == {
        "gan": ("Adam", 2e-4, (0.5, 0.999)),
        "wgan": ("RMSprop", 5e-5, None),
        "wgan-gp": ("Adam", 1e-4, (0.5, 0.9)),
    }
    assert [(models[name].n_critic, recipe(name)[1]) for name in ("wgan", "wgan-gp")] == [(5, 64), (5, 50)]
    assert (models["wgan"].clip, models["wgan"].warm_up) == (0.01, True)
    assert (models["wgan-gp"].weight, models["wgan-gp"].latent) == (10.0, 128)
    assert SUITE["train"]["max_steps"] == 200_000 * (5 + 1)
