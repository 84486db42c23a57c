"""What the faulty plugin's records name."""

import os
import signal
import time

import torch

from bench_models.mlp import MLP


class Raises(MLP):
    def training_step(self, batch, index):
        raise ValueError("a mistake in a training step")


class Exits(MLP):
    def training_step(self, batch, index):
        os._exit(7)


class Killed(MLP):
    def training_step(self, batch, index):
        os.kill(os.getpid(), signal.SIGKILL)


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


def broken_metric(evaluation):
    raise KeyError("a mistake in a metric")
