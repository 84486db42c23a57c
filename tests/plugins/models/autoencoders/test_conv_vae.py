"""The variational autoencoder with convolutions."""

import pytest
import torch

from bench import DataSpec, Unsuitable
from bench_models.autoencoders.conv_vae import ConvVAE


def test_each_convolution_halves_the_image_and_the_decoder_doubles_it_again():
    model = ConvVAE(DataSpec("classification", (1, 28, 28), value_range=(0.0, 1.0)), filters=(4, 6, 5), latent=3)
    assert model.encoder.body(torch.zeros(2, 1, 28, 28)).shape == (2, 5 * 4 * 4)
    assert model.encoder.head.out_features == 2 * 3
    probabilities, logits = model.decoder(torch.zeros(2, 3))
    assert probabilities.shape == logits.shape == (2, 1, 28, 28)


def test_nothing_but_images_is_taken():
    with pytest.raises(Unsuitable, match="conv-vae"):
        ConvVAE(DataSpec("forecasting", (12,), value_range=(0.0, 1.0)))
