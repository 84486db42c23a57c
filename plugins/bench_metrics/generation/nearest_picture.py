"""A picture of generated images beside those that they may be copies of, without a background of its own."""

import torch
from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.drawing import images_only, shades
from bench_metrics.generation.nearest import nearest, nearest_of_test
from bench_metrics.generation.samples import compared
from bench_metrics.sheet import COLUMNS, Row, sheet

# Test images whose distances are the measure: as many as for `data-copying`, which then are sought once.
SAMPLE = 1000


def nearest_training(evaluation: Evaluation, count: PositiveInt = 20) -> Figure:
    """What is generated over the nearest images of the training part, and below each pair how far they are apart.

    Near is what the net of features finds alike, if the suite names one. How far test images are from their nearest is
    in the caption: what is much nearer than that is a copy.

    :param count: how many generated images
    :raises Unsuitable: if the images do not have one or three channels
    """
    images_only(evaluation.spec, "nearest-training")
    samples = compared(evaluation, "nearest-training", count).generated
    distances, rows = nearest(evaluation, samples)
    of_test, _ = nearest_of_test(evaluation, SAMPLE)
    found = evaluation.case.training[0][rows]
    sheet_rows = []
    for some in torch.arange(len(distances)).split(COLUMNS):
        sheet_rows += [
            Row(shades(evaluation, samples[some]), "sample", above=6),
            Row(shades(evaluation, found[some]), "training", notes=[f"{distance:.2f}" for distance in distances[some]]),
        ]
    caption = f"below each pair: how far apart they are; median of test images: {of_test.median():.2f}"
    return sheet(sheet_rows, caption=caption)
