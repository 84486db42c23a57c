"""Exported graphs: any batch, the right arithmetic, no randomness inside."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from bench import DataSpec, Export, ModelInfo, TensorSpec
from bench.stages.build import exports_of, load_checkpoint, save_checkpoint
from bench.stages.export import export_graph, multiply_accumulates
from bench_models.classifiers.convnet import ConvNet
from bench_models.classifiers.lenet5 import LeNet5
from bench_models.classifiers.mlp import MLP

IMAGES = DataSpec("classification", (1, 28, 28), classes=10)
MODELS = {
    "mlp": (MLP, {"hidden": (20,), "dropout": 0.5, "input_dropout": 0.2}, 784 * 20 + 20 * 10),
    "convnet": (ConvNet, {}, 28 * 28 * 12 * 25 + 12 * 14 * 14 * 10),
    "lenet5": (LeNet5, {}, 24 * 24 * 6 * 25 + 8 * 8 * 16 * 6 * 25 + 256 * 120 + 120 * 84 + 84 * 10),
    "lenet5-1998": (LeNet5, {"variant": "1998", "padding": 2}, None),
}


def part_of(name):
    target, params, macs = MODELS[name]
    torch.manual_seed(0)
    model = target(IMAGES, **params).eval()
    info = ModelInfo(name, f"{target.__module__}:{target.__name__}", task="classification")
    (part,) = exports_of(model, info, IMAGES)
    return model, info, params, part, macs


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_answers_for_any_batch_and_draws_no_numbers(name, tmp_path):
    model, _, _, part, _ = part_of(name)
    export_graph(part, tmp_path / "graph.onnx")
    kinds = {node.op_type for node in onnx.load(tmp_path / "graph.onnx").graph.node}
    assert not {kind for kind in kinds if "Random" in kind or kind in {"Bernoulli", "Dropout", "Multinomial"}}
    session = onnxruntime.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    for batch in (1, 2, 5):
        inputs = np.random.default_rng(batch).random((batch, 1, 28, 28), dtype=np.float32)
        (got,) = session.run(None, {"input": inputs})
        np.testing.assert_allclose(got, model(torch.from_numpy(inputs)).detach(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["mlp", "convnet", "lenet5"])
def test_multiply_accumulates_follow_the_formula(name):
    *_, part, macs = part_of(name)
    assert multiply_accumulates(part) == macs


def test_a_checkpoint_builds_the_same_model_again(tmp_path):
    model, info, params, _, _ = part_of("lenet5-1998")
    save_checkpoint(model, info, params, IMAGES, tmp_path / "checkpoint.pt")
    again, _ = load_checkpoint(tmp_path / "checkpoint.pt")
    images = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(again(images), model(images), rtol=0, atol=0)


class TwoAnswers(torch.nn.Module):
    def forward(self, x):
        return x + 1, x.sum(1, keepdim=True)


def test_a_part_may_have_several_outputs(tmp_path):
    part = Export("both", TwoAnswers(), "reconstruction", (TensorSpec("x", (3,)),), outputs=("more", "sum"))
    export_graph(part, tmp_path / "graph.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["more", "sum"]
    more, total = session.run(None, {"x": np.ones((4, 3), np.float32)})
    assert more.tolist() == [[2, 2, 2]] * 4
    assert total.tolist() == [[3]] * 4


@pytest.mark.parametrize(("of_the_data", "answered"), [("second", "second"), ("third", "first")])
def test_a_model_of_several_tasks_does_that_of_its_data(of_the_data, answered):
    info = ModelInfo("both", "nowhere:Net", task=("first", "second"))
    (part,) = exports_of(torch.nn.Identity(), info, DataSpec(of_the_data, (3,)))
    assert part.task == answered
