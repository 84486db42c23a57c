"""The denoising autoencoder: its noise, and that it takes some away."""

import pytest
import torch

from bench import DataSpec, Unsuitable
from bench_models.autoencoders.denoising import DenoisingAutoencoder

GREY = torch.full((50, 1, 20, 20), 0.5)


def spec(value_range):
    return DataSpec("x", (1, 20, 20), value_range=value_range)


def test_gaussian_noise_has_its_deviation_and_stays_within_the_datasets_range():
    torch.manual_seed(0)
    free = DenoisingAutoencoder(spec(None), level=0.7).corrupt(GREY)
    assert float(free.mean()) == pytest.approx(0.5, abs=0.02)
    assert float(free.std()) == pytest.approx(0.7, rel=0.02)
    clipped = DenoisingAutoencoder(spec((0.0, 1.0)), level=0.7).corrupt(GREY)
    assert (float(clipped.min()), float(clipped.max())) == (0.0, 1.0)


@pytest.mark.parametrize(("value_range", "lowest"), [(None, 0.0), ((0.0, 1.0), 0.0), ((-1.0, 1.0), -1.0)])
def test_masking_sets_its_share_to_the_lowest_value(value_range, lowest):
    torch.manual_seed(0)
    masked = DenoisingAutoencoder(spec(value_range), noise="masking", level=0.3).corrupt(GREY)
    assert masked.unique().tolist() == sorted([lowest, 0.5])
    assert float((masked == lowest).float().mean()) == pytest.approx(0.3, abs=0.01)


def test_masking_more_than_everything_is_refused():
    with pytest.raises(Unsuitable, match="at most 1"):
        DenoisingAutoencoder(spec(None), noise="masking", level=1.5)


def test_the_clean_inputs_are_what_it_is_held_against(digits):
    model = DenoisingAutoencoder(digits.spec)
    inputs = digits.parts.test.inputs
    model.corrupt = torch.zeros_like
    expected = torch.nn.functional.binary_cross_entropy(model(torch.zeros_like(inputs)), inputs)
    torch.testing.assert_close(model.objective(inputs), expected)


def test_it_takes_noise_away(digits, train):
    torch.manual_seed(0)
    model = DenoisingAutoencoder(digits.spec, latent=200)
    train(model, 40)
    model.eval()
    clean = digits.parts.test.inputs
    noisy = model.corrupt(clean)
    before, after = ((one - clean).square().mean() for one in (noisy, model(noisy).detach()))
    assert float(after) < 0.5 * float(before)
    assert torch.equal(model(noisy), model(noisy))
