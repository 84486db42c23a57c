"""A reconstruction beside the best one that a linear map can give."""

import torch

from bench import Evaluation
from bench_metrics.pca import principal_components


def mse_against_pca(evaluation: Evaluation) -> float:
    """Mean squared error on the test part, by that of PCA with as many components as a code has numbers.

    PCA is fitted on the training part. 1 is what a linear autoencoder can reach at best (Baldi & Hornik 1989); below 1,
    the codes hold more than a linear map can put there.

    :raises Unsuitable: if the model has no artifact `encoder`, or PCA of this size would lose nothing
    """
    training = evaluation.case.on_training("encoder")
    pca = principal_components(training.inputs, training.outputs[0].numel())
    truth = evaluation.inputs.flatten(1).double()
    linear = torch.from_numpy(pca.inverse_transform(pca.transform(truth.numpy())))
    own = evaluation.outputs.flatten(1).double()
    return float((own - truth).square().mean() / (linear - truth).square().mean())
