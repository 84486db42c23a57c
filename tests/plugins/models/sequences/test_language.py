"""How models of language are trained."""

import math

import pytest
import torch
from pytorch_lightning import Trainer
from torch.utils.data import DataLoader, TensorDataset

from bench_models.sequences.transformer import Transformer

# What Lightning says of a loader without worker processes, and of training without validation.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:You defined a `validation_step`"),
]


def test_the_loss_is_the_mean_log_probability_of_what_came_next(build):
    model = build(Transformer, width=16, heads=2, blocks=2)
    tokens, targets = torch.randint(11, (2, 3, 12), generator=torch.Generator().manual_seed(0))
    probabilities = model(tokens).detach().double().softmax(2)
    by_hand = -sum(math.log(probabilities[row, place, targets[row, place]]) for row in range(3) for place in range(12))
    assert model.training_step((tokens, targets), 0).item() == pytest.approx(by_hand / 36, rel=1e-5)


@pytest.fixture(scope="module")
def rates(spec):
    """The learning rates of forty steps, with a warm-up of a quarter, and the optimiser."""
    model = Transformer(spec(), width=16, heads=2, blocks=2, lr=0.01, warm_up=0.25, weight_decay=0.3)
    seen = []
    model.on_train_batch_start = lambda *_: seen.append(model.optimizers().param_groups[0]["lr"])
    rows = torch.zeros(40, 12, dtype=torch.long)
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = Trainer(max_epochs=1, accelerator="cpu", enable_model_summary=False, **quiet)
    trainer.fit(model, DataLoader(TensorDataset(rows, rows), 1))
    return seen, trainer.optimizers[0]


def test_the_rate_rises_and_then_falls_to_a_tenth(rates):
    seen, _ = rates
    assert seen[:10] == pytest.approx([0.001 * step for step in range(1, 11)])
    assert seen[10] == pytest.approx(0.01)
    assert seen[25] == pytest.approx(0.01 * (0.1 + 0.9 / 2))
    assert seen[10:] == sorted(seen[10:], reverse=True)
    assert 0.001 < seen[-1] < 0.0011


def test_only_matrices_decay(rates):
    _, optimizer = rates
    decaying, others = optimizer.param_groups
    assert (decaying["weight_decay"], others["weight_decay"]) == (0.3, 0)
    assert {one.ndim for one in decaying["params"]} == {2}
    assert {one.ndim for one in others["params"]} == {1}
