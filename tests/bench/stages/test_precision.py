"""Graphs at other precisions: their numbers are of the kind asked for, and they answer what the torch model answers."""

import functools
import shutil
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from torch import nn
from torch.nn import functional as F

from bench import BenchError, Export, TensorSpec, Unsuitable
from bench.parity import difference
from bench.records import PRECISIONS, Artifact
from bench.stages import precision as precisions
from bench.stages.export import export_graph
from bench.stages.precision import CALIBRATION_SAMPLES, _Reader, calibration_inputs, sums_saturate, write_graph
from bench_datasets.digits import Digits
from bench_runtimes.onnx import OnnxRuntime

LOSSY = PRECISIONS[1:]
SHAPE = (3, 8, 8)


class Tied(nn.Module):
    """Reads one weight as it is and transposed, which are of different shapes."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(192, 64)  # of so many weights, the exporter transposes none itself
        self.bias = nn.Parameter(torch.rand(192))

    def forward(self, images):
        return F.linear(torch.relu(self.layer(images.flatten(1))), self.layer.weight.T, self.bias)


class Recurrent(nn.Module):
    """A layer over the rows of an image, and one over its answers."""

    def __init__(self, cell):
        super().__init__()
        self.layer, self.code = cell(24, 16, batch_first=True), nn.Linear(16, 10)

    def forward(self, images):
        return self.code(self.layer(images.transpose(1, 2).flatten(2))[0])


class Attending(nn.Module):
    """Each row of an image looks for a row above it that is like it; the rows below are hidden by minus infinity."""

    def __init__(self):
        super().__init__()
        self.qkv, self.code = nn.Linear(24, 48), nn.Linear(16, 10)

    def forward(self, images):
        q, k, v = self.qkv(images.transpose(1, 2).flatten(2) - 0.5).chunk(3, 2)
        q, k, v = (part.unsqueeze(1) for part in (12 * q, k, 4 * v))  # one head
        return self.code(F.scaled_dot_product_attention(q, k, v, is_causal=True))


NETS = {
    "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 256), nn.ReLU(), nn.Linear(256, 10)),
    "convolutions": lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 3)),
    "both": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10)
    ),
    "transposed": lambda: nn.Sequential(nn.ConvTranspose2d(3, 8, 3), nn.Tanh(), nn.Conv2d(8, 1, 1), nn.Sigmoid()),
    "tied": Tied,
    "shared": lambda: nn.Sequential(nn.Flatten(), layer := nn.Linear(192, 192), nn.ReLU(), layer),
}
OTHERS = {
    "large": lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 1024)),
    "no weights": lambda: nn.Sequential(nn.Tanh()),
    "attending": Attending,
}


def drawn(rows, seed=0, high=1.0):
    return high * np.random.default_rng(seed).random((rows, *SHAPE), dtype=np.float32)


def part_of(net):
    return Export("forward", net.eval(), "classification", (TensorSpec("input", SHAPE),))


def net_of(name):
    torch.manual_seed(0)
    return {**NETS, **OTHERS}[name]().eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Where a net's graph is, which torch exports once for all precisions: `exported(name) -> path`."""
    folder = tmp_path_factory.mktemp("exported")

    @functools.cache
    def export(name):
        export_graph(part_of(net_of(name)), folder / f"{name}.onnx")
        return folder / f"{name}.onnx"

    return export


@pytest.fixture
def written(exported, tmp_path):
    """Write a net's graph and the same at a precision: `written(name, precision, samples) -> path`."""

    def write(name, precision, samples=None):
        graph, path = tmp_path / "forward.onnx", tmp_path / f"forward.{precision}.onnx"
        shutil.copy(exported(name), graph)
        write_graph(part_of(net_of(name)), precision, graph, path, [drawn(64) if samples is None else samples])
        return path

    return write


def initializers(path):
    return {tensor.name: tensor for tensor in onnx.load(path).graph.initializer}


