"""What models ask of the shape of their data."""

from bench import DataSpec, Unsuitable


def image_shape(data: DataSpec, model: str, least: int = 1) -> tuple[int, int, int]:
    """(channels, height, width) of image data.

    :raises Unsuitable: if the inputs are not images of at least `least` pixels a side
    """
    if len(data.input_shape) != 3:
        raise Unsuitable(f"{model} needs images (channels, height, width)", f"the inputs are {data.input_shape}")
    channels, height, width = data.input_shape
    if min(height, width) < least:
        raise Unsuitable(f"{model} needs images of at least {least}x{least} pixels", f"these are {height}x{width}")
    return channels, height, width


def series_shape(data: DataSpec, model: str) -> tuple[int, int]:
    """(steps, features) of data of which something is to be forecast.

    :raises Unsuitable: if the inputs are not that, or nothing says how far ahead the targets lie
    """
    if len(data.input_shape) != 2 or not data.horizons:
        got = f"the inputs are {data.input_shape}, the horizons {data.horizons}"
        raise Unsuitable(f"{model} needs series (steps, features) and horizons", got)
    steps, features = data.input_shape
    return steps, features
