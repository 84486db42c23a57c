"""Metrics against scikit-learn."""

import numpy as np
import pytest
import torch
from matplotlib.image import imread
from scipy.special import softmax
from sklearn import metrics as reference

from bench import DataSpec, Evaluation
from bench_metrics.classification.pictures import confusion_matrix, misclassified
from bench_metrics.classification.scores import CalibrationError, CrossEntropy, Error, accuracy

SPEC = DataSpec("classification", (1, 8, 8), classes=4, class_names=("a", "b", "c", "d"))


@pytest.fixture
def answers():
    rng = np.random.default_rng(3)
    return rng.normal(size=(500, 4)).astype("float32") * 2, rng.integers(0, 4, 500)


def computed(metric, answers):
    scores, targets = map(torch.from_numpy, answers)
    for rows in torch.arange(len(scores)).split(64):
        metric.update(scores[rows], targets[rows])
    return float(metric.compute())


def test_accuracy(answers):
    assert computed(accuracy(SPEC), answers) == pytest.approx(
        reference.accuracy_score(answers[1], answers[0].argmax(1))
    )


def test_error_is_the_rest_in_per_cent(answers):
    expected = 100 * reference.zero_one_loss(answers[1], answers[0].argmax(1))
    assert computed(Error(SPEC), answers) == pytest.approx(expected, rel=1e-5)


def test_cross_entropy(answers):
    probabilities = softmax(answers[0].astype("float64"), axis=1)
    assert computed(CrossEntropy(SPEC), answers) == pytest.approx(
        reference.log_loss(answers[1], probabilities), rel=1e-5
    )


def test_calibration_error(answers):
    probabilities = softmax(answers[0].astype("float64"), axis=1)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == answers[1]
    bins = np.minimum((confidence * 15).astype(int), 14)
    expected = sum(
        (bins == b).mean() * abs(confidence[bins == b].mean() - right[bins == b].mean()) for b in np.unique(bins)
    )
    assert computed(CalibrationError(SPEC), answers) == pytest.approx(expected, rel=1e-4)


def evaluation(answers):
    scores, targets = map(torch.from_numpy, answers)
    inputs = torch.rand(len(scores), 1, 8, 8)
    return Evaluation(
        SPEC, "forward", "classification", inputs, targets, {"input": inputs}, {"scores": scores}, 0, None
    )


def test_confusion_matrix_writes_scikit_learns_counts(answers):
    axes = confusion_matrix(evaluation(answers)).axes[0]
    written = [int(text.get_text()) for text in axes.texts]
    expected = reference.confusion_matrix(answers[1], answers[0].argmax(1))
    assert written == [count for count in expected.flatten() if count]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(SPEC.class_names)


def test_misclassified_shows_mistakes_alone_most_confident_first(answers):
    scores, targets = answers
    confidence = softmax(scores, axis=1).max(1)
    wrong = np.flatnonzero(scores.argmax(1) != targets)
    wrong = wrong[np.argsort(-confidence[wrong])]
    titles = [axes.get_title() for axes in misclassified(evaluation(answers)).axes]
    expected = [f"{SPEC.class_names[targets[i]]} > {SPEC.class_names[scores[i].argmax()]}" for i in wrong[:24]]
    assert titles == expected


def test_misclassified_says_if_there_are_none():
    scores = np.eye(4, dtype="float32")
    figure = misclassified(evaluation((scores, np.arange(4))))
    assert "no mistakes" in figure.get_suptitle()


@pytest.mark.parametrize("draw", [confusion_matrix, misclassified])
def test_a_picture_has_no_background(answers, tmp_path, draw):
    draw(evaluation(answers)).savefig(tmp_path / "a.png")
    pixels = imread(tmp_path / "a.png")
    assert pixels.shape[2] == 4
    assert pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3].max() == 0


def test_what_never_happened_has_no_colour():
    axes = confusion_matrix(evaluation((np.eye(4, dtype="float32"), np.arange(4)))).axes[0]
    (image,) = axes.images
    shown = image.to_rgba(image.get_array())
    assert (shown[..., 3] > 0).tolist() == np.eye(4, dtype=bool).tolist()


def test_ink_reads_on_a_light_and_a_dark_page(answers):
    axes = confusion_matrix(evaluation(answers)).axes[0]
    texts = [*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label]
    assert {text.get_color() for text in texts} == {"#808080"}
    titles = [axes.title for axes in misclassified(evaluation(answers)).axes]
    assert {title.get_color() for title in titles} == {"#808080"}
