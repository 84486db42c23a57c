"""Lightning's training epoch without the hooks that nobody listens to.

Around every step, Lightning calls some thirty hooks. For a tiny model they take as long as the step itself. Where a
model overrides none of them and training is of the plain kind (one device, one optimiser, single precision), the
epoch's batches run in a tight loop that does the same arithmetic and keeps the same counters; epochs, validation,
logging and callbacks at the epoch's ends stay Lightning's. Anything else is left to Lightning's own loop. A test holds
both to bit-identical weights.
"""

import inspect
import math
from collections.abc import Callable
from typing import Any

import torch
from pytorch_lightning import LightningDataModule, Trainer
from pytorch_lightning.loops.training_epoch_loop import _TrainingEpochLoop
from pytorch_lightning.plugins.precision import Precision
from pytorch_lightning.strategies import SingleDeviceStrategy
from pytorch_lightning.utilities.model_helpers import is_overridden
from torch import Tensor

# What a model or its data may do around a step; whoever overrides one of them gets Lightning's own loop.
STEP_HOOKS = (
    *("on_train_batch_start", "on_train_batch_end", "on_before_zero_grad", "on_before_backward", "on_after_backward"),
    *("on_before_optimizer_step", "configure_gradient_clipping", "optimizer_step", "optimizer_zero_grad", "backward"),
    *("lr_scheduler_step", "transfer_batch_to_device", "on_before_batch_transfer", "on_after_batch_transfer"),
)


def use_lean_epochs(trainer: Trainer, after_step: Callable[[Tensor | None], None]) -> None:
    """Let a new trainer run plain epochs in a tight loop.

    :param after_step: called after every step of the tight loop with its loss; elsewhere callbacks are called as usual
    """
    given = trainer.fit_loop.epoch_loop
    trainer.fit_loop.epoch_loop = LeanEpochLoop(trainer, given.min_steps, given.max_steps, after_step)


class LeanEpochLoop(_TrainingEpochLoop):
    """Lightning's loop over the batches of an epoch, with a short cut for what is plain."""

    def __init__(
        self, trainer: Trainer, min_steps: int | None, max_steps: int, after_step: Callable[[Tensor | None], None]
    ) -> None:
        super().__init__(trainer, min_steps, max_steps)
        self._after_step = after_step

    def advance(self, data_fetcher: Any) -> None:
        """Run a plain epoch up to its next validation; of any other, one batch."""
        if not is_plain(self.trainer):
            super().advance(data_fetcher)
            return
        step = _step_function(self.trainer)
        with torch.enable_grad():
            for _ in range(self._uninterrupted_steps()):
                self._step(step, data_fetcher)
        self.batch_progress.is_last_batch = data_fetcher.done
        if self._num_ready_batches_reached():
            self.update_lr_schedulers("epoch", update_plateau_schedulers=False)

    def _uninterrupted_steps(self) -> int:
        """How many steps there are until a validation, the end of the epoch or the end of training."""
        done, every = self.batch_progress.current.ready, self.trainer.val_check_batch
        limits = [self.trainer.num_training_batches - done]
        if every != float("inf"):
            limits.append(every - done % every)
        if self.max_steps > 0:
            limits.append(self.max_steps - self.global_step)
        return int(min(limits))

    def _step(self, step: Callable[[Any, int], Tensor | None], data_fetcher: Any) -> None:
        """One optimiser step, and the counters that Lightning keeps of it."""
        batch, _, _ = next(data_fetcher)
        batch = self._on_device(batch)
        steps, log = self.automatic_optimization.optim_progress.optimizer.step, self.trainer._logger_connector
        self.batch_progress.increment_ready()
        log.on_batch_start(batch)
        self.batch_progress.increment_started()
        steps.increment_ready()
        loss = step(batch, self.batch_idx)
        steps.increment_completed()
        self.batch_progress.increment_processed()
        if self._results:  # the model logs in its training_step
            log.on_batch_end()
        self.batch_progress.increment_completed()
        self._after_step(loss)

    def _on_device(self, batch: Any) -> Any:
        device = self.trainer.strategy.root_device
        if isinstance(batch, tuple) and all(isinstance(part, Tensor) and part.device == device for part in batch):
            return batch
        return self.trainer.strategy.batch_to_device(batch, device)


def is_plain(trainer: Trainer) -> bool:
    """Whether a step is forward, backward and an optimiser step on one device, and nobody listens in between."""
    model, data = trainer.lightning_module, trainer.datamodule
    return (
        model.automatic_optimization
        and len(trainer.optimizers) == 1
        and not _needs_closure(trainer.optimizers[0])
        and len(trainer.callbacks) == 1  # the observer, which is told by other means
        and trainer.accumulate_grad_batches == 1
        and trainer.gradient_clip_val is None
        and type(trainer.precision_plugin) is Precision
        and type(trainer.strategy) is SingleDeviceStrategy
        and math.isfinite(trainer.num_training_batches)
        and all(_steps_simply(config) for config in trainer.lr_scheduler_configs)
        and not any(is_overridden(hook, model) for hook in STEP_HOOKS)
        and not any(is_overridden(hook, data) for hook in STEP_HOOKS if hasattr(LightningDataModule, hook))
    )


def _needs_closure(optimizer: torch.optim.Optimizer) -> bool:
    """Whether an optimiser computes the loss itself, several times a step, as L-BFGS does."""
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def _steps_simply(config: Any) -> bool:
    """Whether a scheduler follows the epochs, which Lightning sees to, or simply every step."""
    return config.interval == "epoch" or (config.frequency == 1 and not config.reduce_on_plateau)


def _step_function(trainer: Trainer) -> Callable[[Any, int], Tensor | None]:
    """Forward, backward and optimiser step of a plain model."""
    model, optimizer = trainer.lightning_module, trainer.optimizers[0]
    schedulers = [config.scheduler for config in trainer.lr_scheduler_configs if config.interval == "step"]
    takes_index = len(inspect.signature(model.training_step).parameters) > 1
    model._current_fx_name = "training_step"  # so that the model can log

    def step(batch: Any, index: int) -> Tensor | None:
        output = model.training_step(batch, index) if takes_index else model.training_step(batch)
        loss: Tensor | None = output["loss"] if isinstance(output, dict) else output
        if loss is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
        return loss

    return step
