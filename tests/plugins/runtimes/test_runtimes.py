"""Runtimes: what they answer, on how many threads, and that they never pretend."""

import json
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from bench import Artifact, BenchError, DataSpec, ModelInfo, TensorSpec
from bench.stages.build import exports_of, save_checkpoint
from bench.stages.export import export_graph
from bench.stages.precision import write_graph
from bench_models.classifiers.mlp import MLP
from bench_runtimes.cuda import cuda_devices
from bench_runtimes.feeds import feeder
from bench_runtimes.onnx import LEVELS, PROVIDERS, Bound, OnnxRuntime, arithmetic, provider_shares
from bench_runtimes.openvino import OpenVino
from bench_runtimes.torch import TorchCompileRuntime, TorchRuntime

PROFILE = Path(__file__).parent / "profile.json"
SPEC = DataSpec("classification", (1, 8, 8), classes=10)
INFO = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A small model, and its artifact."""
    folder = tmp_path_factory.mktemp("artifact")
    torch.manual_seed(0)
    model = MLP(SPEC, hidden=(16,)).eval()
    save_checkpoint(model, INFO, {"hidden": [16]}, SPEC, folder / "checkpoint.pt")
    (part,) = exports_of(model, INFO, SPEC)
    export_graph(part, folder / "forward.onnx")
    inputs = (TensorSpec("input", (1, 8, 8)),)
    paths = {"path": str(folder / "forward.onnx"), "checkpoint": str(folder / "checkpoint.pt")}
    return model, Artifact("forward", "classification", "fp32", **paths, inputs=inputs, outputs=("output",))


@pytest.fixture(scope="module")
def lowered(exported):
    """The artifact at fp16 and at int8-static."""
    model, artifact = exported
    (part,) = exports_of(model, INFO, SPEC)
    source = Path(artifact.path)
    rows = [np.random.default_rng(0).random((64, 1, 8, 8), dtype=np.float32)]
    made = {precision: source.with_stem(precision) for precision in ("fp16", "int8-static")}
    for precision, path in made.items():
        write_graph(part, precision, source, path, rows)
    return {precision: replace(artifact, precision=precision, path=str(path)) for precision, path in made.items()}


@pytest.mark.parametrize("runtime", [OnnxRuntime, OpenVino, TorchRuntime])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_a_runtime_answers_what_the_model_answers(runtime, batch, exported):
    check(runtime(), exported, batch)


def test_a_compiled_model_answers_what_the_model_answers_at_every_batch_size(exported, monkeypatch):
    """More sizes than torch compiles for unless it is told so; beyond them it would go on in eager mode."""
    monkeypatch.setattr(torch, "compile", lambda module, **options: counted(module, options))
    seen = []

    def counted(module, options):
        assert options == {"fullgraph": True, "dynamic": False, "mode": "default"}
        return COMPILE(module, fullgraph=True, dynamic=False, backend=lambda graph, _: seen.append(graph) or graph)

    session = TorchCompileRuntime().load(exported[1], "cpu", threads=1)
    for batch in (*range(1, 12), 3):
        answers_the_same(session, exported[0], batch)
    assert len(seen) == 11


COMPILE = torch.compile


def test_a_model_is_really_compiled_and_leaves_no_process_over(exported):
    def children():
        """This process's, of which earlier tests may have left some."""
        return {pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}

    before = children()
    session = TorchCompileRuntime().load(exported[1], "cpu", threads=1)
    answers_the_same(session, exported[0], 4)
    assert session.provider == "torch-compile-cpu"
    assert children() <= before


@pytest.mark.parametrize(
    ("found", "says"), [("which", "needs a C\\+\\+ compiler"), ("include", "needs Python's headers")]
)
def test_what_compiling_needs_is_missed_before_anything_runs(found, says, monkeypatch, tmp_path):
    monkeypatch.setattr("bench_runtimes.torch.shutil.which", lambda name: None if found == "which" else name)
    monkeypatch.setattr("bench_runtimes.torch.sysconfig.get_path", lambda _: str(tmp_path))
    with pytest.raises(BenchError, match=says):
        TorchCompileRuntime().devices()


