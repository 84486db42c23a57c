"""ONNX Runtime."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime as ort

from bench import Artifact, BenchError, Session
from bench_runtimes.cuda import cuda_devices
from bench_runtimes.feeds import feeder

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
LEVELS = {
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
}

# ONNX Runtime (1.24 to 1.31) crashes on the CPU while it loads a graph in 16 bits that multiplies what it has just
# transposed, such as a recurrent layer's answers: this fusion moves the cast to 32 bits between the two, which it has
# inserted itself, and leaves a node without a schema, which the step for blocked layouts then reads.
CRASHES = {("fp16", "cpu"): ["MatmulTransposeFusion"]}

# Below this share of nodes, or of their time, on the provider asked for, a figure would not be that provider's.
LEAST_SHARE = 0.9

# What the profile is taken of: calls with a few rows, so that kernels and not their start take the time. The call
# before them is left out, since memory is fetched and kernels are chosen in it.
PROFILED_ROWS = 8
PROFILED_CALLS = 3

# Nodes that ONNX Runtime adds where a graph passes from one provider to another. They wait for the device, so that
# their time is mostly that of the nodes before them.
COPIES = ("MemcpyFromHost", "MemcpyToHost")

# Nodes that move or convert values and compute nothing with them.
MOVES = (
    *("Cast", "Concat", "DequantizeLinear", "DynamicQuantizeLinear", "Expand", "Flatten", "Gather", "Identity", "Pad"),
    *("QuantizeLinear", "ReorderInput", "ReorderOutput", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Transpose"),
    "Unsqueeze",
)

# What ONNX Runtime calls a type -> its bits, and what the report calls it. Other types count and point.
TYPES = {
    "double": (64, "f64"),
    "float": (32, "f32"),
    "bfloat16": (16, "bf16"),
    "float16": (16, "f16"),
    "uint8": (8, "u8"),
    "int8": (8, "i8"),
}


class OnnxRuntime:
    """Executes the exported graph itself.

    A call takes arrays in the host's memory and returns arrays there. So on CUDA the clock spans the copy to the
    device, the graph and the copy back, between buffers that are allocated once for each shape. Products of fp32 are
    computed in fp32 there, not in TF32.

    :param optimization: how far ONNX Runtime rewrites the graph before it executes it
    :param cuda_graph: record the graph's kernels once for each shape and replay them as a whole; on CUDA alone
    """

    def __init__(
        self, optimization: Literal["all", "extended", "basic", "disabled"] = "all", cuda_graph: bool = False
    ) -> None:
        self.optimization = optimization
        self.cuda_graph = cuda_graph

    def devices(self) -> tuple[str, ...]:
        has_cuda = PROVIDERS["cuda"] in ort.get_available_providers() and cuda_devices() > 0
        if self.cuda_graph and not has_cuda:
            raise BenchError("cuda_graph needs CUDA, which ONNX Runtime does not have here", "leave it out on the CPU")
        return (() if self.cuda_graph else ("cpu",)) + (("cuda",) if has_cuda else ())

    def load(self, artifact: Artifact, device: str, threads: int) -> Session:
        """A session on `device` alone, which proves its provider and counts its nodes by their arithmetic.

        :raises BenchError: if the provider does not start
        """
        if device == "cuda":
            ort.preload_dlls()  # CUDA and cuDNN from the packages that torch depends on, without importing torch
        session = self._session(artifact, device, self._options(threads), self.cuda_graph)
        names, outputs = [spec.name for spec in artifact.inputs], list(artifact.outputs)
        if device == "cuda":
            call: Any = Bound(session, names, outputs, device, self.cuda_graph)
        else:
            run, feed = session.run, feeder(names)

            def call(arrays: Sequence[Any]) -> list[Any]:
                return run(outputs, feed(arrays))

        loaded = Session(call, PROVIDERS[device])
        return replace(loaded, prove=partial(self._proved, loaded, artifact, device, threads))

    def _proved(self, loaded: Session, artifact: Artifact, device: str, threads: int) -> Session:
        """A session with its shares of nodes and of time, from ONNX Runtime's own profile of some calls of another one.

        :raises BenchError: if one of them is too small
        """
        with tempfile.TemporaryDirectory() as folder:
            options = self._options(threads)
            options.enable_profiling = True
            options.profile_file_prefix = str(Path(folder, "profile"))
            session = self._session(artifact, device, options)
            feed = {spec.name: np.zeros((PROFILED_ROWS, *spec.shape), spec.dtype) for spec in artifact.inputs}
            for _ in range(1 + PROFILED_CALLS):
                session.run(None, feed)
            events = json.loads(Path(session.end_profiling()).read_text())
        found = provider_shares(events, PROVIDERS[device])
        for share, what in zip(found, ("nodes", "nodes' time"), strict=True):
            if share < LEAST_SHARE:
                message = f"only {share:.0%} of the {what} ran on {PROVIDERS[device]}"
                raise BenchError(message, f"the least is {LEAST_SHARE:.0%}")
        nodes, kernel_time = found
        details = {"arithmetic": arithmetic(events)}
        return replace(loaded, provider_share=nodes, provider_time_share=kernel_time, details=details)

    def _options(self, threads: int) -> ort.SessionOptions:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = LEVELS[self.optimization]
        return options

    @staticmethod
    def _session(
        artifact: Artifact, device: str, options: ort.SessionOptions, cuda_graph: bool = False
    ) -> ort.InferenceSession:
        """A session that has no other provider to turn to but the CPU's for single nodes, which the proof counts."""
        settings = {"use_tf32": "0", "enable_cuda_graph": str(int(cuda_graph))} if device == "cuda" else {}
        session = ort.InferenceSession(
            artifact.path,
            options,
            providers=[(PROVIDERS[device], settings)],
            disabled_optimizers=CRASHES.get((artifact.precision, device)),
        )
        session.disable_fallback()
        started = session.get_providers()[0]
        if started != PROVIDERS[device]:
            raise BenchError(f"{PROVIDERS[device]} did not start", f"ONNX Runtime fell back to {started}")
        return session


