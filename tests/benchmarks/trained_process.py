"""One fresh process in which the harness and a bare PyTorch loop train by turns: `python trained_process.py ROUNDS`.

It prints JSON: the shortest seconds of each, and whether they ended with the same weights. A worker that trains a case
is such a process, with nothing else in it. The order changes from round to round, so that a drift favours neither.
"""

import json
import logging
import sys
import time

import torch
from pytorch_lightning import seed_everything

from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits
from bench_models.classifiers.mlp import MLP

EPOCHS, BATCH, LOOK_EVERY = 30, 64, 2  # those of the quickstart


def main(rounds):
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    ways = {"harness": through_the_harness, "bare": bare}
    shortest, weights = dict.fromkeys(ways, float("inf")), {}
    for turn in range(rounds):
        for name in list(ways)[:: -1 if turn % 2 else 1]:
            model, data = prepared()
            start = time.perf_counter()
            ways[name](model, data)
            shortest[name] = min(shortest[name], time.perf_counter() - start)
            weights[name] = list(model.parameters())
    same = all(torch.equal(a, b) for a, b in zip(*weights.values(), strict=True))
    print(json.dumps({**shortest, "same": same}))


def prepared():
    seed_everything(0, verbose=False)
    data = Digits()
    data.setup()
    data.batch_size = BATCH
    return MLP(data.spec), data


def through_the_harness(model, data):
    settings = {"max_epochs": EPOCHS, "batch_size": BATCH, "check_val_every_n_epoch": LOOK_EVERY, "accelerator": "cpu"}
    fit(model, data, settings, Observer(lambda share: None))


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


@torch.no_grad()
def look(model, data):
    model.eval()
    for inputs, targets in data.val_dataloader():
        scores = model(inputs)
        float(model.task.loss(scores, targets))
        float((scores.argmax(1) != targets).float().mean())


if __name__ == "__main__":
    main(int(sys.argv[1]))