def test_the_compiler_may_be_named(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(BenchError, match="there is no no-such-compiler"):
        TorchCompileRuntime().devices()


def check(runtime, exported, batch, device="cpu"):
    """Load the artifact and hold it against its model."""
    model, artifact = exported
    session = runtime.load(artifact, device, threads=1)
    answers_the_same(session, model, batch)
    return session


def answers_the_same(session, model, batch, rtol=1e-4, atol=1e-5):
    inputs = np.random.default_rng(batch).random((batch, 1, 8, 8), dtype=np.float32)
    (outputs,) = session.call([inputs])
    np.testing.assert_allclose(outputs, model(torch.from_numpy(inputs)).detach(), rtol=rtol, atol=atol)


@pytest.mark.parametrize("names", [["one"], ["one", "two"]])
def test_a_session_is_fed_one_array_for_each_input(names):
    assert feeder(names)(names) == dict(zip(names, names, strict=True))
    for arrays in ([], [*names, "more"]):
        with pytest.raises(ValueError, match=r"values to unpack|argument 2 is"):
            feeder(names)(arrays)


@pytest.mark.parametrize("runtime", [OnnxRuntime, OpenVino])
def test_an_answer_is_not_touched_by_the_next_call(runtime, exported):
    session = runtime().load(exported[1], "cpu", threads=1)
    (first,) = session.call([np.zeros((2, 1, 8, 8), np.float32)])
    before = first.copy()
    session.call([np.ones((2, 1, 8, 8), np.float32)])
    np.testing.assert_array_equal(first, before)


@pytest.mark.parametrize("runtime", [OnnxRuntime, OpenVino])
@pytest.mark.parametrize("precision", ["fp16", "int8-static"])
def test_lower_precisions_answer_about_the_same(runtime, precision, exported, lowered):
    session = runtime().load(lowered[precision], "cpu", threads=1)
    answers_the_same(session, exported[0], 8, rtol=0, atol=0.02)


def test_openvino_computes_in_nothing_else_than_was_asked_for(exported, lowered):
    """Left alone, it takes bf16 where the processor has it, whatever the graph says."""
    details = OpenVino().load(exported[1], "cpu", threads=1).details
    assert list(details["arithmetic"]) == ["f32"]
    assert "bf16" not in OpenVino().load(lowered["fp16"], "cpu", threads=1).details["arithmetic"]
    assert "u8" in OpenVino().load(lowered["int8-static"], "cpu", threads=1).details["arithmetic"]


@pytest.mark.parametrize(
    ("level", "precision", "bits"),
    [
        ("all", "fp32", "32"),
        ("all", "int8-static", "8"),
        ("basic", "int8-static", "32"),  # its products come after the weights are back in fp32
    ],
)
def test_nodes_are_counted_by_the_arithmetic_that_is_really_executed(level, precision, bits, exported, lowered):
    artifact = {"fp32": exported[1], **lowered}[precision]
    ((kind, count),) = OnnxRuntime(level).load(artifact, "cpu", threads=1).proved().details["arithmetic"].items()
    assert (kind[1:], count) == (bits, 2)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="other processors have kernels for halves")
def test_halves_are_computed_in_32_bits_where_there_are_no_kernels_for_them(lowered):
    assert OnnxRuntime().load(lowered["fp16"], "cpu", threads=1).proved().details["arithmetic"] == {"f32": 2}


HALVES = """<ir_version: 10, opset_import: ["" : 20]>
g (float[rows, 3, 2] x) => (float[3, rows, 1] y)
<float16[2, 1] weight = {1, 2}>
{
    half = Cast<to = 10>(x)
    turned = Transpose<perm = [1, 0, 2]>(half)
    product = MatMul(turned, weight)
    y = Cast<to = 1>(product)
}"""

