"""Scores of single rows: their mean is the metric's value, and each is what scikit-learn says of its row."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn import metrics as reference

from bench import Export, TensorSpec
from bench.records import MetricUse
from bench.stages.score import score, scores_of
from bench_metrics import bench_metrics

INFOS = {info.name: info for info in bench_metrics() if info.scores}
CLASSES, TOKENS, HORIZONS = 4, ("a", " the", "dog", "s", "\n"), (1, 7, 30)
SHAPE, LATENT = (1, 8, 8), 3

# A metric's parameters, where other than the usual ones take another way.
PARAMS = [
    *((name, {}) for name in INFOS),
    ("mae", {"horizon": 7}),
    ("skill-against-persistence", {"horizon": 30}),
    ("denoising-mse", {"noise": "masking", "masked": 0.5}),
    ("elbo", {"samples": 3}),
    ("importance-weighted-bound", {"samples": 20, "images": 5}),
]


def classifier(rows, generator):
    scores = 2 * torch.randn(rows, CLASSES, generator=generator)
    targets = torch.randint(CLASSES, (rows,), generator=generator)
    return [part("classification", scores)], {"targets": targets, "classes": CLASSES}


def language_model(rows, generator):
    logits = 2 * torch.randn(rows, 6, len(TOKENS), generator=generator)
    targets = torch.randint(len(TOKENS), (rows, 6), generator=generator)
    return [part("language-modelling", logits)], {"targets": targets, "vocabulary": TOKENS}


def forecaster(rows, generator):
    answers, targets = torch.randn(2, rows, len(HORIZONS), generator=generator)
    spec = {"horizons": HORIZONS, "season": (2, 3), "inputs": seasons(rows, generator)}
    training = seasons(800, generator), torch.randn(800, len(HORIZONS), generator=generator)
    return [part("forecasting", answers)], {"targets": targets, "training": training, **spec}


def seasons(rows, generator):
    """Windows of five days, from one day of the year to the next: a value, another, and the time of the year."""
    angles = 2 * torch.pi * (torch.arange(rows)[:, None] + torch.arange(5)) / 365.25
    return torch.stack([*torch.randn(2, rows, 5, generator=generator), angles.sin(), angles.cos()], 2)


def autoencoder(rows, generator):
    """A variational one of images, with linear layers."""
    into, out = torch.randn(64, 2 * LATENT, generator=generator) / 8, torch.randn(LATENT, 64, generator=generator)

    def encode(x):
        return tuple((x.flatten(1) @ into).chunk(2, 1))

    def decode(z):
        logits = z @ out
        return torch.sigmoid(logits).view(-1, *SHAPE), logits

    def whole(x, epsilon):
        mean, log_variance = encode(x)
        return decode(mean + (log_variance / 2).exp() * epsilon)[0]

    data, epsilon = TensorSpec("input", SHAPE), TensorSpec("epsilon", (LATENT,), source="normal")
    parts = [
        Export("forward", whole, "reconstruction", (data, epsilon)),
        Export("encoder", encode, "embedding", (data,), ("mean", "log_variance")),
        Export("decoder", decode, "generation", (TensorSpec("z", (LATENT,), source="normal"),), ("sample", "logits")),
    ]
    return parts, {"inputs": torch.rand(rows, *SHAPE, generator=generator)}


MAKE = {
    "classification": classifier,
    "language-modelling": language_model,
    "forecasting": forecaster,
    "reconstruction": autoencoder,
}


def part(task, answers):
    """An artifact that answers this, whatever it is asked."""
    return Export("forward", lambda inputs: answers, task, (TensorSpec("input", (1,)),))


@pytest.fixture(scope="module")
def drawn(evaluate):
    """Makes the evaluation of random answers: `drawn(task, rows, seed)`."""

    def drawn(task, rows, seed):
        parts, more = MAKE[task](rows, torch.Generator().manual_seed(seed))
        inputs = more.pop("inputs", torch.zeros(rows, 1))
        return evaluate(parts, "forward", inputs, seed=seed, task=task, **more)

    return drawn


@pytest.mark.parametrize(("name", "params"), PARAMS)
@given(rows=st.integers(2, 40), seed=st.integers(0, 999))
def test_their_mean_is_the_value(drawn, name, params, rows, seed):
    use = MetricUse(name, INFOS[name], params)
    evaluation = drawn(use.info.task, rows, seed)
    value = score(use, evaluation)
    scores = scores_of(use, evaluation, value)  # which refuses what does not have it as its mean
    assert (scores.shape, scores.dtype) == ((rows,), np.float32)
    assert scores.mean(dtype=np.float64) == pytest.approx(value, rel=1e-5, abs=2e-6)


@pytest.mark.parametrize("name", [name for name, info in INFOS.items() if info.task == "classification"])
def test_more_rows_than_are_scored_at_once_keep_their_order(drawn, name):
    evaluation, use = drawn("classification", 2500, 0), MetricUse(name, INFOS[name])
    scores = scores_of(use, evaluation, score(use, evaluation))
    wrong = (evaluation.outputs.argmax(1) != evaluation.targets).numpy()
    if name == "cross-entropy":
        probabilities = softmax(evaluation.outputs.double().numpy(), axis=1)
        expected = [
            reference.log_loss([target], [row], labels=range(CLASSES))
            for target, row in zip(evaluation.targets.tolist(), probabilities, strict=True)
        ]
        np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-6)
    else:
        np.testing.assert_array_equal(scores, {"accuracy": ~wrong, "error": 100 * wrong}[name])


@pytest.mark.parametrize(
    ("name", "theirs"),
    [("reconstruction-mse", reference.mean_squared_error), ("mae", reference.mean_absolute_error)],
)
def test_errors_of_rows_are_scikit_learns_of_as_many_outputs(drawn, name, theirs):
    use = MetricUse(name, INFOS[name])
    evaluation = drawn(use.info.task, 50, 1)
    scores = scores_of(use, evaluation, score(use, evaluation))
    truth, outputs = (tensor.flatten(1).T.numpy() for tensor in (evaluation.truth, evaluation.outputs))
    np.testing.assert_allclose(scores, theirs(truth, outputs, multioutput="raw_values"), rtol=1e-5)


def test_a_row_of_text_has_the_accuracy_that_scikit_learn_gives_it(drawn):
    use = MetricUse("next-token-accuracy", INFOS["next-token-accuracy"])
    evaluation = drawn("language-modelling", 50, 1)
    scores = scores_of(use, evaluation, score(use, evaluation))
    expected = map(reference.accuracy_score, evaluation.targets, evaluation.outputs.argmax(2))
    np.testing.assert_allclose(scores, list(expected), rtol=1e-6)


@pytest.mark.parametrize(
    "name", ["nats-per-token", "reconstruction-bce", "reconstruction-mse", "ssim", "cross-entropy"]
)
def test_a_score_is_the_value_of_the_row_alone(drawn, evaluate, name):
    use = MetricUse(name, INFOS[name])
    evaluation = drawn(use.info.task, 7, 2)
    scores = scores_of(use, evaluation, score(use, evaluation))
    for row in range(7):
        alone = evaluate(
            [part(use.info.task, evaluation.outputs[row : row + 1])],
            "forward",
            evaluation.inputs[row : row + 1],
            evaluation.targets[row : row + 1],
            classes=CLASSES,
        )
        assert score(use, alone) == pytest.approx(scores[row], rel=1e-5)
