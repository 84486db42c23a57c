"""LeNet-5 of 1998 against its paper."""

import pytest
import torch
from torch.nn import functional as F

from bench import DataSpec, Unsuitable
from bench_models.classifiers.lenet5 import LeNet5
from bench_models.classifiers.lenet5_1998 import (
    C3_SEES,
    PartialConv2d,
    Subsampling,
    digit_codes,
    maximum_a_posteriori,
    squash,
)


def test_c3_follows_table_one():
    sizes = [len(inputs) for inputs in C3_SEES]
    assert sizes == [3] * 6 + [4] * 9 + [6]
    circular = [any({(s + k) % 6 for k in range(len(i))} == set(i) for s in range(6)) for i in C3_SEES]
    assert circular == [True] * 12 + [False] * 3 + [True]
    assert len(set(C3_SEES)) == 16


def test_a_partial_convolution_is_a_full_one_with_the_missing_filters_zero():
    layer = PartialConv2d(C3_SEES, 6, 5)
    torch.nn.init.normal_(layer.weight)
    full = torch.zeros(16, 6, 5, 5)
    filters = iter(layer.weight.detach())
    for output, inputs in enumerate(C3_SEES):
        for seen in inputs:
            full[output, seen] = next(filters)
    x = torch.randn(2, 6, 14, 14)
    torch.testing.assert_close(layer(x), F.conv2d(x, full, layer.bias))


def test_subsampling_is_the_scaled_sum_of_four():
    layer = Subsampling(3)
    with torch.no_grad():
        layer.coefficient.copy_(torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1))
        layer.bias.fill_(0.5)
    assert layer(torch.ones(1, 3, 4, 4))[0, :, 0, 0].tolist() == [4.5, 8.5, 12.5]


def test_squash_passes_through_one_and_minus_one():
    torch.testing.assert_close(squash(torch.tensor([1.0, -1.0])), torch.tensor([1.0, -1.0]), atol=1e-4, rtol=0)


def test_codes_are_signs_and_all_differ():
    codes = digit_codes()
    assert codes.shape == (10, 84)
    assert codes.abs().eq(1).all()
    distance = (codes.unsqueeze(0) != codes.unsqueeze(1)).sum(2)
    assert distance[~torch.eye(10, dtype=torch.bool)].min() >= 8


def test_map_loss_is_equation_nine():
    scores, targets = -torch.tensor([[1.0, 4.0], [9.0, 2.0]]), torch.tensor([0, 0])
    by_hand = [
        d + torch.log(torch.exp(torch.tensor(-1.0)) + torch.exp(s).sum()) for d, s in zip((1, 9), scores, strict=True)
    ]
    torch.testing.assert_close(maximum_a_posteriori(scores, targets, rubbish=1.0), sum(by_hand) / 2)


@pytest.mark.parametrize(
    ("spec", "padding", "message"),
    [
        (DataSpec("classification", (1, 28, 28), classes=10), 0, "32x32"),
        (DataSpec("classification", (3, 32, 32), classes=10), 0, "1 channel"),
        (DataSpec("classification", (1, 32, 32), classes=26), 0, "26 classes"),
        (DataSpec("classification", (4,), classes=10), 0, "images"),
        (DataSpec("forecasting", (1, 32, 32)), 0, "classes"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_a_reason(spec, padding, message):
    with pytest.raises(Unsuitable) as caught:
        LeNet5(spec, variant="1998", padding=padding)
    assert message in str(caught.value)
