"""Training: Lightning on the accelerator that is there."""

import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from pytorch_lightning import Callback, LightningDataModule, LightningModule, Trainer, seed_everything

from bench.errors import BenchError
from bench.records import DataSpec
from bench.results import TrainingResult
from bench.stages.build import build_model, save_checkpoint
from bench.stages.files import sha256
from bench.stages.lean import use_lean_epochs
from bench.stages.request import CaseRequest
from bench.stages.snapshots import Snapshots

# What a suite says under `train` that is none of Lightning's arguments.
OWN_SETTINGS = ("batch_size", "snapshots")


def train(request: CaseRequest, data: LightningDataModule, progress: Callable[[float], None]) -> TrainingResult:
    """Train the case's model and write its checkpoint.

    :param progress: told now and then which share of the work is done
    :raises BenchError: if the training loss is no longer a number
    """
    model = new_model(request, data.spec)
    snapshots = Snapshots(request, data.spec)
    observer = Observer(progress, snapshots)
    epochs, steps, device = 0, 0, "cpu"
    if is_fitted(model):
        fit_itself(model, data)
    else:
        trainer = fit(model, data, request.train, observer)
        epochs, steps, device = trainer.current_epoch, trainer.global_step, str(trainer.strategy.root_device)
    save_checkpoint(model, request.model, request.params, data.spec, request.checkpoint)
    return TrainingResult(
        epochs=epochs,
        steps=steps,
        device=device,
        threads=torch.get_num_threads(),
        checkpoint=str(request.checkpoint.relative_to(request.folder)),
        checkpoint_sha256=sha256(request.checkpoint),
        curves=observer.curves,
        epoch_ends_s=observer.epoch_ends_s,
        pretraining_epochs=getattr(model, "pretraining_epochs", 0),
        snapshots=snapshots.kept,
        findings=dict(getattr(model, "findings", {})),
    )


def new_model(request: CaseRequest, spec: DataSpec) -> LightningModule:
    """The case's model before training, with its seed in all generators, and with the latencies that it asks for.

    :raises BenchError: if these could not be measured
    """
    if request.parts.failure:
        raise BenchError(f"what parts of {request.model.name} take could not be measured", request.parts.failure)
    seed_everything(request.seed, workers=True, verbose=False)
    model = build_model(request.model, request.params, spec)
    if request.parts.seconds:
        model.learn_latencies(request.parts.seconds)
    return model


def is_fitted(model: LightningModule) -> bool:
    """Whether a model is fitted by a method of its own, in place of Lightning's Trainer."""
    return callable(getattr(model, "fit", None))


def fit_itself(model: Any, data: LightningDataModule) -> None:
    """Let such a model fit itself."""
    data.setup("fit")
    model.fit(data)


def fit(model: LightningModule, data: LightningDataModule, settings: dict[str, Any], observer: "Observer") -> Trainer:
    """Run Lightning's loop with nothing in it that a benchmark does not need.

    :param settings: Trainer arguments, and bench's own
    """
    data.batch_size = settings["batch_size"]
    trainer = make_trainer(settings, observer)
    use_lean_epochs(trainer, observer.after_step)
    with warnings.catch_warnings():
        # The data is in tensors on the device: worker processes, which Lightning recommends, would only slow it down.
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        trainer.fit(model, datamodule=data)
    return trainer


def make_trainer(settings: dict[str, Any], observer: Callback) -> Trainer:
    """A trainer without what a benchmark does not need.

    :param settings: Trainer arguments, of which None means Lightning's default, and bench's own
    """
    chosen = {name: value for name, value in settings.items() if value is not None and name not in OWN_SETTINGS}
    chosen.setdefault("max_epochs", -1)  # without epochs, the suite bounds the steps
    return Trainer(
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        callbacks=[observer],
        **chosen,
    )


class Observer(Callback):
    """Keeps the learning curves and snapshots and tells the progress, at little cost a step."""

    def __init__(
        self, progress: Callable[[float], None], snapshots: Snapshots | None = None, every_s: float = 0.2
    ) -> None:
        self.curves: dict[str, list[float | None]] = {}
        self.epoch_ends_s: list[float] = []
        self._began = 0.0
        self._progress = progress
        self._snapshots = snapshots
        self._every_s = every_s
        self._next = 0.0
        self._losses: list[torch.Tensor] = []
        self._known: dict[str, torch.Tensor] = {}
        self._trainer: Trainer | None = None

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._trainer = trainer
        self._began = time.monotonic()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, outputs: Any, *_: Any) -> None:
        self.after_step(outputs.get("loss") if isinstance(outputs, dict) else outputs)

    def after_step(self, loss: torch.Tensor | None) -> None:
        """Take in a step's loss; it stays on its device until the epoch ends."""
        if loss is not None:
            self._losses.append(loss.detach())
        now = time.monotonic()
        if now >= self._next and self._trainer is not None:
            self._next = now + self._every_s
            self._progress(_share_done(self._trainer))

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        self.epoch_ends_s.append(round(time.monotonic() - self._began, 4))
        if self._losses:
            loss = float(torch.stack(self._losses).mean())
            self._losses.clear()
            self.curves.setdefault("train-loss", []).append(loss)
            if not math.isfinite(loss):
                raise BenchError(f"the training loss is {loss} in epoch {trainer.current_epoch}", "try a lower lr")
        for name, value in trainer.callback_metrics.items():
            is_new = value is not self._known.get(name)  # in an epoch without validation, Lightning keeps the old value
            self._known[name] = value
            self.curves.setdefault(name, [None] * trainer.current_epoch).append(_finite(value) if is_new else None)
        if self._snapshots is not None:
            self._snapshots.after_epoch(module, trainer.current_epoch + 1, _share_done(trainer))


def _finite(value: torch.Tensor) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _share_done(trainer: Trainer) -> float:
    """How much of the training is done, by whichever of its bounds it comes to first."""
    shares = [0.0]
    if trainer.max_steps and trainer.max_steps > 0:
        shares.append(trainer.global_step / trainer.max_steps)
    if trainer.max_epochs and trainer.max_epochs > 0 and math.isfinite(trainer.num_training_batches):
        batches = trainer.current_epoch * trainer.num_training_batches + trainer.fit_loop.batch_idx + 1
        shares.append(batches / (trainer.max_epochs * trainer.num_training_batches))
    return min(1.0, max(shares))
