"""What pictures of a whole training share."""

import torch

from bench import Evaluation, Unsuitable


def snapshots(evaluation: Evaluation, picture: str, most: int) -> list[int]:
    """After how many epochs a picture shows the model; of more snapshots than `most`, these evenly spread and the last.

    :param picture: who asks
    :raises Unsuitable: if the training has kept none
    """
    found = evaluation.case.snapshots
    if not found:
        raise Unsuitable(f"{picture} needs snapshots of the training", "`train.snapshots` says how many to keep")
    count = min(most, len(found))
    places = torch.linspace(len(found) / count - 1, len(found) - 1, count).round().long()
    return [found[place] for place in places.tolist()]