def provider_shares(events: Iterable[dict[str, Any]], provider: str) -> tuple[float, float]:
    """The share of executed nodes that ran on `provider`, and the share of the nodes' time, after the first call.

    The time is the host's, as ONNX Runtime measures it for each node: on CUDA, it spans the start of the kernels and
    not the kernels themselves.

    :param events: a profile as ONNX Runtime writes it
    """
    nodes = [(event["args"]["provider"] == provider, event["dur"]) for event in _nodes(events, first_call=1)]
    there = [duration for is_there, duration in nodes if is_there]
    total = sum(duration for _, duration in nodes)
    if not nodes:
        return 0.0, 0.0
    # A clock of whole microseconds may give all nodes of a tiny graph no time at all.
    return len(there) / len(nodes), sum(there) / total if total else len(there) / len(nodes)


def arithmetic(events: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many of the nodes of a call compute in which type, the most frequent first.

    That is the narrowest type among a node's inputs: a product of fp32 activations with weights in 8 bits is one in
    8 bits.

    :param events: a profile as ONNX Runtime writes it
    """
    computing = [event["args"] for event in _nodes(events, first_call=-1) if event["args"]["op_name"] not in MOVES]
    inputs = [[name for one in node.get("input_type_shape", ()) for name in one] for node in computing]
    types = [[TYPES[name] for name in names if name in TYPES] for names in inputs]
    narrowest = [min(several, key=lambda one: one[0])[1] for several in types if several]
    return dict(Counter(narrowest).most_common())


def _nodes(events: Iterable[dict[str, Any]], first_call: int) -> list[dict[str, Any]]:
    """The events of a profile's nodes without copies, from the call of this number on, as an index."""
    events = list(events)
    calls = sorted(event["ts"] for event in events if event["name"] == "model_run")
    return [
        event
        for event in events
        if event["name"].endswith("_kernel_time")
        and event["args"].get("provider")
        and event["args"].get("op_name") not in COPIES
        and event["ts"] >= calls[first_call]
    ]


class Bound:
    """Calls a session with buffers on the device that are allocated once for each shape, as CUDA graphs need it.

    It is not to be called from two threads at once.
    """

    def __init__(
        self, session: ort.InferenceSession, names: list[str], outputs: list[str], device: str, cuda_graph: bool
    ) -> None:
        self.session, self.names, self.outputs = session, names, outputs
        self.device, self.cuda_graph = device, cuda_graph
        self.buffers: dict[Any, tuple[list[Any], Any, ort.RunOptions]] = {}

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """Copy to the device, run, wait and copy back."""
        key = tuple((array.shape, array.dtype) for array in arrays)
        if key not in self.buffers:
            self.buffers[key] = self._bind(arrays)
        inputs, binding, options = self.buffers[key]
        for value, array in zip(inputs, arrays, strict=True):
            value.update_inplace(np.ascontiguousarray(array))
        self.session.run_with_iobinding(binding, options)
        binding.synchronize_outputs()
        copied: list[Any] = binding.copy_outputs_to_cpu()
        return copied

    def _bind(self, arrays: Sequence[Any]) -> tuple[list[Any], Any, ort.RunOptions]:
        """Buffers for arrays of these shapes. A first run, which no graph records, tells what the outputs need."""
        binding = self.session.io_binding()
        inputs = [ort.OrtValue.ortvalue_from_shape_and_type(one.shape, one.dtype, self.device, 0) for one in arrays]
        for name, value, array in zip(self.names, inputs, arrays, strict=True):
            value.update_inplace(np.ascontiguousarray(array))
            binding.bind_ortvalue_input(name, value)
        for name in self.outputs:
            binding.bind_output(name, self.device, 0)
        self.session.run_with_iobinding(binding, _recorded_as(-1))
        for name, value in zip(self.outputs, binding.get_outputs(), strict=True):
            binding.bind_ortvalue_output(name, value)
        return inputs, binding, _recorded_as(len(self.buffers) + 1 if self.cuda_graph else -1)


def _recorded_as(number: int) -> ort.RunOptions:
    """Options of a run that records or replays the CUDA graph of this number; -1 for none."""
    options = ort.RunOptions()
    options.add_run_config_entry("gpu_graph_id", str(number))
    return options