LOAD = """
import sys
from bench import Artifact, TensorSpec
from bench_runtimes.onnx import OnnxRuntime
inputs = (TensorSpec("x", (3, 2)),)
OnnxRuntime().load(Artifact("a", "", "fp16", sys.argv[1], "", inputs, ("y",)), "cpu", threads=1)
"""


def test_a_product_of_transposed_halves_does_not_crash_the_process(tmp_path):
    onnx.save(onnx.parser.parse_model(HALVES), tmp_path / "halves.onnx")
    loaded = subprocess.run([sys.executable, "-c", LOAD, tmp_path / "halves.onnx"], check=False, capture_output=True)
    assert (loaded.returncode, loaded.stderr) == (0, b"")


def test_the_whole_graph_runs_on_the_cpu_provider(exported):
    _, artifact = exported
    session = OnnxRuntime().load(artifact, "cpu", threads=1).proved()
    assert (session.provider, session.provider_share) == ("CPUExecutionProvider", 1.0)
    assert session.provider_time_share == 1.0


def test_nothing_but_the_session_itself_is_made_until_a_proof_is_asked_for(exported, monkeypatch):
    """Else the proof's own session would warm up what is timed, and be in its memory."""
    made = []
    monkeypatch.setattr(ort, "InferenceSession", counting(ort.InferenceSession, made))
    session = OnnxRuntime().load(exported[1], "cpu", threads=1)
    assert len(made) == 1
    proved = session.proved()
    assert len(made) == 2
    assert (session.provider_share, proved.provider_share, proved.call) == (None, 1.0, session.call)


def counting(make, made):
    def call(*arguments, **options):
        made.append(arguments)
        return make(*arguments, **options)

    return call


def executed(artifact, level, tmp_path):
    """The operators that ONNX Runtime executes at an optimisation level."""
    options = OnnxRuntime(level)._options(threads=1)
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    OnnxRuntime(level)._session(artifact, "cpu", options)
    return [node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node]


def test_the_optimisation_level_changes_what_is_executed(exported, tmp_path):
    _, artifact = exported
    asis = [node.op_type for node in onnx.load(artifact.path).graph.node]
    assert executed(artifact, "disabled", tmp_path) == executed(artifact, "basic", tmp_path) == asis
    assert "Relu" in asis
    for level in ("extended", "all"):
        assert "Relu" not in executed(artifact, level, tmp_path)
        assert "FusedGemm" in executed(artifact, level, tmp_path)


@pytest.mark.parametrize("level", LEVELS)
def test_every_optimisation_level_answers_what_the_model_answers(level, exported):
    check(OnnxRuntime(level), exported, 3)


def test_the_profile_is_split_by_provider_after_the_first_call():
    """A stored profile of two calls: in each, Conv and Gemm on CUDA, NonZero on the CPU, and a copy between them."""
    events = json.loads(PROFILE.read_text())
    nodes, time = provider_shares(events, "CUDAExecutionProvider")
    assert nodes == pytest.approx(2 / 3)
    assert time == pytest.approx((30 + 50) / (30 + 50 + 20))
    nodes, time = provider_shares(events, "CPUExecutionProvider")
    assert (nodes, time) == (pytest.approx(1 / 3), pytest.approx(0.2))


def test_nodes_that_took_no_measurable_time_count_alike():
    events = json.loads(PROFILE.read_text())
    for event in events:
        event["dur"] = 0
    assert provider_shares(events, "CUDAExecutionProvider") == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_a_profile_tells_the_narrowest_type_of_each_node_that_computes_in_a_call():
    """In the stored one: Conv in halves, NonZero of a mask, and Gemm of floats with weights in 8 bits."""
    assert arithmetic(json.loads(PROFILE.read_text())) == {"f16": 1, "u8": 1}


def test_a_profile_without_nodes_proves_nothing():
    events = [event for event in json.loads(PROFILE.read_text()) if event["name"] == "model_run"]
    assert provider_shares(events, "CUDAExecutionProvider") == (0.0, 0.0)


