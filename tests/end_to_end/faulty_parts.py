"""What the faulty plugin's records name."""

import os
import signal
import sys
import time

import numpy as np
import torch

import bench
from bench_models.classifiers.mlp import MLP
from bench_models.supervised import Supervised
from bench_models.tasks import task_for
from bench_runtimes.onnx import OnnxRuntime


class Raises(MLP):
    def training_step(self, batch, index):
        raise ValueError("a mistake in a training step")


class Exits(MLP):
    def training_step(self, batch, index):
        os._exit(7)


class Killed(MLP):
    def training_step(self, batch, index):
        os.kill(os.getpid(), signal.SIGKILL)


class Forks(MLP):
    """Leaves a process behind that holds whatever this one had open."""

    def training_step(self, batch, index):
        if os.fork() == 0:
            time.sleep(600)
        os._exit(7)


class Quits(MLP):
    def training_step(self, batch, index):
        sys.exit(0)


class Hangs(MLP):
    def training_step(self, batch, index):
        time.sleep(600)


class Diverges(MLP):
    def training_step(self, batch, index):
        return super().training_step(batch, index) * float("nan")


class Disagrees(MLP):
    """Answers something else once it is exported."""

    def forward(self, inputs):
        scores = super().forward(inputs)
        return scores + 1 if torch.compiler.is_exporting() else scores


class OverTime(Supervised):
    """A convolution over the rows of an image, of which there may be up to 40. Nothing is wrong with it."""

    def __init__(self, data):
        super().__init__(task_for(data), lr=0.01, weight_decay=0.0)
        self.shape = data.input_shape
        self.scores = torch.nn.Conv1d(data.input_shape[2], data.classes, 3, padding=1)

    def forward(self, images):
        return self.scores(images.squeeze(1).transpose(1, 2)).mean(2)

    def exports(self):
        spec = bench.TensorSpec("input", self.shape, sequence=1, longest=40)
        return [bench.Export("forward", self, "classification", (spec,))]


class OneLength(OverTime):
    """Takes every number of rows for eight once it is exported."""

    def forward(self, images):
        scores = super().forward(images)
        return scores * images.shape[2] / 8 if torch.compiler.is_exporting() else scores


class Unwritable(MLP):
    """Gives bench a record that no JSON can hold."""

    def exports(self):
        inputs = (bench.TensorSpec("input", tuple(np.array([1, 8, 8]))),)
        return [bench.Export("forward", self, "classification", inputs)]


class Stuck(OnnxRuntime):
    """Answers the evaluation, and never the timing."""

    def load(self, artifact, device, threads):
        if getattr(sys.modules["__main__"].__spec__, "name", "") == "bench.timing.__main__":
            time.sleep(600)
        return super().load(artifact, device, threads)


def broken_metric(evaluation):
    raise KeyError("a mistake in a metric")


def sum_of_scores(evaluation):
    return evaluation.outputs.abs().mean().item()
