"""What training through the harness costs over a bare PyTorch loop, both in one run."""

import logging

import pytest
import torch
from pytorch_lightning import seed_everything

from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits
from bench_models.classifiers.mlp import MLP

EPOCHS, BATCH, LOOK_EVERY = 30, 64, 2  # those of the quickstart
ALLOWED = 1.25


@pytest.fixture(autouse=True)
def _quiet_and_single_threaded():
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def prepared():
    seed_everything(0, verbose=False)
    data = Digits()
    data.setup()
    data.batch_size = BATCH
    return MLP(data.spec), data


def through_the_harness(model, data):
    settings = {"max_epochs": EPOCHS, "batch_size": BATCH, "check_val_every_n_epoch": LOOK_EVERY, "accelerator": "cpu"}
    fit(model, data, settings, Observer(lambda share: None))
    return model


def bare(model, data):
    batches = data.train_dataloader()
    optimizer = torch.optim.AdamW(model.parameters(), lr=model.lr, weight_decay=model.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=model.lr, total_steps=EPOCHS * len(batches))
    for epoch in range(EPOCHS):
        model.train()
        for inputs, targets in batches:
            loss = model.task.loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if (epoch + 1) % LOOK_EVERY == 0:
            look(model, data)
    return model


@torch.no_grad()
def look(model, data):
    model.eval()
    for inputs, targets in data.val_dataloader():
        scores = model(inputs)
        float(model.task.loss(scores, targets))
        float((scores.argmax(1) != targets).float().mean())


def test_both_train_the_same_weights():
    one, other = (train(*prepared()) for train in (through_the_harness, bare))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_training_costs_at_most_a_quarter_more_than_a_bare_loop(benchmark):
    """The rounds alternate, so that a busy machine slows both; each side's best round is the least disturbed."""
    import time

    best = {through_the_harness: float("inf"), bare: float("inf")}
    order = [*best]

    def one_round():
        order.reverse()
        for train in order:
            model, data = prepared()
            start = time.perf_counter()
            train(model, data)
            best[train] = min(best[train], time.perf_counter() - start)

    benchmark.pedantic(one_round, rounds=50, warmup_rounds=1)
    ratio = best[through_the_harness] / best[bare]
    benchmark.extra_info["ratio"] = ratio
    assert ratio <= ALLOWED
