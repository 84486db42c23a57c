"""PCA against the singular value decomposition."""

import numpy as np
import pytest
import torch

from bench import DataSpec, Unsuitable
from bench.signature import ParameterError, checked
from bench_models.classical.pca import PCA


@pytest.mark.parametrize("components", [1, 8, 32, 64])
def test_the_error_is_what_the_discarded_directions_hold(components, digits):
    """Eckart & Young (1936): the sum of the squares of the singular values that are left out."""
    model = PCA(digits.spec, components)
    model.fit(digits)
    inputs = digits.parts.train.inputs
    reconstruction = model.exports()[2].module(inputs)
    rows = inputs.flatten(1).double().numpy()
    values = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    expected = (values[components:] ** 2).sum() / rows.size
    assert (reconstruction - inputs).double().square().mean().item() == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_the_autoencoder_is_the_decoder_after_the_encoder(digits, executed):
    model = PCA(digits.spec, 8)
    model.fit(digits)
    encoder, decoder, whole = model.exports()
    inputs = digits.parts.test.inputs
    torch.testing.assert_close(executed(decoder, executed(encoder, inputs)), executed(whole, inputs))


@pytest.mark.parametrize(("components", "error"), [(8, 0.0247), (16, 0.0116), (32, 0.0026)])
def test_it_reaches_the_known_errors_on_digits(components, error, digits, executed):
    model = PCA(digits.spec, components)
    model.fit(digits)
    inputs = digits.parts.test.inputs
    found = (executed(model.exports()[2], inputs) - inputs).square().mean().item()
    assert found == pytest.approx(error, rel=0.04)


def test_more_components_than_features_are_refused():
    with pytest.raises(Unsuitable, match="64"):
        PCA(DataSpec("classification", (1, 8, 8)), components=65)


@pytest.mark.parametrize("components", [0, -1, 2.5, "8", True])
def test_a_senseless_size_is_refused(components):
    with pytest.raises(ParameterError, match=r"^components: "):
        checked(PCA, {"components": components}, given=("data",))
