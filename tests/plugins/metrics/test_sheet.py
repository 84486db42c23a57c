"""A sheet shows the pixels that it is given, each tile where it belongs."""

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bench_metrics.drawing import COLOURS
from bench_metrics.sheet import MARGIN, Row, sheet


def drawn(figure):
    """What is seen: (height, width, red green blue alpha) in [0, 1]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()) / 255


def tiles(figure):
    """(left, top, width, height) of each image in pixels, in the order in which they were drawn."""
    found = [image.get_extent() for image in figure.axes[0].images]
    return [(left, top, right - left, bottom - top) for left, right, bottom, top in found]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("side", "shown"), [(8, 56), (28, 56), (10, 50), (40, 56), (80, 56)])
def test_a_tile_has_at_most_56_pixels_a_side_and_pixels_are_enlarged_by_a_whole_number(channels, side, shown):
    figure = sheet([Row(torch.rand(2, channels, side, side))])
    assert [tile[2:] for tile in tiles(figure)] == [(shown, shown)] * 2


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_shown_as_they_are(channels):
    images = torch.rand(3, channels, 8, 8, generator=torch.Generator().manual_seed(0))
    figure = sheet([Row(images[:2]), Row(images[2:])])
    seen = drawn(figure)
    for image, (left, top, width, height) in zip(images, tiles(figure), strict=True):
        expected = image.repeat_interleave(7, 1).repeat_interleave(7, 2).permute(1, 2, 0).expand(-1, -1, 3)
        there = seen[round(top) : round(top + height), round(left) : round(left + width)]
        # Of 32 greys, none is further than a step from what it stands for.
        np.testing.assert_allclose(there[..., :3], expected, atol=1 / 31 if channels == 1 else 1 / 255)
        assert there[..., 3].min() == 1


def test_between_and_around_tiles_there_is_no_background():
    seen = drawn(sheet([Row(torch.ones(2, 1, 8, 8)), Row(torch.ones(1, 1, 8, 8))], gap=4))
    opaque = seen[..., 3] > 0
    assert opaque.sum() == 3 * 56 * 56
    assert not opaque[:MARGIN].any()
    assert not opaque[-MARGIN:, -MARGIN:].any()


def test_rows_with_labels_begin_in_one_column_and_notes_stand_below_their_tile():
    figure = sheet([Row(torch.rand(2, 1, 8, 8), "first", ["a", "b"]), Row(torch.rand(1, 1, 8, 8), "second")])
    (left, top, width, height), _, (below_left, below_top, _, _) = tiles(figure)
    assert below_left == left
    texts = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert texts["first"][0] < left
    assert texts["first"][1] == top + height / 2
    assert texts["a"][0] == left + width / 2
    assert top + height < texts["a"][1] < below_top


def test_columns_apart_stand_further_away():
    near, far = (tiles(sheet([Row(torch.rand(3, 1, 8, 8))], apart=apart)) for apart in ((), (2,)))
    assert [there[0] - here[0] for here, there in zip(near, far, strict=True)] == [0, 0, 8]


def test_text_is_inside_the_sheet():
    caption = "a caption that is wider than its only image"
    figure = sheet([Row(torch.rand(1, 1, 8, 8), "original", ["0.0123"])], caption)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def luminance(colour):
    """WCAG 2.1's relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_the_colours_of_classes_differ_from_a_light_and_a_dark_page(page):
    pairs = [sorted((luminance(colour), luminance(page))) for colour in COLOURS]
    assert min((high + 0.05) / (low + 0.05) for low, high in pairs) > 1.9
