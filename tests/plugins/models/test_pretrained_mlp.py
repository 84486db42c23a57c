"""Layer-wise pre-training: its losses against closed forms, when which layer learns, and that it helps."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_lightning import seed_everything
from sklearn.neural_network import BernoulliRBM
from torch import nn
from torch.nn import functional as F

from bench import BenchError, DataSpec, Unsuitable
from bench.signature import ParameterError, checked
from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits
from bench_models.classifiers.mlp import MLP
from bench_models.classifiers.pretrained_mlp import PretrainedMLP
from bench_models.classifiers.pretraining import denoising, free_energy, rbm

VISIBLE, HIDDEN = 6, 4


@pytest.fixture
def machine():
    """The weights and biases of a small machine."""
    torch.manual_seed(0)
    shapes = (HIDDEN, VISIBLE), (HIDDEN,), (VISIBLE,)
    return tuple(torch.randn(*shape, dtype=torch.float64).requires_grad_() for shape in shapes)


def binary(units):
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)


def log_likelihood(v, weight, b, c):
    """Exact: the partition function is a sum over all states of the visible units."""
    return -free_energy(v, weight, b, c) - torch.logsumexp(-free_energy(binary(VISIBLE), weight, b, c), 0)


def test_the_free_energy_is_scikit_learns(machine):
    v = binary(VISIBLE)
    theirs = BernoulliRBM()
    theirs.components_, theirs.intercept_hidden_, theirs.intercept_visible_ = (one.detach().numpy() for one in machine)
    np.testing.assert_allclose(free_energy(v, *machine).detach(), theirs._free_energy(v.numpy()))


def test_the_free_energy_sums_over_the_hidden_units(machine):
    weight, b, c = machine
    v, h = binary(VISIBLE), binary(HIDDEN)
    minus_energy = v @ weight.T @ h.T + h @ b + (v @ c).unsqueeze(1)  # of each v with each h
    torch.testing.assert_close(-free_energy(v, *machine), torch.logsumexp(minus_energy, 1))


@given(seed=st.integers(0, 2**31), rows=st.integers(1, 9))
def test_the_gradient_is_contrastive_divergences_and_the_value_the_reconstructions(seed, rows):
    """Hinton (2012): <v h> of the data less <v h> of the reconstruction."""
    generator = torch.Generator().manual_seed(seed)
    weight, b, c = (
        torch.randn(*s, generator=generator).requires_grad_() for s in ((HIDDEN, VISIBLE), (HIDDEN,), (VISIBLE,))
    )
    v = torch.rand(rows, VISIBLE, generator=generator)
    torch.manual_seed(seed)
    value = rbm(v, weight, b, c)
    value.backward()
    with torch.no_grad():
        torch.manual_seed(seed)
        h = torch.sigmoid(v @ weight.T + b)
        again = torch.sigmoid(torch.bernoulli(h) @ weight + c)
        h_again = torch.sigmoid(again @ weight.T + b)
        torch.testing.assert_close(weight.grad, (h_again.T @ again - h.T @ v) / rows, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(b.grad, (h_again - h).mean(0), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(c.grad, (again - v).mean(0), atol=1e-5, rtol=1e-4)
        errors = F.binary_cross_entropy(again, v, reduction="none").sum(1)
        torch.testing.assert_close(value, errors.mean(), atol=1e-4, rtol=1e-4)


def test_contrastive_divergence_raises_the_exact_likelihood():
    patterns = torch.tensor([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=torch.float64).repeat(5, 1)
    torch.manual_seed(0)
    layer = nn.Linear(VISIBLE, HIDDEN).double()
    c = nn.Parameter(torch.zeros(VISIBLE, dtype=torch.float64))
    machine = layer.weight, layer.bias, c
    before = log_likelihood(patterns, *machine).mean().item()
    optimizer = torch.optim.SGD(machine, lr=0.1)
    for _ in range(1000):
        optimizer.zero_grad()
        rbm(patterns, *machine).backward()
        optimizer.step()
    after = log_likelihood(patterns, *machine).mean().item()
    assert before == pytest.approx(-VISIBLE * np.log(2), abs=0.5)
    assert after > -1.5  # with all probability on the two patterns, -log 2


def test_both_losses_are_the_cross_entropy_of_the_reconstruction(machine):
    """Of a machine that knows nothing, log 2 for each visible unit."""
    nothing = [torch.zeros_like(one) for one in machine]
    v = torch.rand(50, VISIBLE, dtype=torch.float64)
    for value in (rbm(v, *nothing), denoising(v, *nothing, noise=0.5)):
        assert value.item() == pytest.approx(VISIBLE * np.log(2))


def test_without_noise_a_denoising_layer_is_an_autoencoder_with_tied_weights(machine):
    weight, b, c = machine
    v = torch.rand(9, VISIBLE, dtype=torch.float64)
    back = torch.sigmoid(torch.sigmoid(v @ weight.T + b) @ weight + c)
    expected = F.binary_cross_entropy(back, v, reduction="none").sum(1).mean()
    torch.testing.assert_close(denoising(v, *machine, noise=0.0), expected)


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_the_noise_is_the_share_of_units_that_are_not_seen(noise):
    """A unit is copied when it is seen, which costs nothing, and taken for off when it is not, which costs 5 nats."""
    torch.manual_seed(0)
    weight, b, c = torch.tensor([[100.0]]), torch.tensor([-50.0]), torch.tensor([-5.0])
    assert denoising(torch.ones(20_000, 1), weight, b, c, noise).item() / 5 == pytest.approx(noise, rel=0.05)


class Watch(Observer):
    """Keeps the weights and the learning rate at the end of each epoch."""

    def __init__(self):
        super().__init__(lambda share: None)
        self.weights, self.rates = [], []

    def on_train_epoch_start(self, trainer, module):
        self.rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    def on_train_epoch_end(self, trainer, module):
        super().on_train_epoch_end(trainer, module)
        self.weights.append({name: value.clone() for name, value in module.state_dict().items()})


def trained(settings, **params):
    seed_everything(0, verbose=False)
    data = Digits()
    model, watch = PretrainedMLP(data.spec, **params), Watch()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fit(model, data, {"batch_size": 10, "accelerator": "cpu", **settings}, watch)
    watch.weights.insert(0, before)
    return model, watch


@pytest.mark.parametrize("pretraining", ["rbm", "denoising"])
def test_one_layer_learns_after_the_other_and_then_all_do(pretraining):
    params = {"hidden": (12, 8), "pretraining": pretraining, "pretrain_epochs": 2, "pretrain_lr": 0.02, "lr": 0.3}
    _, watch = trained({"max_epochs": 6, "batch_size": 200}, **params)
    changed = [
        {name.removeprefix("layers.") for name in after if not torch.equal(after[name], before[name])}
        for before, after in itertools.pairwise(watch.weights)
    ]
    first, second = ({f"{n}.0.weight", f"{n}.0.bias", f"visible_biases.{n - 1}"} for n in (1, 2))
    together = {"1.0.weight", "1.0.bias", "2.0.weight", "2.0.bias", "3.weight", "3.bias"}
    assert changed == [first, first, second, second, together, together]
    assert watch.rates == pytest.approx([0.02] * 4 + [0.3] * 2)


def test_the_second_layer_learns_from_what_the_first_makes_of_the_inputs():
    data = Digits().spec
    model = PretrainedMLP(data, hidden=(12, 8), pretraining="denoising", noise=0.0)
    inputs = torch.rand(5, *data.input_shape)
    first, second = model.layers[1][0], model.layers[2][0]
    v = torch.sigmoid(first(inputs.flatten(1)))
    expected = denoising(v, second.weight, second.bias, torch.zeros(12), noise=0.0)
    loss = model.pretraining_loss(inputs, 1)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert first.weight.grad is None


def test_curves_of_the_classes_begin_with_fine_tuning():
    model, watch = trained({"max_epochs": 5}, hidden=(8,), pretraining="rbm", pretrain_epochs=2)
    assert model.pretraining_epochs == 2
    for name in ("validation-loss", "validation-error"):
        assert [value is None for value in watch.curves[name]] == [True, True, False, False, False]
    assert None not in watch.curves["train-loss"]


def test_pretraining_puts_three_layers_ahead_early():
    """The comparison of Erhan et al. (2010) in small: without it, three layers of sigmoid units wait on a plateau."""
    errors = {}
    for pretraining in ("none", "rbm", "denoising"):
        params = {"hidden": (64, 64, 64), "pretraining": pretraining, "pretrain_epochs": 3, "pretrain_lr": 0.05}
        own = 0 if pretraining == "none" else 9
        _, watch = trained({"max_epochs": own + 4}, **params)
        errors[pretraining] = watch.curves["validation-error"][own:]
    assert len({len(curve) for curve in errors.values()}) == 1
    for pretraining in ("rbm", "denoising"):
        assert all(ours < theirs - 20 for ours, theirs in zip(errors[pretraining], errors["none"], strict=True))


@pytest.mark.parametrize("settings", [{"max_epochs": 4}, {"max_epochs": 1}, {"max_steps": 4 * 126}])
def test_a_training_without_an_epoch_for_fine_tuning_is_refused(settings):
    with pytest.raises(BenchError, match=r"takes 4 epochs \(2 layers of 2 each\)") as caught:
        trained(settings, hidden=(4, 4), pretraining="rbm", pretrain_epochs=2)
    assert "max_epochs" in caught.value.hint


@pytest.mark.parametrize("pretraining", ["none", "rbm", "denoising"])
def test_what_is_exported_is_the_net_alone(pretraining):
    data = Digits().spec
    (export,) = PretrainedMLP(data, hidden=(30, 20), pretraining=pretraining).exports()
    plain = MLP(data, hidden=(30, 20), activation="sigmoid")
    assert sum(p.numel() for p in export.module.parameters()) == sum(p.numel() for p in plain.parameters())


def test_without_pretraining_it_is_an_mlp():
    data = Digits().spec
    torch.manual_seed(0)
    model = PretrainedMLP(data, hidden=(30, 20))
    torch.manual_seed(0)
    plain = MLP(data, hidden=(30, 20), activation="sigmoid").eval()
    inputs = torch.rand(5, *data.input_shape)
    assert torch.equal(model(inputs), plain(inputs))


def test_pretraining_needs_inputs_between_0_and_1():
    anything = DataSpec("classification", (3,), classes=2)
    assert PretrainedMLP(anything).pretraining_epochs == 0
    with pytest.raises(Unsuitable, match="None"):
        PretrainedMLP(anything, pretraining="rbm")


def test_it_is_built_on_the_meta_device():
    with torch.device("meta"):
        assert PretrainedMLP(Digits().spec, pretraining="rbm").exports()


@pytest.mark.parametrize(
    ("name", "value"),
    [("hidden", [0]), ("pretraining", "dbn"), ("pretrain_epochs", 0), ("pretrain_lr", 0), ("noise", 1), ("lr", -1)],
)
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(PretrainedMLP, {name: value}, given=("data",))
