"""What a layer of sigmoid units can learn from its inputs alone.

It has visible units v (batch, visible) in [0, 1], weights W (hidden, visible), biases b (hidden,) and, for the way
back, the same weights and biases c (visible,). Both losses are worth the cross-entropy of v with its reconstruction,
in nats for each sample.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def denoising(v: Tensor, weight: Tensor, b: Tensor, c: Tensor, noise: float) -> Tensor:
    """A denoising autoencoder with masking noise (Vincent et al. 2010, JMLR 11, 3371-3408).

    :param noise: the share of the visible units that are zero in what it reconstructs all of them from
    """
    corrupted = v * (torch.rand_like(v) >= noise)
    h = torch.sigmoid(F.linear(corrupted, weight, b))
    return cross_entropy(F.linear(h, weight.T, c), v)


def rbm(v: Tensor, weight: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """A restricted Boltzmann machine by contrastive divergence, CD-1 (Hinton 2002, Neural Computation 14, 1771-1800).

    Its gradient is that of the free energy of the data less that of its reconstruction after one step, with hidden
    units sampled and visible units as probabilities (Hinton 2012, A Practical Guide, LNCS 7700, 599-619, section 3).
    That minimises no function; the value is the reconstruction error, which the guide watches for want of a better.
    """
    with torch.no_grad():
        h = torch.bernoulli(torch.sigmoid(F.linear(v, weight, b)))
        logits = F.linear(h, weight.T, c)
    reconstruction = torch.sigmoid(logits)
    divergence = (free_energy(v, weight, b, c) - free_energy(reconstruction, weight, b, c)).mean()
    return cross_entropy(logits, v) + divergence - divergence.detach()


def free_energy(v: Tensor, weight: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """F(v) = -c v - sum log(1 + exp(W v + b)) (batch,), with which exp(-F(v)) is proportional to p(v)."""
    return -v @ c - F.softplus(F.linear(v, weight, b)).sum(1)


def cross_entropy(logits: Tensor, v: Tensor) -> Tensor:
    """Summed over the visible units, averaged over the batch."""
    return F.binary_cross_entropy_with_logits(logits, v, reduction="sum") / len(v)
