"""The critic's value as a bound of the Wasserstein distance, held against the distance itself.

Kantorovich and Rubinstein: the Wasserstein-1 distance of two distributions is the largest of mean f(x) - mean f(y) over
all f with a Lipschitz constant of 1. That none of them is larger is the easy half. It holds for samples as it does for
distributions, and for samples both sides can be computed: of a critic f it takes its values at their members alone,
where its Lipschitz constant is the largest slope |f(a) - f(b)| / |a - b| between any two members of the samples. So the
gap, measured on the same samples, is never below 0, however the critic was trained; it is 0 for the best critic.

On the samples that is exact. As an estimate for the distributions, the distance is too large by about
`wasserstein-1-floor`, which a critic that has not seen these samples does not follow: so much of a gap is chance.
"""

from typing import NamedTuple

import numpy as np
from pydantic import PositiveInt
from scipy.spatial.distance import pdist, squareform

from bench import Evaluation
from bench_metrics.critic.samples import judged
from bench_metrics.generation.samples import Numbers, rows
from bench_metrics.generation.transport import transport
from bench_metrics.memory import once_per_evaluation

# Members of one sample that are nearer to each other, as a share of the largest distance, have no slope of their own:
# of samples that have collapsed it would be that of the rounding of the values.
NEAR = 1e-4


class Duality(NamedTuple):
    """Both sides, for a real and a generated sample.

    :param distance: the exact Wasserstein-1 distance between the samples
    :param estimate: mean f(real) - mean f(generated)
    :param slope: the largest of f between any two members of the samples
    """

    distance: float
    estimate: float
    slope: float

    @property
    def bound(self) -> float:
        """What the critic proves of the distance.

        Minus f has the slope of f, so the estimate's sign does not matter: a critic that was trained to be low for real
        data proves as much.
        """
        return abs(self.estimate) / self.slope if self.slope else 0.0


def duality_gap(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """The exact Wasserstein-1 distance between test and generated samples, less the lower bound that the critic proves.

    The bound is |mean f(real) - mean f(generated)| by the critic's largest slope between members of the samples.

    :param samples: how many of each at most
    """
    found = duality_of(evaluation, samples)
    return found.distance - found.bound


def relative_duality_gap(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """The duality gap as a share of the distance: 0 for the best critic, 1 for one that says nothing.

    :param samples: how many of each at most
    """
    found = duality_of(evaluation, samples)
    return 1 - found.bound / found.distance if found.distance else 0.0


def critic_estimate(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """Mean f(real) - mean f(generated), in the critic's own unit; below 0 it takes samples for more real than data.

    :param samples: how many of each at most
    """
    return duality_of(evaluation, samples).estimate


def critic_slope(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """The critic's largest slope |f(a) - f(b)| / |a - b| between any two of the samples, real or generated.

    :param samples: how many of each at most
    """
    return duality_of(evaluation, samples).slope


def duality(real: Numbers, generated: Numbers, of_real: Numbers, of_generated: Numbers) -> Duality:
    """Both sides for two samples (n, features), (m, features) and the values of a function at them (n,), (m,)."""
    apart = pdist(np.concatenate([real, generated]))
    rises = pdist(np.concatenate([of_real, of_generated])[:, None])
    across = pdist(np.repeat([0.0, 1.0], [len(real), len(generated)])[:, None]) > 0
    # Any transport goes from one sample to the other, so that the slopes across are what makes the bound one.
    told = apart > np.where(across, 0, NEAR * apart.max())
    slope = np.max(rises[told] / apart[told], initial=0.0)
    distance = transport(squareform(apart)[: len(real), len(real) :], 1)
    return Duality(distance, float(of_real.mean() - of_generated.mean()), float(slope))


@once_per_evaluation
def duality_of(evaluation: Evaluation, samples: int) -> Duality:
    """Both sides for rows of the test part and as many generated samples.

    :param samples: how many of each at most
    """
    real, generated, *values = judged(evaluation, "the duality gap", samples)
    return duality(rows(real), rows(generated), *(value.numpy() for value in values))