def check_answers(net, precision, path):
    """Hold a graph against its net at several batch sizes, in a session as runs have it."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    artifact = Artifact("forward", "", precision, str(path), "", part_of(net).inputs, ("output",))
    session = OnnxRuntime().load(artifact, "cpu", threads=1)
    for batch in (1, 2, 33):
        inputs = drawn(batch, seed=batch)
        (got,) = session.call([inputs])
        expected = net(torch.from_numpy(inputs)).detach().numpy()
        error = np.linalg.norm(got - expected) / np.linalg.norm(expected)
        assert 0 < error < (1e-3 if precision == "fp16" else 0.05)


@pytest.mark.parametrize("precision", LOSSY)
@pytest.mark.parametrize("name", NETS)
def test_a_graph_answers_about_the_same_for_any_batch(name, precision, written):
    check_answers(net_of(name), precision, written(name, precision))


@pytest.mark.filterwarnings("ignore:.*_check_is_size will be removed:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*_flat_weights.* were assigned during export:UserWarning")
@pytest.mark.parametrize("cell", [nn.GRU, nn.LSTM])
def test_a_recurrent_graph_answers_about_the_same_for_any_batch(cell, tmp_path):
    torch.manual_seed(0)
    net = Recurrent(cell).eval().requires_grad_(False)
    export_graph(part_of(net), tmp_path / "forward.onnx")
    for precision in LOSSY:
        path = tmp_path / f"{precision}.onnx"
        write_graph(part_of(net), precision, tmp_path / "forward.onnx", path, [drawn(64)])
        check_answers(net, precision, path)


@pytest.mark.parametrize("precision", LOSSY)
def test_what_attention_hides_costs_nothing_that_it_sees(precision, written):
    check_answers(net_of("attending"), precision, written("attending", precision))


@pytest.mark.parametrize("name", NETS)
def test_fp16_holds_half_numbers_and_is_fed_with_single_ones(name, written):
    path = written(name, "fp16")
    kinds = {tensor.data_type for tensor in initializers(path).values()}
    assert TensorProto.FLOAT16 in kinds
    assert TensorProto.FLOAT not in kinds
    graph = onnx.load(path).graph
    assert {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)} == {TensorProto.FLOAT}


@pytest.mark.parametrize(("precision", "share"), [("fp16", 0.55), ("int8-dynamic", 1 / 3), ("int8-static", 1 / 3)])
def test_a_large_layer_takes_less_room(precision, share, written):
    path = written("large", precision)
    assert path.stat().st_size < share * path.with_name("forward.onnx").stat().st_size


@pytest.mark.parametrize("high", [0.5, 4.0])
def test_static_scales_come_from_the_samples(high, written):
    samples = drawn(200, seed=3, high=high)
    path = written("both", "int8-static", samples)
    (first,) = [n for n in onnx.load(path).graph.node if n.op_type == "QuantizeLinear" and n.input[0] == "input"]
    scale = onnx.numpy_helper.to_array(initializers(path)[first.input[1]])
    np.testing.assert_allclose(scale, samples.max() / 255, rtol=1e-6)  # 0 is the least: it must be exact in 8 bits


def test_static_weights_have_a_scale_for_each_channel(written):
    path = written("convolutions", "int8-static")
    found = initializers(path)
    weights = {name: tensor for name, tensor in found.items() if len(tensor.dims) == 4}
    assert {tensor.data_type for tensor in weights.values()} == {TensorProto.INT8}
    scales = [found[n.input[1]] for n in onnx.load(path).graph.node if n.input[0] in weights]
    assert sorted(list(scale.dims) for scale in scales) == [[4], [8]]


def test_a_weight_that_two_nodes_share_is_there_for_each(written):
    weights = [tensor for tensor in initializers(written("tied", "int8-dynamic")).values() if len(tensor.dims) == 2]
    assert sorted(tuple(tensor.dims) for tensor in weights) == [(64, 192), (192, 64)]


def test_nothing_but_the_graphs_is_left_and_nothing_is_printed(tmp_path, capfd):
    part, graphs = part_of(net_of("both")), {precision: f"{precision}.onnx" for precision in PRECISIONS}
    export_graph(part, tmp_path / graphs["fp32"])
    for precision in LOSSY:
        write_graph(part, precision, tmp_path / graphs["fp32"], tmp_path / graphs[precision], [drawn(64)])
    assert {path.name for path in tmp_path.iterdir()} == {*graphs.values()}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("precision", ["fp16", "int8-dynamic"])
def test_what_has_nothing_to_convert_is_unsuitable(precision, written, tmp_path):
    with pytest.raises(Unsuitable, match=f"finds nothing in forward that can be {precision}"):
        written("no weights", precision)
    assert [path.name for path in tmp_path.iterdir()] == ["forward.onnx"]


@pytest.mark.parametrize("precision", LOSSY)
def test_what_the_tools_cannot_read_is_told_in_one_line(precision, tmp_path):
    (tmp_path / "forward.onnx").write_bytes(b"no graph")
    path = tmp_path / "other.onnx"
    with pytest.raises(BenchError, match=f"^onnxruntime cannot make forward {precision}: .*: .*") as told:
        write_graph(part_of(net_of("dense")), precision, tmp_path / "forward.onnx", path, [drawn(4)])
    assert "\n" not in str(told.value)
    assert not path.exists()


def test_samples_are_spread_over_the_training_set_and_not_augmented():
    plain, augmented = Digits(), Digits(augment=("affine",))
    samples = calibration_inputs(augmented, seed=0)
    plain.setup("fit")
    inputs = plain.parts.train.inputs.numpy()
    rows = np.linspace(0, len(inputs) - 1, CALIBRATION_SAMPLES).astype(int)
    np.testing.assert_array_equal(samples, inputs[rows])


def test_a_small_training_set_is_taken_whole():
    data = SimpleNamespace(setup=lambda stage: None, parts=[SimpleNamespace(inputs=torch.arange(5.0).reshape(5, 1))])
    assert calibration_inputs(data, seed=0).ravel().tolist() == [0, 1, 2, 3, 4]


def test_a_dataset_without_parts_gives_the_first_of_its_loader():
    rows = torch.arange(1000.0).reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(rows, rows), 100, shuffle=True)
    data = SimpleNamespace(setup=lambda stage: None, train_dataloader=lambda: loader)
    samples = calibration_inputs(data, seed=0)
    assert len(set(samples.ravel().tolist())) == CALIBRATION_SAMPLES
    np.testing.assert_array_equal(samples, calibration_inputs(data, seed=0))


def test_a_graph_with_two_inputs_is_calibrated_with_rows_of_both(tmp_path):
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.images, self.noise = nn.Linear(192, 10), nn.Linear(4, 10)

        def forward(self, images, noise):
            return self.images(images.flatten(1)) + self.noise(noise)

    torch.manual_seed(0)
    net = Sum().eval()
    part = Export("sum", net, "classification", (TensorSpec("images", SHAPE), TensorSpec("noise", (4,))))
    export_graph(part, tmp_path / "sum.onnx")
    noise = np.random.default_rng(1).standard_normal((100, 4), dtype=np.float32)
    expected = net(torch.from_numpy(drawn(7)), torch.from_numpy(noise[:7])).detach().numpy()
    for precision in LOSSY:
        path = tmp_path / f"sum.{precision}.onnx"
        write_graph(part, precision, tmp_path / "sum.onnx", path, [drawn(100), noise])
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (got,) = session.run(None, {"images": drawn(7), "noise": noise[:7]})
        assert 0 < np.linalg.norm(got - expected) / np.linalg.norm(expected) < 0.05, precision


class Summed(nn.Module):
    """What it sums up grows with every step."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 8)

    def forward(self, steps):
        return self.layer(steps.sum(1))


