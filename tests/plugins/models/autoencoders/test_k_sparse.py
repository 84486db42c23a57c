"""The k-sparse autoencoder: exactly k numbers of a code are active, the largest; and tied weights."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import Unsuitable
from bench_models.autoencoders.k_sparse import KSparseAutoencoder, Largest


@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 30), st.data())
def test_the_k_largest_are_kept_and_no_others(seed, rows, width, data):
    k = data.draw(st.integers(1, width))
    z = torch.randn(rows, width, generator=torch.Generator().manual_seed(seed))
    kept = Largest(k)(z)
    order = np.argsort(-z.numpy(), axis=1, kind="stable")
    expected = np.zeros_like(z)
    np.put_along_axis(expected, order[:, :k], np.take_along_axis(z.numpy(), order[:, :k], 1), 1)
    np.testing.assert_array_equal(kept.numpy(), expected)


def test_equals_are_not_kept_beyond_k():
    assert int((Largest(3)(torch.ones(2, 10)) != 0).sum()) == 2 * 3


def test_only_what_is_kept_learns():
    z = torch.tensor([[3.0, -1.0, 2.0, 0.5]], requires_grad=True)
    Largest(2)(z).sum().backward()
    assert z.grad.tolist() == [[1, 0, 1, 0]]


def test_every_code_has_k_active_numbers_after_training(digits, train):
    torch.manual_seed(0)
    model = KSparseAutoencoder(digits.spec, k=7, latent=50)
    train(model, 5)
    assert (model.encoder(digits.parts.test.inputs) != 0).sum(1).eq(7).all()


def test_the_decoder_is_the_encoders_transpose(digits):
    model = KSparseAutoencoder(digits.spec, k=50, latent=50).double()
    inputs = digits.parts.test.inputs.double()
    rows, linear, transposed = inputs.flatten(1), model.encoder[1], model.decoder[0]
    expected = (rows @ linear.weight.T + linear.bias) @ linear.weight + transposed.bias
    torch.testing.assert_close(model(inputs).flatten(1), expected)
    assert sum(one.numel() for one in model.parameters()) == 64 * 50 + 50 + 64


def test_more_than_all_cannot_be_active(digits):
    with pytest.raises(Unsuitable, match="cannot have 6"):
        KSparseAutoencoder(digits.spec, k=6, latent=5)
