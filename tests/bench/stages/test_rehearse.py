"""A rehearsed training: short, and with a pace that gives the whole."""

import json
from types import SimpleNamespace

import pytest

from bench import ModelInfo
from bench.stages.rehearse import rehearse_training
from bench.stages.request import Pace, PartLatencies
from bench_datasets.digits import Digits
from bench_models.classifiers.pretrained_mlp import PretrainedMLP

MODEL = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")


@pytest.fixture
def rehearsed(tmp_path):
    def run(seconds, model=MODEL, params=None, **train):
        request = SimpleNamespace(
            seed=0,
            model=model,
            params=params or {},
            rehearsal_s=seconds,
            parts=PartLatencies(),
            train={"batch_size": 64, "accelerator": "cpu", **train},
            checkpoint=tmp_path / "checkpoint.pt",
            paces=tmp_path / "paces.json",
            snapshot=lambda epoch: tmp_path / f"{epoch}.pt",
        )
        rehearse_training(request, Digits())
        assert request.checkpoint.exists()
        return [Pace(**one) for one in json.loads(request.paces.read_text())]

    return run


def test_a_long_training_is_stopped(rehearsed):
    (pace,) = rehearsed(0.5, max_epochs=100_000, check_val_every_n_epoch=1)
    assert pace.ended_s is None
    assert pace.steps > 1
    assert min(pace.setup_s, pace.step_s, pace.epoch_s, pace.look_s) > 0
    assert pace.step_s < 0.5


def test_what_has_not_looked_looks_once(rehearsed):
    (pace,) = rehearsed(0.05, max_epochs=100_000, check_val_every_n_epoch=5_000)
    assert pace.look_s > 0


def test_a_short_training_is_known_whole(rehearsed):
    (pace,) = rehearsed(60.0, max_epochs=1, check_val_every_n_epoch=1)
    assert pace.ended_s > pace.setup_s > 0


PRETRAINED = ModelInfo("pretrained-mlp", "bench_models.classifiers.pretrained_mlp:PretrainedMLP", task="classification")


@pytest.mark.parametrize(("seconds", "epochs", "every"), [(0.05, 100_000, 5_000), (60.0, 5, 1)])
def test_a_pre_training_and_what_comes_after_it_have_a_pace_each(rehearsed, monkeypatch, seconds, epochs, every):
    looked = set()
    monkeypatch.setattr(PretrainedMLP, "validation_step", lambda self, *_: looked.add(self.current_epoch >= 2))
    params = {"hidden": (16,), "pretraining": "rbm", "pretrain_epochs": 2}
    before, after = rehearsed(seconds, PRETRAINED, params, max_epochs=epochs, check_val_every_n_epoch=every)
    assert (before.first, after.first) == (0, 2)
    assert min(before.step_s, after.step_s) > 0
    assert before.ended_s is None  # it ends where the other begins, and not with the training
    assert (after.ended_s is None) == (epochs > 5)
    assert looked == {False, True}  # a look at the validation data is another one in each


@pytest.mark.parametrize(("train", "kept"), [({"max_epochs": 99}, 3), ({"max_epochs": 2}, 2), ({"max_steps": 9}, 3)])
def test_an_evaluation_is_rehearsed_with_as_many_snapshots_as_there_will_be(rehearsed, tmp_path, train, kept):
    rehearsed(0.05, snapshots=3, **train)
    assert len(list(tmp_path.glob("[0-9]*.pt"))) == kept
