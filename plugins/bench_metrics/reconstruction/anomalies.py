"""The reconstruction error as a sign that an input is like none of the training part."""

import torch
from sklearn.metrics import roc_auc_score

from bench import Evaluation, Unsuitable
from bench_metrics.reconstruction.scores import mse_by_row


def anomaly_auroc(evaluation: Evaluation) -> float:
    """Area under the ROC curve of an input's squared error as the score for its class being one of `spec.unseen`.

    It is the chance that an input of an unseen class is reconstructed worse than one of the others.

    :raises Unsuitable: if the dataset left no class out of training, or the test part has these alone, or none of them
    """
    unseen = evaluation.spec.unseen
    if not unseen:
        raise Unsuitable("anomaly-auroc needs classes that training does not see", "as with the data's `unseen: [9]`")
    anomalous = torch.isin(evaluation.targets, torch.tensor(unseen))
    if anomalous.all() or not anomalous.any():
        raise Unsuitable("anomaly-auroc needs both seen and unseen classes", "the test part has one of them alone")
    return float(roc_auc_score(anomalous, mse_by_row(evaluation)))
