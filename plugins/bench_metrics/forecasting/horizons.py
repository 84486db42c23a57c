"""One figure of several horizons."""

from torch import Tensor

from bench import DataSpec, Unsuitable


def horizons_of(spec: DataSpec, metric: str) -> tuple[int, ...]:
    """How far ahead the forecasts are.

    :raises Unsuitable: if the dataset does not say
    """
    if not spec.horizons:
        raise Unsuitable(f"{metric} needs to know the horizons", "the dataset gives none")
    return spec.horizons


def place_of(spec: DataSpec, horizon: int | None, metric: str) -> int | None:
    """The place of a horizon among those of the data; None for None, which is all of them.

    :raises Unsuitable: if the data has no such horizon
    """
    known = horizons_of(spec, metric)
    if horizon is not None and horizon not in known:
        raise Unsuitable(f"{metric} is asked for {horizon} ahead", f"the horizons are {', '.join(map(str, known))}")
    return None if horizon is None else known.index(horizon)


def at(place: int | None, values: Tensor) -> Tensor:
    """The one at a place of values (..., horizons), or their mean, (...)."""
    return values.mean(-1) if place is None else values[..., place]
