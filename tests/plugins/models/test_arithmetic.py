"""Parameters and shapes that the literature states, or that follow from its formulas."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench import DataSpec
from bench_models.classifiers.convnet import ConvNet
from bench_models.classifiers.lenet5 import LeNet5
from bench_models.classifiers.mlp import MLP


def images(channels: int, size: int, classes: int = 10) -> DataSpec:
    return DataSpec("classification", (channels, size, size), classes=classes)


def trainable(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


@pytest.mark.parametrize(
    ("size", "maps", "filters", "kernel", "stride", "padding", "out", "weights"),
    [
        (32, 3, 12, 5, 1, 0, 28, 912),
        (28, 12, 48, 5, 1, 2, 28, 14_448),
        (28, 12, 48, 4, 2, 0, 13, 9_264),
    ],
)
def test_convolutions_of_the_course(size, maps, filters, kernel, stride, padding, out, weights):
    layer = nn.Conv2d(maps, filters, kernel, stride, padding)
    assert layer(torch.zeros(1, maps, size, size)).shape == (1, filters, out, out)
    assert out == (size - kernel + 2 * padding) // stride + 1
    assert trainable(layer) == weights == (kernel * kernel * maps + 1) * filters


def test_convnet_on_32x32_colour_images_has_31_642_parameters():
    net = ConvNet(images(3, 32))
    assert trainable(net) == 31_642
    assert trainable(net.layers[0]) == 912
    assert net.layers[:3](torch.zeros(1, 3, 32, 32)).shape == (1, 12, 16, 16)


def test_mlp_784_300_10_has_238_510_parameters():
    assert trainable(MLP(images(1, 28), hidden=(300,))) == 238_510


@pytest.mark.parametrize(("size", "padding", "count"), [(28, 0, 44_426), (32, 0, 61_706), (28, 2, 61_706)])
def test_modern_lenet5(size, padding, count):
    net = LeNet5(images(1, size), padding=padding)
    assert trainable(net) == count
    assert net(torch.zeros(2, 1, size, size)).shape == (2, 10)


def test_lenet5_of_1998_has_60_000_trainable_parameters_layer_by_layer():
    net = LeNet5(images(1, 28), variant="1998", padding=2)
    counts = {name: trainable(layer) for name, layer in net.layers[0].named_children()}
    assert counts == {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164}
    assert trainable(net) == 60_000


def test_lenet5_of_1998_has_340_908_connections_with_its_840_fixed_weights():
    pixels = {"c1": 28 * 28, "s2": 14 * 14, "c3": 10 * 10, "s4": 5 * 5, "c5": 1, "f6": 1}
    net, codes = LeNet5(images(1, 28), variant="1998", padding=2).layers
    # A unit of a subsampling layer has four inputs and a bias, but shares one coefficient among the four.
    per_unit = {"s2": 6 * 5, "s4": 16 * 5}
    connections = sum(per_unit.get(name, trainable(getattr(net, name))) * count for name, count in pixels.items())
    assert codes.codes.numel() == 840
    assert connections + 840 == 340_908


@given(st.integers(4, 40), st.sampled_from([1, 3, 5, 7]), st.integers(1, 8))
def test_convnet_keeps_the_size_before_it_pools(size, kernel, filters):
    net = ConvNet(images(1, size, classes=3), filters=filters, kernel=kernel)
    assert net.layers[:2](torch.zeros(1, 1, size, size)).shape == (1, filters, size, size)
    assert trainable(net) == (kernel**2 + 1) * filters + (filters * (size // 2) ** 2 + 1) * 3
