"""The contractive autoencoder: its penalty against automatic differentiation, and what it does."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import jacrev, vmap

from bench import DataSpec
from bench_models.autoencoders.contractive import ContractiveAutoencoder


def squared_jacobian(model, inputs):
    """||dh/dx||^2 of each input, by automatic differentiation."""
    jacobians = vmap(jacrev(lambda one: model.encoder(one.unsqueeze(0))[0]))(inputs)
    return jacobians.square().flatten(1).sum(1)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 20), st.floats(0.0, 3.0))
def test_the_penalty_is_the_squared_norm_of_the_jacobian(seed, latent, scale):
    torch.manual_seed(seed)
    model = ContractiveAutoencoder(DataSpec("x", (1, 3, 4), value_range=(0.0, 1.0)), 0.5, latent).double()
    with torch.no_grad():
        model.encoder[1].weight.mul_(scale)
    inputs = torch.rand(5, 1, 3, 4, dtype=torch.float64)
    exact = squared_jacobian(model, inputs)
    torch.testing.assert_close(model.squared_jacobian(model.encoder(inputs)), exact)
    torch.testing.assert_close(model.penalty(model.encoder(inputs)), 0.5 * exact.mean())


def test_the_penalty_makes_the_jacobian_smaller(digits, train):
    norms = []
    for contraction in (0.0, 1.0):
        torch.manual_seed(0)
        model = ContractiveAutoencoder(digits.spec, contraction, latent=100)
        train(model, 15)
        norms.append(float(squared_jacobian(model, digits.parts.test.inputs[:50]).sqrt().mean().detach()))
    assert norms[1] < 0.75 * norms[0]
