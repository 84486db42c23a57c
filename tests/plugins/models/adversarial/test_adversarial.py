"""What all adversarial models keep: the order of steps, curves, artifacts, ranges; and that they learn."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import DataSpec, Unsuitable
from bench.catalog import resolve
from bench.signature import ParameterError, checked
from bench.stages.rehearse import rehearse_training
from bench.stages.request import Pace, PartLatencies
from bench_models.adversarial import MODELS

INFOS = {info.name: info for info in MODELS}
CLASSES = {name: resolve(info) for name, info in INFOS.items()}
SMALL = {"hidden": (16, 8), "latent": 3}
POINTS = DataSpec("generation", (2,))

every_model = pytest.mark.parametrize("name", sorted(INFOS))


@every_model
@pytest.mark.parametrize("n_critic", [1, 3])
def test_the_generator_learns_after_so_many_steps_of_the_critic(name, n_critic, train):
    model = CLASSES[name](POINTS, **SMALL, n_critic=n_critic)
    trainer, _ = train(model, max_epochs=2)
    batches = 2 * 10
    assert model.generator_steps == batches // n_critic
    assert model.critic_steps == batches % n_critic
    assert trainer.global_step == batches + model.generator_steps


@every_model
def test_a_step_of_one_net_leaves_the_other_as_it_is(name, train):
    model = CLASSES[name](POINTS, **SMALL, n_critic=2)
    changed = []

    def weights(net):
        return [one.detach().clone() for one in net.parameters()]

    def watch(step):
        def watched(*args):
            before = weights(model.critic), weights(model.generator)
            result = step(*args)
            after = weights(model.critic), weights(model.generator)
            changed.append(tuple(not all(map(torch.equal, *pair)) for pair in zip(before, after, strict=True)))
            return result

        return watched

    model.critic_step, model.generator_step = watch(model.critic_step), watch(model.generator_step)
    train(model, max_epochs=1)
    assert changed == [(True, False), (True, False), (False, True)] * 5


@every_model
def test_its_curves_are_the_distance_that_the_critic_sees_and_the_generators_loss(name, train):
    model = CLASSES[name](POINTS, **SMALL)
    _, curves = train(model, max_epochs=3)
    penalised = {"gradient-norm"} if name == "wgan-gp" else set()
    assert set(curves) == {"train-loss", "validation-loss", "generator-loss"} | penalised
    assert all(len(curve) == 3 and all(map(math.isfinite, curve)) for curve in curves.values())


@every_model
def test_it_learns_where_the_data_is(name, train, cloud):
    recipe = {"gan": {"lr": 2e-3}, "wgan": {"lr": 2e-3, "clip": 0.1}, "wgan-gp": {"lr": 2e-3, "weight": 0.1}}[name]
    torch.manual_seed(1)
    model = CLASSES[name](POINTS, hidden=(32, 32), latent=2, **{"n_critic": 2, **recipe})
    train(model, max_epochs=60, check_val_every_n_epoch=60)
    with torch.no_grad():
        found = model.samples(1000)
    real = cloud.parts.test.inputs
    assert torch.dist(found.mean(0), real.mean(0)) < 0.3  # it began at about 1.4
    assert 0.1 < found.std(0).min() < found.std(0).max() < 0.6  # that of the data is 0.3


def rates_of(model, train, **settings):
    """The learning rates of critic and generator after each step of the critic."""
    rates = []
    model.restrict = lambda: rates.append([one.param_groups[0]["lr"] for one in model.optimizers()])
    train(model, **settings)
    return zip(*rates, strict=True)


@every_model
@pytest.mark.parametrize("settings", [{"max_epochs": 2}, {"max_steps": 20}, {"max_epochs": 100, "max_steps": 20}])
def test_the_learning_rate_falls_to_nothing_if_it_is_to(name, settings, train):
    model = CLASSES[name](POINTS, **SMALL, n_critic=4, lr=0.5, decay=True)
    critic, generator = rates_of(model, train, **settings)
    assert critic == pytest.approx(np.linspace(0.5, 0, len(critic), endpoint=False), abs=0.02)
    assert 0 < generator[-1] < 0.2 < generator[0]
    model = CLASSES[name](POINTS, **SMALL, n_critic=4, lr=0.5)
    assert {rate for rates in rates_of(model, train, **settings) for rate in rates} == {0.5}


@every_model
def test_what_is_exported_is_the_average_of_what_the_generator_was(name, train):
    model = CLASSES[name](POINTS, **SMALL, n_critic=2, average=0.75)
    passed = []
    step = model.generator_step

    def watched(count):
        step(count)
        passed.append(torch.cat([one.detach().flatten() for one in model.generator.parameters()]))

    model.generator_step = watched
    train(model, max_epochs=1)
    expected = passed[0]
    for weights in passed[1:]:
        expected = 0.75 * expected + 0.25 * weights
    generator, _ = model.exports()
    found = torch.cat([one.detach().flatten() for one in generator.module.parameters()])
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(found, passed[-1])
    plain = CLASSES[name](POINTS, **SMALL)
    assert plain.exports()[0].module is plain.generator


@every_model
def test_it_learns_in_half_precision_and_tells_the_distance_in_single(name, train):
    model = CLASSES[name](POINTS, **SMALL)
    seen = []
    distance = model.distance
    model.distance = lambda real, fake: seen.append((real.dtype, fake.dtype)) or distance(real, fake)
    _, curves = train(model, max_epochs=1, precision="bf16-mixed")
    assert set(seen) == {(torch.float32, torch.float32)}
    assert math.isfinite(curves["train-loss"][0])


@every_model
def test_a_rehearsal_knows_its_pace(name, tmp_path, cloud):
    request = SimpleNamespace(
        seed=0,
        model=INFOS[name],
        params=SMALL,
        rehearsal_s=0.1,
        parts=PartLatencies(),
        train={"batch_size": 64, "accelerator": "cpu", "max_epochs": 100_000, "check_val_every_n_epoch": 1000},
        checkpoint=tmp_path / "checkpoint.pt",
        paces=tmp_path / "paces.json",
    )
    rehearse_training(request, cloud)
    (pace,) = (Pace(**one) for one in json.loads(request.paces.read_text()))
    assert pace.ended_s is None
    assert pace.steps == 10
    assert 0 < pace.step_s < 0.1


@every_model
@pytest.mark.parametrize("body", ["mlp", "conv"])
@pytest.mark.parametrize("limits", [(0.0, 1.0), (-1.0, 3.0)])
def test_its_artifacts_keep_the_contract_and_the_range(name, body, limits):
    torch.manual_seed(2)
    spec = DataSpec("generation", (3, 5, 7), value_range=limits)
    model = CLASSES[name](spec, body=body, hidden=(6, 4), latent=5)
    generator, critic = model.exports()
    assert (generator.name, generator.task, generator.outputs) == ("generator", "generation", ("sample",))
    assert (critic.name, critic.task, critic.outputs) == ("critic", "critic", ("value",))
    assert [(one.name, one.shape, one.source) for one in generator.inputs] == [("noise", (5,), "normal")]
    assert [(one.name, one.shape, one.source) for one in critic.inputs] == [("input", (3, 5, 7), "data")]
    with torch.no_grad():
        samples = generator.module(1000 * torch.randn(50, 5))
        assert critic.module(samples).shape == (50, 1)
    low, high = limits
    assert low <= samples.min() < samples.max() <= high
    assert torch.aminmax(samples) == pytest.approx(limits, abs=0.01)  # it reaches both ends


@every_model
def test_points_without_a_range_have_no_bound_and_images_without_one_are_refused(name):
    torch.manual_seed(2)
    generator, _ = CLASSES[name](POINTS, **SMALL).exports()
    with torch.no_grad():
        assert generator.module(1e6 * torch.randn(50, 3)).abs().max() > 1e3
    with pytest.raises(Unsuitable, match=r"within a range \(the dataset gives no `value_range`\)"):
        CLASSES[name](DataSpec("generation", (1, 5, 7)), **SMALL)


@given(
    st.sampled_from(["mlp", "conv"]),
    st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 20)),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.integers(1, 5),
)
def test_its_nets_fit_images_of_any_shape(body, shape, hidden, latent):
    with torch.device("meta"):
        model = CLASSES["wgan-gp"](
            DataSpec("x", shape, value_range=(0.0, 1.0)), body=body, hidden=tuple(hidden), latent=latent
        )
        samples = model(torch.zeros(2, latent))
        assert samples.shape == (2, *shape)
        assert model.critic(samples).shape == (2, 1)


@every_model
def test_it_builds_with_its_defaults(name):
    with torch.device("meta"):
        for spec, bodies in ((POINTS, ["mlp"]), (DataSpec("x", (1, 28, 28), value_range=(0.0, 1.0)), ["mlp", "conv"])):
            for body in bodies:
                model = CLASSES[name](spec, body=body)
                assert model.critic(model(torch.zeros(2, model.latent))).shape == (2, 1)


@every_model
def test_convolutions_need_images(name):
    with pytest.raises(Unsuitable, match="images"):
        CLASSES[name](POINTS, body="conv")


REFUSED = [("body", "rnn"), ("hidden", []), ("hidden", [0]), ("latent", 0), ("n_critic", 0), ("lr", 0), ("lr", "nan")]


@every_model
@pytest.mark.parametrize(("parameter", "value"), REFUSED)
def test_a_senseless_value_is_refused(name, parameter, value):
    with pytest.raises(ParameterError, match=f"^{parameter}: "):
        checked(CLASSES[name], {parameter: value}, given=("data",))
