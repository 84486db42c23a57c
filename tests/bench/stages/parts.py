"""What tests of the stages train and score: a model with several artifacts, one that fits itself, and metrics."""

from math import prod

import torch
from pytorch_lightning import LightningModule
from torch import nn
from torch.nn import functional as F
from torchmetrics import MeanSquaredError

from bench import Export, TensorSpec, Unsuitable


class Noisy(LightningModule):
    """An autoencoder whose artifacts are fed with data, with each other's answers and with noise."""

    def __init__(self, data, latent: int = 4):
        super().__init__()
        size = prod(data.input_shape)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, latent), nn.Tanh())
        self.decoder = nn.Sequential(nn.Linear(latent, size), nn.Sigmoid(), nn.Unflatten(1, data.input_shape))
        self.input = TensorSpec("input", data.input_shape)
        self.latent = latent

    def forward(self, images, noise):
        code = self.encoder(images) + 0.1 * noise
        return self.decoder(code), code

    def exports(self):
        code = TensorSpec("code", (self.latent,), source="encoder.code")
        noise = TensorSpec("noise", (self.latent,), source="normal")
        return [
            Export("decoder", self.decoder, "decoding", (code,), ("image",)),
            Export("whole", self, "reconstruction", (self.input, noise), ("image", "code")),
            Export("encoder", self.encoder, "embedding", (self.input,), ("code",)),
        ]

    def training_step(self, batch, _):
        images, _ = batch
        image, _ = self(images, torch.randn(len(images), self.latent))
        return F.mse_loss(image, images)

    def validation_step(self, batch, index):
        self.log("validation-loss", self.training_step(batch, index))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())


class Mean(LightningModule):
    """Answers the mean of the training images, whatever it is asked: it is not trained but fits itself."""

    def __init__(self, data):
        super().__init__()
        self.register_buffer("mean", torch.zeros(data.input_shape))

    def fit(self, data):
        self.mean.copy_(data.parts.train.inputs.mean(0))

    def forward(self, images):
        return 0 * images + self.mean


def mean_squared_error(data):
    """A torchmetric, whatever the data."""
    return MeanSquaredError()


def gain(evaluation, factor: float = 1.0):
    """What the decoder answers to a code times a factor, against what it answers to the code: a metric of two parts.

    :param factor: what the code is multiplied by
    """
    code = evaluation.case.call("encoder", evaluation.inputs)["code"]
    plain, scaled = (evaluation.case.call("decoder", f * code)["image"] for f in (1.0, factor))
    return (scaled / plain).mean().item()


def probe(evaluation):
    """How far the mean code of the test part lies from that of the training part."""
    training = evaluation.case.on_training(evaluation.artifact)
    return (evaluation.outputs.mean(0) - training.outputs.mean(0)).norm().item()


class Picky:
    """A runtime that executes nothing."""

    def load(self, artifact, device, threads):
        raise Unsuitable("not for me")
