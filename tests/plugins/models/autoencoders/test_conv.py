"""Convolutional encoders and decoders: sides halve and double back, whatever they are."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from bench_models.autoencoders.conv_autoencoder import ConvAutoencoder
from bench_models.convolutions import ConvDecoder, ConvEncoder, halvings

SIDES = st.integers(1, 40)


@given(st.integers(1, 3), SIDES, SIDES, st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_the_decoder_gives_the_encoders_shape_back(channels, height, width, filters):
    shapes = halvings((channels, height, width), filters)
    with torch.device("meta"):
        code = ConvEncoder(shapes)(torch.zeros(2, *shapes[0]))
        assert code.shape == (2, *shapes[-1])
        assert shapes[-1][1:] == tuple(-(-side // 2 ** len(filters)) for side in (height, width))
        assert ConvDecoder(shapes)(code).shape == (2, *shapes[0])


def test_mnist_has_a_code_of_8_maps_of_4x4(mnist):
    assert ConvAutoencoder(mnist).code_shape == (8, 4, 4)


def test_its_parameters_are_those_of_the_filters(mnist):
    filters = [(1, 16), (16, 32), (32, 8)]
    encoder = sum(9 * before * after + after for before, after in filters)
    decoder = sum(9 * before * after + before for before, after in filters)
    assert sum(one.numel() for one in ConvAutoencoder(mnist).parameters()) == encoder + decoder
