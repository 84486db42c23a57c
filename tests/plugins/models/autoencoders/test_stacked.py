"""The stacked autoencoder: which layers learn when, and from what."""

import pytest
import torch
from torch.nn import functional as F

from bench.stages.train import Observer, fit
from bench_models.autoencoders.dense import DenseAutoencoder
from bench_models.autoencoders.stacked import StackedAutoencoder

# Steps of 10 epochs with batches of 64 of 1,257 images.
STEPS = 200


class Learners(Observer):
    """Notes after each step which layers had a gradient, and what the model's parameters are."""

    def __init__(self, model):
        super().__init__(lambda share: None)
        self.model = model
        self.layers = []
        self.weights = []

    def after_step(self, loss):
        super().after_step(loss)
        named = dict(self.model.named_parameters())
        self.layers.append({name.rsplit(".", 2)[0] for name, one in named.items() if one.grad is not None})
        self.weights.append({name: one.detach().clone() for name, one in named.items()})


@pytest.fixture(scope="module")
def trained(digits):
    """A net of three layers, which learn alone in 60 of 200 steps each, and what was noted of it."""
    torch.manual_seed(0)
    model = StackedAutoencoder(digits.spec, hidden=(30, 20), latent=10, pretraining=0.9)
    learners = Learners(model)
    fit(model, digits, {"max_epochs": 10, "batch_size": 64, "accelerator": "cpu"}, learners)
    return model, learners


def test_each_layer_learns_alone_with_its_mirror_image_and_then_all(trained):
    _, learners = trained
    expected = [{"encoder.1", "decoder.2"}, {"encoder.2", "decoder.1"}, {"encoder.3", "decoder.0"}]
    assert len(learners.layers) == STEPS
    assert learners.layers[:180] == [pair for pair in expected for _ in range(60)]
    assert learners.layers[180:] == [set().union(*expected)] * 20


def test_layers_that_do_not_learn_keep_their_weights(trained):
    _, learners = trained
    for before, after, layers in zip(learners.weights, learners.weights[1:], learners.layers[1:], strict=False):
        changed = {name.rsplit(".", 2)[0] for name in before if not torch.equal(before[name], after[name])}
        assert changed <= layers
    first, last = learners.weights[0], learners.weights[-1]
    assert all(not torch.equal(first[name], last[name]) for name in first)


def test_the_validation_loss_is_that_of_the_pixels_in_every_phase(trained, digits):
    _, learners = trained
    whole, part = DenseAutoencoder(digits.spec, (30, 20), 10), DenseAutoencoder(digits.spec, (), 30)
    inputs, curve = digits.parts.validation.inputs, learners.curves["validation-loss"]
    whole.load_state_dict(learners.weights[-1])
    assert curve[-1] == pytest.approx(F.binary_cross_entropy(whole(inputs), inputs).item(), rel=1e-5)
    after_two_epochs = learners.weights[39]
    pieces = {"encoder.1.0": "encoder.1.0", "decoder.0.0": "decoder.2.0"}
    part.load_state_dict(
        {f"{to}.{one}": after_two_epochs[f"{of}.{one}"] for to, of in pieces.items() for one in ("weight", "bias")}
    )
    assert curve[1] == pytest.approx(F.binary_cross_entropy(part(inputs), inputs).item(), rel=1e-5)


def test_the_second_layer_reconstructs_what_the_first_one_makes(trained, digits):
    model, _ = trained
    inputs = digits.parts.test.inputs
    model.phase = lambda step: 1
    try:
        found = model.objective(inputs)
    finally:
        del model.phase
    first = torch.relu(inputs.flatten(1) @ model.encoder[1][0].weight.T + model.encoder[1][0].bias)
    second = torch.relu(first @ model.encoder[2][0].weight.T + model.encoder[2][0].bias)
    rebuilt = torch.relu(second @ model.decoder[1][0].weight.T + model.decoder[1][0].bias)
    torch.testing.assert_close(found, (rebuilt - first).square().mean())


def test_without_pretraining_it_is_the_dense_one(digits, train):
    curves = []
    for model in (StackedAutoencoder, DenseAutoencoder):
        torch.manual_seed(0)
        params = {"pretraining": 0.0} if model is StackedAutoencoder else {}
        curves.append(train(model(digits.spec, hidden=(20,), latent=5, lr=5e-3, **params), 2))
    assert curves[0] == curves[1]
