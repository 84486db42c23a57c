"""What metrics of generators compare inputs by."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bench import Evaluation

Numbers = NDArray[np.float64]


def features(evaluation: Evaluation, inputs: Tensor) -> Numbers:
    """Inputs (n, *input_shape) -> features (n, d): the inputs themselves, flattened.

    Of points in the plane they are the coordinates, of images the pixels. Distances of pixels are not those that an eye
    sees, nor are they comparable with published figures, which come from trained nets.
    """
    return inputs.flatten(1).double().numpy()
