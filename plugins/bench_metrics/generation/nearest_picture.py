"""A picture of generated images beside those that they may be copies of, without a background of its own."""

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.drawing import images_only, shades
from bench_metrics.generation.nearest import nearest
from bench_metrics.generation.samples import compared, training_part
from bench_metrics.sheet import COLUMNS, Row, sheet


def nearest_training(evaluation: Evaluation, count: PositiveInt = 20) -> Figure:
    """What is generated over the nearest images of the training part, and below each pair how far they are apart.

    The same for test images is in the caption: what is much nearer than that is a copy.

    :param count: how many generated images
    :raises Unsuitable: if the images do not have one or three channels
    """
    images_only(evaluation.spec, "nearest-training")
    pair = compared(evaluation, "nearest-training", count)
    distances, rows = nearest(evaluation, "nearest-training", pair.generated)
    of_test, _ = nearest(evaluation, "nearest-training", pair.real)
    found = training_part(evaluation, "nearest-training")[0][rows]
    sheet_rows = []
    for some in torch.arange(len(distances)).split(COLUMNS):
        sheet_rows += [
            Row(shades(evaluation, pair.generated[some]), "generated", above=6),
            Row(shades(evaluation, found[some]), "training", notes=[f"{distance:.2f}" for distance in distances[some]]),
        ]
    caption = f"below each pair: its distance; of test images to their nearest, {np.median(of_test):.2f} is the median"
    return sheet(sheet_rows, caption=caption)
