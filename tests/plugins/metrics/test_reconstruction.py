"""Metrics of reconstructions against scikit-learn, scipy and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.ndimage import gaussian_filter
from scipy.special import entr, xlog1py, xlogy
from scipy.stats import mannwhitneyu, norm
from sklearn import metrics as reference

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_metrics.reconstruction.against_pca import mse_against_pca
from bench_metrics.reconstruction.anomalies import anomaly_auroc
from bench_metrics.reconstruction.denoising import denoising_gain, denoising_mse, noisy
from bench_metrics.reconstruction.scores import PSNR, BinaryCrossEntropy, mean_squared_error, ssim


def spec_of(side=8, value_range=(0.0, 1.0)):
    return DataSpec("classification", (1, side, side), value_range=value_range)


def drawn(seed, rows=20, side=8, low=0.0, high=1.0):
    generator = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(rows, 1, side, side, generator=generator)


def computed(metric, outputs, truth):
    """In batches, the last of which is smaller."""
    for one, other in zip(outputs.split(8), truth.split(8), strict=True):
        metric.update(one, other)
    return float(metric.compute())


@given(st.integers(0, 99), st.floats(0, 0.5))
def test_bce_is_the_mean_over_pixels_with_probabilities_clipped(seed, beyond):
    outputs, truth = drawn(seed, low=-beyond, high=1 + beyond), drawn(seed + 1)
    y, x = (tensor.double().numpy() for tensor in (outputs, truth))
    y = np.clip(y, 1e-7, 1 - 1e-7)
    expected = -np.mean(xlogy(x, y) + xlog1py(1 - x, -y))
    assert computed(BinaryCrossEntropy(spec_of()), outputs, truth) == pytest.approx(expected, rel=1e-5)


def test_bce_of_nothing_lost_is_the_entropy_of_the_pixels():
    truth = drawn(0)
    x = truth.double().numpy()
    expected = np.mean(entr(x) + entr(1 - x))
    assert computed(BinaryCrossEntropy(spec_of()), truth, truth) == pytest.approx(expected, rel=1e-5)


def test_bce_of_the_worst_answer_is_finite():
    black, white = torch.zeros(4, 1, 8, 8), torch.ones(4, 1, 8, 8)
    assert computed(BinaryCrossEntropy(spec_of()), black, white) == pytest.approx(-np.log(1e-7), rel=1e-5)


@pytest.mark.parametrize("value_range", [None, (-1.0, 1.0), (0.0, 255.0)])
def test_bce_needs_pixels_between_0_and_1(value_range):
    with pytest.raises(Unsuitable, match="reconstruction-bce needs"):
        BinaryCrossEntropy(spec_of(value_range=value_range))


@given(st.integers(0, 99))
def test_mse(seed):
    outputs, truth = drawn(seed), drawn(seed + 1)
    expected = reference.mean_squared_error(truth.flatten(1), outputs.flatten(1))
    assert computed(mean_squared_error(spec_of()), outputs, truth) == pytest.approx(expected, rel=1e-5)


@given(st.floats(0.01, 1), st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)]))
def test_psnr_of_an_even_error_is_known(error, value_range):
    low, high = value_range
    truth = drawn(0, low=low, high=high)
    outputs = truth + error * (high - low)
    expected = -20 * np.log10(error)
    assert computed(PSNR(spec_of(value_range=value_range)), outputs, truth) == pytest.approx(expected, abs=1e-3)


def test_psnr_is_of_the_mean_error_not_the_mean_of_images():
    truth = torch.zeros(2, 1, 8, 8)
    outputs = torch.stack([torch.full((1, 8, 8), 0.1), torch.full((1, 8, 8), 0.3)])
    assert computed(PSNR(spec_of()), outputs, truth) == pytest.approx(-10 * np.log10(0.05), abs=1e-4)


def test_psnr_ends_at_100_decibels():
    truth = drawn(0)
    assert computed(PSNR(spec_of()), truth, truth) == 100


@pytest.mark.parametrize(("metric", "name"), [(PSNR, "psnr"), (ssim, "ssim")])
def test_a_signal_of_unknown_range_has_no_ratio(metric, name):
    with pytest.raises(Unsuitable, match=name):
        metric(spec_of(value_range=None))


def wang(x, y, sigma, span):
    """Equation 13 of Wang et al. (2004) at every pixel of images (n, 1, h, w), whose mean is the index."""

    def blurred(images):
        # truncate: as many sigmas as give torchmetrics' window; mirror: torch's reflect
        return np.stack([gaussian_filter(one[0], sigma, mode="mirror", truncate=3.5) for one in images])

    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    mx, my = blurred(x), blurred(y)
    vx, vy, cov = blurred(x * x) - mx * mx, blurred(y * y) - my * my, blurred(x * y) - mx * my
    return ((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()


@pytest.mark.parametrize(("side", "window"), [(3, 3), (8, 7), (9, 9), (10, 9), (11, 11), (28, 11)])
def test_ssim_is_wangs_with_a_window_that_fits(side, window):
    low, high = -1.0, 3.0
    truth = drawn(0, side=side, low=low, high=high)
    outputs = 0.7 * truth + 0.3 * drawn(1, side=side, low=low, high=high)
    metric = ssim(spec_of(side, (low, high)))
    expected = wang(outputs.double().numpy(), truth.double().numpy(), 1.5 * window / 11, high - low)
    assert computed(metric, outputs, truth) == pytest.approx(expected, abs=1e-4)


@given(st.floats(0, 1), st.floats(0, 1))
def test_ssim_of_even_images_compares_their_lightness(a, b):
    outputs, truth = torch.full((9, 1, 8, 8), a), torch.full((9, 1, 8, 8), b)
    expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    # Single precision loses the variance of what does not vary: some 1e-7, against the constant 9e-4 beside it.
    assert computed(ssim(spec_of()), outputs, truth) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("shape", [(64,), (1, 2, 8)])
def test_ssim_needs_images(shape):
    with pytest.raises(Unsuitable, match="ssim needs images"):
        ssim(DataSpec("classification", shape, value_range=(0.0, 1.0)))


@pytest.fixture
def black(evaluate, autoencoder):
    """The evaluation of an autoencoder that hands black images through."""
    parts = autoencoder(lambda x: x, lambda z: z, (1, 28, 28), (1, 28, 28))
    return evaluate(parts, "autoencoder", torch.zeros(200, 1, 28, 28), seed=3)


@pytest.mark.parametrize("sigma", [0.25, 0.5, 2.0])
def test_noise_that_nobody_removes_has_the_clipped_gaussians_variance(black, sigma):
    # On black pixels, clipping to [0, 1] leaves the upper half of the bell, and puts what is above 1 there.
    expected = quad(lambda z: z * z * norm.pdf(z, scale=sigma), 0, 1)[0] + norm.sf(1, scale=sigma)
    assert denoising_mse(black, sigma=sigma) == pytest.approx(expected, rel=0.02)
    assert denoising_gain(black, sigma=sigma) == pytest.approx(0, abs=1e-6)


def test_noise_is_not_clipped_where_the_range_is_unknown(evaluate, autoencoder):
    parts = autoencoder(lambda x: x, lambda z: z, (400,), (400,))
    evaluation = evaluate(parts, "autoencoder", torch.zeros(200, 400), value_range=None)
    assert denoising_mse(evaluation, sigma=0.5) == pytest.approx(0.25, rel=0.02)


def test_noise_is_drawn_by_the_seed(black, evaluate):
    again = evaluate(list(black.case.exports.values()), "autoencoder", black.inputs, seed=4)
    assert denoising_mse(black) == denoising_mse(black) != denoising_mse(again)


@given(st.sampled_from(["gaussian", "masking"]), st.floats(0.01, 0.99))
def test_gain_is_what_the_errors_fall_by(evaluate, autoencoder, noise, kept):
    truth = drawn(0)
    # It takes away a share of the noise, so that the MSE falls by this share's square.
    parts = autoencoder(lambda x: truth + kept * (x - truth), lambda z: z, (1, 8, 8), (1, 8, 8))
    evaluation = evaluate(parts, "autoencoder", truth)
    assert denoising_gain(evaluation, noise=noise) == pytest.approx(-20 * np.log10(kept), abs=1e-3)
    before = float((noisy(evaluation, noise, 0.5, 0.25) - truth).square().mean())
    assert denoising_mse(evaluation, noise=noise) == pytest.approx(kept**2 * before, rel=1e-3)


def test_masking_sets_its_share_to_the_lowest_value(evaluate, autoencoder):
    parts = autoencoder(lambda x: x, lambda z: z, (1, 8, 8), (1, 8, 8))
    white = torch.ones(500, 1, 8, 8)
    for low, share in ((0.0, 0.25), (-1.0, 0.7)):
        found = noisy(evaluate(parts, "autoencoder", white, value_range=(low, 1.0)), "masking", 0.5, share)
        assert set(found.unique().tolist()) == {low, 1.0}
        assert float((found == low).float().mean()) == pytest.approx(share, abs=0.02)


def test_a_perfect_cleaner_has_a_finite_gain(evaluate, autoencoder):
    truth = drawn(0)
    parts = autoencoder(lambda x: truth, lambda z: z, (1, 8, 8), (1, 8, 8))
    evaluation = evaluate(parts, "autoencoder", truth)
    assert denoising_mse(evaluation) == 0
    assert 80 < denoising_gain(evaluation) < 110


def test_noise_that_changes_nothing_has_no_gain(black):
    with pytest.raises(Unsuitable, match="needs noise"):
        denoising_gain(black, noise="masking")


def test_only_the_data_get_noise(evaluate):
    """What a variational autoencoder draws stays as it was."""
    seen = {}

    def module(x, epsilon):
        seen.setdefault("epsilon", []).append(epsilon)
        return x, epsilon

    inputs = (TensorSpec("input", (1, 8, 8)), TensorSpec("epsilon", (3,), source="normal"))
    part = Export("autoencoder", module, "reconstruction", inputs, ("reconstruction", "mean"))
    evaluation = evaluate([part], "autoencoder", drawn(0))
    denoising_mse(evaluation)
    assert len(seen["epsilon"]) == 2
    assert torch.equal(*seen["epsilon"])


def off_by(errors, autoencoder):
    """An autoencoder that is so far off at each input."""
    parts = autoencoder(lambda x: x, lambda z: z, (4,), (4,))
    shift = torch.as_tensor(errors, dtype=torch.float32).view(-1, 1)
    return [*parts[:2], Export("autoencoder", lambda x: x + shift, "reconstruction", parts[2].inputs)]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=2, max_size=40))
def test_anomaly_auroc_is_the_chance_that_an_anomaly_is_worse(evaluate, autoencoder, drawn):
    errors, classes = (np.array(column) for column in zip(*drawn, strict=True))
    anomalous = np.isin(classes, (1, 3))
    evaluation = evaluate(
        off_by(errors, autoencoder), "autoencoder", torch.zeros(len(errors), 4), torch.tensor(classes), unseen=(1, 3)
    )
    if anomalous.all() or not anomalous.any():
        with pytest.raises(Unsuitable, match="both"):
            anomaly_auroc(evaluation)
    else:
        wins = mannwhitneyu(errors[anomalous], errors[~anomalous]).statistic
        assert anomaly_auroc(evaluation) == pytest.approx(wins / (anomalous.sum() * (~anomalous).sum()))


def test_anomaly_auroc_needs_anomalies(evaluate, autoencoder):
    with pytest.raises(Unsuitable, match="training does not see"):
        anomaly_auroc(evaluate(off_by([1, 2], autoencoder), "autoencoder", torch.zeros(2, 4)))


@pytest.fixture(scope="module")
def correlated():
    """Rows (n, 6) to train and to test on, that vary most in a few directions; by numpy, centre and directions."""
    generator = np.random.default_rng(1)
    mixing = generator.normal(size=(6, 6)) * 2.0 ** -np.arange(6)[:, None]
    training, test = (generator.normal(size=(rows, 6)) @ mixing + 3 for rows in (300, 100))
    centre = training.mean(0)
    directions = np.linalg.svd(training - centre)[2]
    return tuple(torch.from_numpy(array).float() for array in (training, test, centre, directions))


def projection(correlated, kept):
    """Encoder and decoder that keep these of the principal directions."""
    _, _, centre, directions = correlated
    basis = directions[list(kept)]
    return lambda x: (x - centre) @ basis.T, lambda z: z @ basis + centre


def ratio(evaluate, autoencoder, correlated, kept):
    training, test = correlated[:2]
    parts = autoencoder(*projection(correlated, kept), (6,), (len(kept),))
    zeros = torch.zeros(len(training), dtype=torch.long)
    return mse_against_pca(evaluate(parts, "autoencoder", test, training=(training, zeros)))


def test_pca_is_as_good_as_pca(evaluate, autoencoder, correlated):
    assert ratio(evaluate, autoencoder, correlated, (0, 1)) == pytest.approx(1, rel=1e-4)


def test_other_directions_are_worse_by_the_variance_that_they_miss(evaluate, autoencoder, correlated):
    _, test, centre, directions = correlated
    lost = ((test - centre) @ directions.T).square().mean(0)
    expected = float((lost.sum() - lost[0] - lost[4]) / (lost.sum() - lost[0] - lost[1]))
    assert ratio(evaluate, autoencoder, correlated, (0, 4)) == pytest.approx(expected, rel=1e-3)
    assert expected > 1.1


@pytest.mark.parametrize("kept", [range(6), [0, 1, 2, 3, 4, 5, 5]])
def test_pca_that_loses_nothing_is_no_measure(evaluate, autoencoder, correlated, kept):
    with pytest.raises(Unsuitable, match="loses nothing"):
        ratio(evaluate, autoencoder, correlated, kept)


@pytest.mark.parametrize("rows", [torch.zeros(30, 6), torch.arange(30.0).view(30, 1).expand(30, 6)])
def test_data_of_fewer_directions_than_the_code_are_no_measure(evaluate, autoencoder, rows):
    parts = autoencoder(lambda x: x[:, :2], lambda z: torch.cat([z, z, z], 1), (6,), (2,))
    with pytest.raises(Unsuitable, match="loses nothing"):
        mse_against_pca(evaluate(parts, "autoencoder", rows))


def test_mse_against_pca_needs_an_encoder(evaluate, autoencoder, correlated):
    whole = autoencoder(*projection(correlated, (0,)), (6,), (1,))[2:]
    with pytest.raises(Unsuitable, match="no artifact 'encoder'"):
        mse_against_pca(evaluate(whole, "autoencoder", correlated[1]))
