"""Pictures for classifiers. They have no background of their own, so that they fit a light and a dark page."""

import numpy as np
import torch
from matplotlib.figure import Figure
from torchmetrics.functional.classification import multiclass_confusion_matrix

from bench import Evaluation
from bench_metrics.drawing import INK, images_only, in_grey, pixels

SHOWN = 24


def confusion_matrix(evaluation: Evaluation) -> Figure:
    """Rows are the true classes, columns the answers; the colours' scale makes single mistakes visible."""
    classes = evaluation.spec.classes or 0
    counts = multiclass_confusion_matrix(evaluation.outputs, evaluation.targets, classes).numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = evaluation.spec.class_names or tuple(str(number) for number in range(classes))
    figure = Figure(figsize=(4.2, 4.2), dpi=100, layout="constrained", facecolor="none")
    axes = figure.subplots()
    # What never happened has no colour at all: it would be white, which glares on a dark page.
    axes.imshow(np.ma.masked_equal(shares, 0) ** 0.3, cmap="Blues", vmin=0, vmax=1)
    in_grey(axes)
    axes.set_xticks(range(classes), names)
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("answer")
    axes.set_ylabel("class")
    if classes <= 20:
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if shares[row, column] ** 0.3 > 0.6 else "black"
            axes.text(column, row, counts[row, column], ha="center", va="center", fontsize=7, color=colour)
    return figure


def misclassified(evaluation: Evaluation) -> Figure:
    """The mistakes, most confident first, each under `class > answer`.

    :raises Unsuitable: if the inputs are not images of one or three channels
    """
    images_only(evaluation.spec, "misclassified")
    probabilities = torch.softmax(evaluation.outputs, 1)
    confidence, answers = probabilities.max(1)
    wrong = torch.nonzero(answers != evaluation.targets).flatten()
    wrong = wrong[confidence[wrong].argsort(descending=True)][:SHOWN]
    names = evaluation.spec.class_names or tuple(str(number) for number in range(evaluation.spec.classes or 0))
    figure = Figure(figsize=(6.4, 2.9), dpi=100, layout="constrained", facecolor="none")
    for axes, row in zip(figure.subplots(3, SHOWN // 3).flat, [*wrong.tolist(), *[None] * SHOWN], strict=False):
        axes.axis("off")
        if row is not None:
            axes.imshow(pixels(evaluation.inputs[row]), cmap="gray")
            axes.set_title(f"{names[evaluation.targets[row]]} > {names[answers[row]]}", fontsize=8, color=INK)
    if not len(wrong):
        figure.suptitle("no mistakes on the test set", fontsize=9, color=INK)
    return figure
