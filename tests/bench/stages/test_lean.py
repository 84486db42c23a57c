"""The tight training loop against Lightning's own: the same weights to the bit, the same counters and curves."""

import pytest
import torch
from pytorch_lightning import LightningDataModule, LightningModule, seed_everything

from bench.stages import lean
from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits
from bench_models.classifiers.mlp import MLP


class LogsInTraining(MLP):
    def training_step(self, batch, index):
        loss = super().training_step(batch, index)
        self.log("double", 2 * loss, on_step=False, on_epoch=True)
        return {"loss": loss}


class StepsByEpoch(MLP):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)]


def trained(model_class, settings, monkeypatch, plain):
    seed_everything(0, verbose=False)
    data = Digits()
    model = model_class(data.spec, hidden=(16,), dropout=0.2)
    observer = Observer(lambda share: None)
    with monkeypatch.context() as patch:
        if not plain:
            patch.setattr(lean, "is_plain", lambda trainer: False)
        trainer = fit(model, data, {"batch_size": 100, "accelerator": "cpu", **settings}, observer)
    return model, trainer, observer


@pytest.mark.parametrize("model_class", [MLP, LogsInTraining, StepsByEpoch])
@pytest.mark.parametrize(
    "settings",
    [
        {"max_epochs": 3},
        {"max_steps": 20},
        {"max_epochs": 4, "check_val_every_n_epoch": 3},
    ],
)
def test_both_loops_train_alike_to_the_bit(model_class, settings, monkeypatch):
    lean_model, lean_trainer, lean_observer = trained(model_class, settings, monkeypatch, plain=True)
    model, trainer, observer = trained(model_class, settings, monkeypatch, plain=False)
    assert lean.is_plain(lean_trainer)
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, lean_model.state_dict()[name]), name
    assert lean_trainer.global_step == trainer.global_step
    assert lean_trainer.current_epoch == trainer.current_epoch
    assert lean_observer.curves == observer.curves


class ListensToGradients(MLP):
    def on_after_backward(self):
        self.heard = getattr(self, "heard", 0) + 1


class SearchesLines(MLP):
    def configure_optimizers(self):
        return torch.optim.LBFGS(self.parameters(), lr=0.1, max_iter=2)


class StepsByHand(MLP):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.automatic_optimization = False

    def training_step(self, batch, index):
        loss = super().training_step(batch, index)
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        return loss


@pytest.mark.parametrize(
    ("model_class", "settings"),
    [
        (ListensToGradients, {}),
        (SearchesLines, {}),
        (StepsByHand, {}),
        (MLP, {"gradient_clip_val": 1.0}),
        (MLP, {"accumulate_grad_batches": 2}),
        (MLP, {"precision": "bf16-mixed"}),
    ],
)
def test_what_is_not_plain_is_left_to_lightning(model_class, settings, monkeypatch):
    model, trainer, observer = trained(model_class, {"max_epochs": 1, **settings}, monkeypatch, plain=True)
    assert not lean.is_plain(trainer)
    assert trainer.global_step == 13 // settings.get("accumulate_grad_batches", 1) + (2 in settings.values())
    assert len(observer.curves["train-loss"]) == 1
    if model_class is ListensToGradients:
        assert model.heard == 13


class Two(LightningModule):
    """The least that Lightning takes: no index in its step, no data class of ours."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)

    def training_step(self, batch):
        return self.layer(batch).mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Plain(LightningDataModule):
    def train_dataloader(self):
        return torch.utils.data.DataLoader(torch.ones(20, 3), batch_size=4)


def test_a_step_without_an_index_and_data_without_validation():
    observer = Observer(lambda share: None)
    trainer = fit(Two(), Plain(), {"max_epochs": 2, "batch_size": 4, "accelerator": "cpu"}, observer)
    assert trainer.global_step == 10
    assert observer.curves["train-loss"][1] < observer.curves["train-loss"][0]
