"""A rehearsal of a case in a worker: a moment of its training, then its export and evaluation as they will be.

Nobody knows a machine by constants. What is timed here is the path that a run takes: the same `fit`, stopped early.
"""

import contextlib
import json
import math
import time
from dataclasses import asdict, replace
from typing import Any

import torch
from pytorch_lightning import Callback, LightningDataModule, LightningModule, Trainer
from pytorch_lightning.utilities.model_helpers import is_overridden

from bench.stages.build import save_checkpoint
from bench.stages.request import CaseRequest, Pace
from bench.stages.train import Observer, fit, fit_itself, is_fitted, make_trainer, new_model

# What a look at the validation data is judged by if training did not come to one.
LOOK_BATCHES = 8


class Enough(Exception):
    """The pace is known."""


def rehearse_training(request: CaseRequest, data: LightningDataModule) -> None:
    """Train for `rehearsal_s` from the first step on, and write the checkpoint and beside it the paces.

    A model that is pre-trained has two: half of the time is spent there, and then what comes after it begins at once.
    """
    began = time.monotonic()
    model = new_model(request, data.spec)
    before = 0 if is_fitted(model) else getattr(model, "pretraining_epochs", 0)
    seconds = (request.rehearsal_s or 0.0) / (2 if before else 1)
    stopwatches = [*([Stopwatch(seconds, until=before)] if before else []), Stopwatch(seconds, first=before)]
    paces = []
    for stopwatch in stopwatches:
        paces.append(_pace(model, data, request, stopwatch, began))
        began = time.monotonic()
    save_checkpoint(model, request.model, request.params, data.spec, request.checkpoint)
    if not is_fitted(model):
        epochs = request.train.get("max_epochs") or math.inf  # a training keeps one an epoch at most
        for epoch in range(1, min(request.train.get("snapshots", 0), epochs) + 1):  # as many as will be evaluated
            save_checkpoint(model, request.model, request.params, data.spec, request.snapshot(epoch))
    request.paces.write_text(json.dumps([asdict(pace) for pace in paces]))


def _pace(
    model: LightningModule, data: LightningDataModule, request: CaseRequest, stopwatch: "Stopwatch", began: float
) -> Pace:
    """Train until a stopwatch has seen enough.

    :param began: from when on what comes before the first step counts
    """
    with contextlib.suppress(Enough):
        if is_fitted(model):
            fit_itself(model, data)
        else:
            fit(model, data, request.train, stopwatch)
        stopwatch.ended_s = time.monotonic() - began
    pace = stopwatch.pace(began)
    if pace.ended_s is None and not stopwatch.looks:
        pace = replace(pace, look_s=_look_s(model, data, request.train, stopwatch.first))
    return pace


class Stopwatch(Observer):
    """Times steps, looks at the validation data and what lies between epochs, until it has seen enough.

    :param seconds: how long from the first step on, after which it raises `Enough`
    :param first: the epoch to begin with, as if those before it had been
    :param until: the epoch before which it raises `Enough`; None for none
    """

    def __init__(self, seconds: float, first: int = 0, until: int | None = None) -> None:
        super().__init__(lambda share: None)
        self.first = first
        self._until = until
        self.ended_s: float | None = None
        self.looks: list[float] = []
        self._seconds = seconds
        self._steps: list[float] = []
        self._borders: list[float] = []
        self._stepped: float | None = None
        self._last = 0.0
        self._at_border = False
        self._looked = 0.0
        self._epoch_steps = 0

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:
        super().on_fit_start(trainer, module)
        _begin_at(self.first, trainer)

    def after_step(self, loss: torch.Tensor | None) -> None:
        super().after_step(loss)
        is_over = self._stepped is not None and time.monotonic() - self._stepped >= self._seconds
        if is_over and loss is not None:
            float(loss.detach())  # an accelerator may lag behind
        now = time.monotonic()
        if self._stepped is None:
            self._stepped = now
        else:
            (self._borders if self._at_border else self._steps).append(now - self._last - self._looked)
        self._last, self._looked, self._at_border = now, 0.0, False
        if is_over:
            raise Enough

    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._look_began = time.monotonic()

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        self._looked = time.monotonic() - self._look_began
        self.looks.append(self._looked)

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        if trainer.current_epoch == self._until:
            raise Enough
        batches = trainer.num_training_batches
        self._epoch_steps = int(batches) if math.isfinite(batches) else 0
        self._at_border = True

    def pace(self, began: float) -> Pace:
        """What was seen. What comes before the first step counts from `began`, and so does that step beyond others."""
        step_s = _mean(self._steps)
        return Pace(
            setup_s=max(0.0, (self._stepped or began) - began - step_s),
            step_s=step_s,
            epoch_s=max(0.0, _mean(self._borders) - step_s) if self._borders else 0.0,
            look_s=_mean(self.looks),
            steps=self._epoch_steps,
            ended_s=self.ended_s,
            first=self.first,
        )


def _begin_at(epoch: int, trainer: Trainer) -> None:
    """Let a trainer take the epochs before this one for done."""
    trainer.fit_loop.epoch_progress.current.processed = trainer.fit_loop.epoch_progress.current.completed = epoch


class _Look(Callback):
    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        self.began = time.monotonic()

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        self.seconds = time.monotonic() - self.began


def _look_s(model: LightningModule, data: LightningDataModule, settings: dict[str, Any], epoch: int) -> float:
    """How long a look at all validation data takes in an epoch, from some batches of it."""
    if not (is_overridden("validation_step", model) and is_overridden("val_dataloader", data)):
        return 0.0
    loaders = data.val_dataloader()
    batches = sum(map(len, loaders if isinstance(loaders, list | tuple) else [loaders]))
    look = _Look()
    trainer = make_trainer({**settings, "limit_val_batches": LOOK_BATCHES}, look)
    _begin_at(epoch, trainer)
    trainer.validate(model, datamodule=data, verbose=False)
    return look.seconds * max(1.0, batches / LOOK_BATCHES)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