@pytest.mark.parametrize("calibrated", [(2,), (2, 40)])
def test_ranges_are_those_of_every_length_that_it_is_calibrated_with(tmp_path, calibrated):
    torch.manual_seed(0)
    net, part_input = Summed().eval(), TensorSpec("steps", (2, 4), sequence=0)
    part = Export("summed", net, "forecasting", (part_input,))
    export_graph(part, tmp_path / "summed.onnx")
    samples = [[torch.rand(64, length, 4).numpy()] for length in calibrated]
    write_graph(part, "int8-static", tmp_path / "summed.onnx", tmp_path / "int8.onnx", *samples)
    session = onnxruntime.InferenceSession(tmp_path / "int8.onnx", providers=["CPUExecutionProvider"])
    steps = torch.rand(16, 40, 4)
    (got,) = session.run(None, {"steps": steps.numpy()})
    assert (difference(net(steps).detach(), got, "int8-static").excess < 0.2) == (40 in calibrated)


@pytest.mark.parametrize(("length", "sizes"), [(2, [64, 36]), (8, [16] * 6 + [4]), (1000, [1] * 100), (1, [64, 36])])
def test_batches_of_longer_rows_take_no_more_memory(length, sizes):
    usual, other = [np.zeros((100, 2, 4))], [np.zeros((100, length, 4))]
    reader = _Reader(["steps"], [usual, other])
    found = [len(batch["steps"]) for batch in iter(reader.get_next, None)]
    assert found == [64, 36, *sizes]


@pytest.mark.parametrize(
    ("machine", "flags", "saturates"),
    [
        ("x86_64", "fma avx2 bmi2", True),
        ("x86_64", "avx512f avx512_vnni", False),
        ("AMD64", "avx2 avx_vnni", False),
        ("AMD64", None, True),
        ("aarch64", "asimd asimddp", False),
        ("arm64", None, False),
    ],
)
def test_sums_saturate_where_an_x86_processor_has_no_dot_products(tmp_path, machine, flags, saturates):
    cpuinfo = tmp_path / "cpuinfo"
    if flags is not None:
        cpuinfo.write_text(f"processor : 0\nflags : {flags}\n")
    assert sums_saturate(machine, cpuinfo) == saturates


@pytest.mark.parametrize(("saturates", "most"), [(False, 127), (True, 64)])
def test_weights_have_a_bit_less_where_sums_saturate(tmp_path, monkeypatch, saturates, most):
    monkeypatch.setattr(precisions, "sums_saturate", lambda *_: saturates)
    part = Export("forward", nn.Linear(16, 4), "embedding", (TensorSpec("input", (16,)),))
    source, path = tmp_path / "a.onnx", tmp_path / "b.onnx"
    export_graph(part, source)
    write_graph(part, "int8-static", source, path, [torch.randn(32, 16).numpy()])
    constants = onnx.load(path).graph.initializer
    (weights,) = (one for one in constants if one.data_type == TensorProto.INT8 and len(one.dims) == 2)
    assert abs(onnx.numpy_helper.to_array(weights).astype(int)).max() == most
