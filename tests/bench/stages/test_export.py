"""Exported graphs: any batch, sequences of any length, the right arithmetic, no randomness inside."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from bench import BenchError, DataSpec, Export, ModelInfo, TensorSpec
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


class Steps(torch.nn.Module):
    """Steps (batch, steps, 3) and their tokens (batch, steps), through layers that sequences have."""

    def __init__(self, longest):
        super().__init__()
        self.tokens, self.positions = torch.nn.Embedding(9, 3), torch.nn.Parameter(torch.randn(longest, 3))
        self.convolution, self.recurrent = torch.nn.Conv1d(3, 4, 3), torch.nn.GRU(4, 5, batch_first=True)

    def forward(self, steps, tokens):
        states = steps + self.tokens(tokens) + self.positions[: steps.shape[1]]
        states, _ = self.recurrent(self.convolution(states.transpose(1, 2)).transpose(1, 2))
        head = states.unsqueeze(1)
        return torch.nn.functional.scaled_dot_product_attention(head, head, head, is_causal=True)


def steps_of(length, longest=20):
    steps = TensorSpec("steps", (length, 3), sequence=0, longest=longest)
    return Export("steps", Steps(longest).eval(), "any", (steps, TensorSpec("tokens", (length,), "int64", sequence=0)))


def axes_of(path):
    """The axes of each input of a graph."""
    inputs = onnx.load(path).graph.input
    return {one.name: [d.dim_param or d.dim_value for d in one.type.tensor_type.shape.dim] for one in inputs}


# What torch's exporter says of its own treatment of recurrent layers.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:.*_check_is_size will be removed:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*_flat_weights.* were assigned during export:UserWarning")
@pytest.mark.parametrize("usual", [3, 8])  # 3 is another axis's size, too, and leaves one step after the convolution
def test_a_graph_answers_for_any_length(usual, tmp_path):
    """That none is shorter than the convolution or longer than the positions, the exporter finds out by itself."""
    torch.manual_seed(0)
    part, path = steps_of(usual), tmp_path / "steps.onnx"
    export_graph(part, path)
    assert axes_of(path) == {"steps": ["batch", "sequence", 3], "tokens": ["batch", "sequence"]}
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for length in (3, 4, 20):
        steps, tokens = torch.randn(2, length, 3), torch.randint(0, 9, (2, length))
        (got,) = session.run(None, {"steps": steps.numpy(), "tokens": tokens.numpy()})
        np.testing.assert_allclose(got, part.module(steps, tokens).detach(), rtol=1e-3, atol=1e-4)


def test_a_graph_of_a_single_step_takes_more(tmp_path):
    part = Export("double", torch.nn.Linear(3, 2), "any", (TensorSpec("x", (1, 3), sequence=0),))
    export_graph(part, tmp_path / "double.onnx")
    assert axes_of(tmp_path / "double.onnx") == {"x": ["batch", "sequence", 3]}


def test_arithmetic_grows_with_the_length():
    part = Export("linear", torch.nn.Linear(3, 2), "any", (TensorSpec("x", (4, 3), sequence=0),))
    assert [multiply_accumulates(part, length) for length in (None, 4, 10)] == [24, 24, 60]


class Positions(torch.nn.Module):
    """Eight steps have a position each: there can be no others."""

    def forward(self, x):
        return x + torch.arange(8.0)


ONE_LENGTH = r"the graph of {} takes sequences of 8 alone, not of any length: {} .*leave `sequence` out"


def test_a_module_of_one_length_is_told_to_be_that(tmp_path):
    part = Export("positions", Positions(), "any", (TensorSpec("x", (8,), sequence=0),))
    with pytest.raises(BenchError, match=ONE_LENGTH.format("positions", "torch's exporter finds what needs that")):
        export_graph(part, tmp_path / "graph.onnx")
    assert not (tmp_path / "graph.onnx").exists()


@pytest.mark.parametrize("axis", [8, "steps"])
def test_a_graph_made_by_hand_has_to_leave_its_sequence_axis_open(axis, tmp_path):
    def graph():
        described = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, ["batch", axis]) for n in ("x", "y")]
        nodes = [onnx.helper.make_node("Neg", ["x"], ["y"])]
        return onnx.helper.make_model(onnx.helper.make_graph(nodes, "negative", described[:1], described[1:]))

    part = Export("negative", None, "any", (TensorSpec("x", (8,), sequence=0),), ("y",), graph)
    if axis == "steps":
        export_graph(part, tmp_path / "graph.onnx")
        return
    with pytest.raises(BenchError, match=ONE_LENGTH.format("negative", "axis 1 of the graph's input 'x' has no other")):
        export_graph(part, tmp_path / "graph.onnx")
    assert not (tmp_path / "graph.onnx").exists()
