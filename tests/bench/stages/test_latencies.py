"""What parts of a model take, for a model that asks: measured by the suite's runtime, in processes of their own."""

from types import SimpleNamespace

import pytest
import torch
from pytorch_lightning import LightningModule
from torch import nn

from bench import BenchError, DatasetInfo, Export, ModelInfo, RuntimeInfo, RuntimeUse, TensorSpec
from bench.stages import latencies as stage
from bench.stages.latencies import Target, graph_runtime, latencies, latencies_of

ONNX = RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime"))
DIGITS = DatasetInfo("digits", "bench_datasets.digits:Digits", task="classification")
TORCH = RuntimeUse("torch", RuntimeInfo("torch", "bench_runtimes.torch:Torch", needs_torch=True))


def part(name, width):
    return Export(name, nn.Linear(width, width), "block", (TensorSpec("x", (8, width)),))


class Curious(LightningModule):
    """Wants to know what a small and a large product take, or nothing."""

    def __init__(self, data, asks: bool = True):
        super().__init__()
        self.asks = asks

    def timed_parts(self):
        return [part("small", 16), part("large", 2048)] if self.asks else []


CURIOUS = ModelInfo("curious", f"{__name__}:Curious", task="classification")


def request(*runtimes, model=CURIOUS, **params):
    return SimpleNamespace(
        **{"runtimes": runtimes, "device": "cpu", "timed_threads": 1, "cores": (), "model": model},
        **{"params": params, "dataset": DIGITS, "data_params": {}},
    )


def nobody_minds(*_):
    """Another run may be measuring on this host."""


def test_a_model_is_told_what_its_parts_take(monkeypatch):
    monkeypatch.setattr(stage, "resolve", lambda info: Curious)
    monkeypatch.setattr(stage, "build_model", lambda info, params, spec: Curious(spec, **params))
    told = []
    found = latencies_of(request(TORCH, ONNX), nobody_minds, lambda done, total: told.append((done, total)))
    assert found.keys() == {"small", "large"}
    assert 0 < 5 * found["small"] < found["large"] < 1  # sixteen thousand times the arithmetic
    assert told == [(0, 6), (0, 6), *((done, 6) for done in range(7))]  # two are written, then each is timed thrice
    assert latencies_of(request(asks=False), nobody_minds, pytest.fail) == {}


def test_who_asks_about_nothing_is_not_even_built(monkeypatch):
    monkeypatch.setattr(stage, "build_model", pytest.fail)
    mlp = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")
    assert latencies_of(request(model=mlp), nobody_minds, pytest.fail) == {}


def test_without_a_runtime_for_graphs_nothing_can_be_told():
    with pytest.raises(BenchError, match="none of torch executes such"):
        graph_runtime(request(TORCH))


def test_a_part_that_cannot_be_timed_is_told_by_its_name():
    broken = RuntimeUse("broken", RuntimeInfo("broken", "bench_runtimes.onnx:Nothing"))
    with pytest.raises(BenchError, match="small cannot be timed on broken"):
        latencies([part("small", 16)], Target(broken), 1)


def test_parts_are_timed_as_they_answer_without_training():
    dropping = nn.Sequential(nn.Linear(16, 16), nn.Dropout(0.5))
    found = latencies([Export("d", dropping, "block", (TensorSpec("x", (16,)),))], Target(ONNX), 1)
    assert found["d"] > 0
    torch.testing.assert_close(dropping(torch.ones(1, 16)), dropping(torch.ones(1, 16)))


def test_a_part_may_take_whole_numbers():
    table = Export("table", nn.Embedding(5, 16), "block", (TensorSpec("tokens", (8,), "int64"),))
    assert latencies([table], Target(ONNX), 1)["table"] > 0
