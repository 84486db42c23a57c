"""What parts of a model take, for a model that asks: measured by the suite's runtime, in processes of their own."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench import BenchError, Export, RuntimeInfo, RuntimeUse, TensorSpec
from bench.stages.latencies import graph_runtime, latencies, tell_latencies

ONNX = RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime"))
TORCH = RuntimeUse("torch", RuntimeInfo("torch", "bench_runtimes.torch:Torch", needs_torch=True))


def part(name, width):
    return Export(name, nn.Linear(width, width), "block", (TensorSpec("x", (8, width)),))


class Curious(nn.Module):
    """Wants to know what a small and a large product take."""

    def __init__(self, *parts):
        super().__init__()
        self.parts = parts
        self.told = None

    def timed_parts(self):
        return self.parts

    def learn_latencies(self, seconds):
        self.told = seconds


def request(*runtimes):
    return SimpleNamespace(
        runtimes=runtimes, device="cpu", timed_threads=1, rehearsal_s=1.0, model=SimpleNamespace(name="curious")
    )


def test_a_model_is_told_what_its_parts_take():
    model = Curious(part("small", 16), part("large", 1024))
    tell_latencies(model, request(TORCH, ONNX))
    assert model.told.keys() == {"small", "large"}
    assert 0 < 5 * model.told["small"] < model.told["large"] < 1  # four thousand times the arithmetic


@pytest.mark.parametrize("model", [nn.Linear(2, 2), Curious()])
def test_who_has_no_parts_to_time_is_told_nothing(model):
    tell_latencies(model, request())
    assert getattr(model, "told", None) is None


def test_without_a_runtime_for_graphs_nothing_can_be_told():
    with pytest.raises(BenchError, match="none of torch executes such"):
        graph_runtime(request(TORCH))


def test_a_part_that_cannot_be_timed_is_told_by_its_name():
    broken = RuntimeUse("broken", RuntimeInfo("broken", "bench_runtimes.onnx:Nothing"))
    with pytest.raises(BenchError, match="small cannot be timed on broken"):
        latencies([part("small", 16)], broken, "cpu", 1, 1)


def test_parts_are_timed_as_they_answer_without_training():
    dropping = nn.Sequential(nn.Linear(16, 16), nn.Dropout(0.5))
    found = latencies([Export("d", dropping, "block", (TensorSpec("x", (16,)),))], ONNX, "cpu", 1, 1)
    assert found["d"] > 0
    torch.testing.assert_close(dropping(torch.ones(1, 16)), dropping(torch.ones(1, 16)))
