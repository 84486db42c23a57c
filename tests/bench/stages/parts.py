"""What tests of the stages train and score: models with several artifacts, with sequences, fitted; and metrics."""

from math import prod

import onnx
import torch
from pytorch_lightning import LightningModule
from torch import nn
from torch.nn import functional as F
from torchmetrics import MeanSquaredError
from torchmetrics.classification import MulticlassAccuracy

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


class OverTime(LightningModule):
    """Images whose rows are the steps of a sequence: it may have any number of them.

    :param longest: how many steps it says that there may be
    :param positions: so many steps have a position, which is added; None: none has
    """

    def __init__(self, data, longest: int | None = None, positions: int | None = None):
        super().__init__()
        self.input = TensorSpec("input", data.input_shape, sequence=1, longest=longest)
        width = data.input_shape[2]
        self.states = nn.Conv1d(width, 6, 3, padding=1)
        self.scores = nn.Conv1d(6, 10, 3, padding=1)
        self.positions = nn.Parameter(torch.randn(positions, 6)) if positions else None

    def encode(self, images):
        states = torch.tanh(self.states(images.squeeze(1).transpose(1, 2))).transpose(1, 2)
        return states if self.positions is None else states + self.positions[: states.shape[1]]

    def forward(self, images):
        return self.scores(self.encode(images).transpose(1, 2)).mean(2)

    def exports(self):
        return [Export("forward", self, "classification", (self.input,))]


class OverTimeInParts(OverTime):
    """Its artifacts are fed with sequences from every source."""

    def exports(self):
        steps = self.input.shape[1]
        states = TensorSpec("states", (steps, 6), source="encoder.states", sequence=0, longest=self.input.longest)
        noise = TensorSpec("noise", (6, steps), source="normal", sequence=1)
        image = TensorSpec("last", self.input.shape, source="data")
        return [
            Export("decoder", Decoder(), "decoding", (states, noise, image), ("scores",)),
            Export("encoder", Encoder(self), "embedding", (self.input,), ("states",)),
            *super().exports(),
        ]


class Encoder(nn.Module):
    """The states of an `OverTime` at each step."""

    def __init__(self, whole):
        super().__init__()
        self.whole = whole

    def forward(self, images):
        return self.whole.encode(images)


class Decoder(nn.Module):
    """States (batch, steps, 6), noise (batch, 6, steps) and an image without an axis for steps, put together."""

    def forward(self, states, noise, image):
        return states.transpose(1, 2) + noise + image.mean((1, 2, 3)).reshape(-1, 1, 1)


class OneLength(OverTime):
    """Its graph answers as it does to sequences of eight steps alone."""

    def forward(self, images):
        scores = self.scores(self.encode(images).transpose(1, 2))
        return scores.sum(2) / 8 if torch.compiler.is_exporting() else scores.mean(2)


class ByHand(LightningModule):
    """Steps and their positions; its graph takes any number of steps by its own word, and has positions for eight."""

    def __init__(self, data):
        super().__init__()
        self.shape = data.input_shape
        self.register_buffer("positions", torch.rand(40, data.input_shape[2]))

    def forward(self, images):
        return images + self.positions[: images.shape[2]]

    def exports(self):
        return [
            Export("forward", self, "classification", (TensorSpec("input", self.shape, sequence=1),), graph=self.graph)
        ]

    def graph(self):
        described = [
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", 1, "steps", 8])
            for name in ("input", "output")
        ]
        positions = onnx.numpy_helper.from_array(self.positions[:8].numpy(), "positions")
        add = onnx.helper.make_node("Add", ["input", "positions"], ["output"])
        graph = onnx.helper.make_graph([add], "steps", described[:1], described[1:], [positions])
        return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)


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


def accuracy(data):
    """A torchmetric of a plugin's own."""
    return MulticlassAccuracy(data.classes, average="micro")


def half_right(evaluation):
    """Scores that are those of no metric."""
    return torch.full((len(evaluation.inputs),), 0.5)


def not_for_rows(evaluation):
    """No scores, for a reason."""
    raise Unsuitable("rows are not told apart")


class Picky:
    """A runtime that executes nothing."""

    def load(self, artifact, device, threads):
        raise Unsuitable("not for me")