@pytest.mark.parametrize(
    ("shares", "says"), [((0.5, 1.0), "only 50% of the nodes ran"), ((1.0, 0.4), "only 40% of the nodes' time ran")]
)
def test_too_little_on_the_provider_is_an_error(shares, says, exported, monkeypatch):
    _, artifact = exported
    monkeypatch.setattr("bench_runtimes.onnx.provider_shares", lambda *_: shares)
    with pytest.raises(BenchError, match=says):
        OnnxRuntime().load(artifact, "cpu", threads=1).proved()


@pytest.mark.skipif(cuda_devices() > 0, reason="there is a GPU, on which CUDA does start")
def test_cuda_without_a_gpu_is_an_error_and_never_a_cpu_figure(exported):
    _, artifact = exported
    assert "cuda" not in OnnxRuntime().devices()
    with pytest.raises(BenchError, match="did not start"):
        OnnxRuntime().load(artifact, "cuda", threads=1)


def test_cuda_graphs_are_for_cuda_alone(monkeypatch):
    for name, value in (("cuda_devices", lambda: 1), ("ort.get_available_providers", lambda: list(PROVIDERS.values()))):
        monkeypatch.setattr(f"bench_runtimes.onnx.{name}", value)
    assert OnnxRuntime().devices() == ("cpu", "cuda")
    assert OnnxRuntime(cuda_graph=True).devices() == ("cuda",)
    monkeypatch.setattr("bench_runtimes.onnx.cuda_devices", lambda: 0)
    with pytest.raises(BenchError, match="cuda_graph needs CUDA"):
        OnnxRuntime(cuda_graph=True).devices()


def test_buffers_are_bound_once_for_each_shape(exported):
    """What CUDA is called with, on the CPU: the first call with a shape binds, later ones copy."""
    model, artifact = exported
    session = ort.InferenceSession(artifact.path, providers=["CPUExecutionProvider"])
    call = Bound(session, ["input"], ["output"], "cpu", cuda_graph=True)
    rows = np.random.default_rng(0).random((14, 1, 8, 8), dtype=np.float32)
    for inputs in (rows[:4], rows[4:8], rows[:7], rows[::2], np.asfortranarray(rows[8:12])):
        (outputs,) = call([inputs])
        np.testing.assert_allclose(outputs, model(torch.tensor(inputs)).detach(), rtol=1e-4, atol=1e-5)
    assert len(call.buffers) == 2


def test_arrays_of_another_type_are_refused_and_not_read_as_if_they_were_right(exported):
    session = ort.InferenceSession(exported[1].path, providers=["CPUExecutionProvider"])
    call = Bound(session, ["input"], ["output"], "cpu", cuda_graph=False)
    with pytest.raises(Exception, match="Unexpected input data type"):
        call([np.zeros((4, 1, 8, 8))])


@pytest.mark.parametrize("module", ["onnx", "openvino"])
def test_what_needs_no_torch_is_loaded_without_it(module):
    code = f"import bench_runtimes.{module}, sys; sys.exit('torch' in sys.modules or 'openvino' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.gpu
@pytest.mark.parametrize(
    "runtime", [OnnxRuntime(), OnnxRuntime(cuda_graph=True), TorchRuntime(), TorchCompileRuntime("reduce-overhead")]
)
def test_cuda_answers_what_the_model_answers_for_every_shape_and_again(runtime, exported):
    model, artifact = exported
    assert "cuda" in runtime.devices()
    session = runtime.load(artifact, "cuda", threads=1)
    assert "cuda" in session.provider.lower()
    for batch in (32, 1, 32, 7, 1, 32):
        answers_the_same(session, model, batch, rtol=1e-3, atol=1e-4)


@pytest.mark.gpu
@pytest.mark.parametrize("cuda_graph", [False, True])
def test_cuda_rows_prove_their_provider(cuda_graph, exported):
    session = check(OnnxRuntime(cuda_graph=cuda_graph), exported, 32, "cuda")
    session = session.proved()
    assert session.provider == "CUDAExecutionProvider"
    assert session.provider_share >= 0.9
    assert session.provider_time_share >= 0.9
