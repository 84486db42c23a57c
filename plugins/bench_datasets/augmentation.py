"""Random distortions of training images, through torchvision's v2 transforms."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

Distortion = Literal["affine", "elastic"]

# Images that share one draw of the distortion. A transform draws once a call; a call an image would be slow, a call a
# batch would be little variety.
SHARING = 8


def distortions(names: Sequence[Distortion]) -> Callable[[Tensor], Tensor] | None:
    """The named distortions, one after the other; None for none.

    `affine`: rotation, shift, scale and shear. `elastic`: smooth random displacement (Simard et al. 2003, ICDAR).
    """
    if not names:
        return None
    from torchvision.transforms import InterpolationMode, v2

    known = {
        "affine": v2.RandomAffine(
            degrees=12, translate=(0.08, 0.08), scale=(0.88, 1.12), shear=8, interpolation=InterpolationMode.BILINEAR
        ),
        "elastic": v2.ElasticTransform(alpha=30.0, sigma=4.0),
    }
    distort = v2.Compose([known[name] for name in names])
    return lambda images: torch.cat([distort(few) for few in images.split(SHARING)])
