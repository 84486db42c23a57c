"""Whether a linear autoencoder finds the subspace of PCA: Baldi & Hornik (1989), Neural Networks 2, 53-58."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.linalg import subspace_angles
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.pca import principal_components

# How far a decoder's answers may lie from an affine map's, as a share: half precision passes, a curve does not.
BEND = 1e-2
# Directions below this share of the longest are rounding: no subspace is spanned by them.
RANK = 1e-4
CHECKED = 256


def principal_angle(evaluation: Evaluation) -> float:
    """Largest angle, in degrees, between what the decoder spans and the first principal components, as many of them.

    0 if the two subspaces are one, 90 if one has a direction that is perpendicular to all of the other. PCA is fitted
    on the training part.

    :raises Unsuitable: if the model has no decoder, or it is not affine, or PCA of this size would lose nothing
    """
    codes = evaluation.outputs
    spanned = _columns(lambda code: first(evaluation.case.call("decoder", code)).flatten(1).double(), codes)
    pca = principal_components(evaluation.case.on_training(evaluation.artifact).inputs, len(spanned))
    if np.linalg.matrix_rank(spanned, rtol=RANK) < len(spanned):
        return 90.0
    return float(np.degrees(subspace_angles(spanned.T, pca.components_.T).max()))


def _columns(decode: Callable[[Tensor], Tensor], codes: Tensor) -> np.ndarray:
    """What each number of a code adds to the output, (numbers of a code, numbers of an output).

    :raises Unsuitable: if these do not add up to what the decoder makes of codes (n, ...)
    """
    size = float(codes.std()) or 1.0  # steps as long as the codes are, so that rounding is small beside them
    origin = decode(torch.zeros_like(codes[:1]))
    columns = (decode(size * torch.eye(codes[0].numel()).unflatten(1, codes.shape[1:])) - origin) / size
    # Codes of a dead encoder are all 0, where every decoder is affine: steps along all numbers at once are checked too.
    some = torch.cat([codes[:CHECKED], size * torch.ones_like(codes[:1]), -size * torch.ones_like(codes[:1])])
    added = decode(some) - origin
    bend = float((added - some.flatten(1).double() @ columns).norm() / added.norm().clamp(min=1e-12))
    if bend > BEND:
        raise Unsuitable("principal-angle needs an affine decoder", f"this one's answers are {bend:.0%} off such a map")
    return np.asarray(columns)
