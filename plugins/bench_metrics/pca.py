"""Principal components, which autoencoders are held against."""

import numpy as np
from sklearn.decomposition import PCA
from torch import Tensor

from bench import Unsuitable
from bench_metrics.memory import once_per_tensor

# What is left of the variance is rounding below this share of the first component's.
LEAST = 1e-9


@once_per_tensor
def principal_components(inputs: Tensor, count: int) -> PCA:
    """scikit-learn's PCA of inputs (n, ...), flattened, with so many components.

    :raises Unsuitable: if the inputs do not vary in more directions than that
    """
    rows = inputs.flatten(1).double().numpy()
    if count < min(rows.shape):
        with np.errstate(invalid="ignore"):  # of what does not vary at all, scikit-learn wants to know the shares
            pca = PCA(count, random_state=0).fit(rows)
        if pca.noise_variance_ > LEAST * pca.explained_variance_[0]:
            return pca
    raise Unsuitable(f"PCA with {count} components loses nothing of this data", "a comparison needs a smaller code")
