"""ONNX Runtime."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from bench import Artifact, BenchError, Session
from bench_runtimes.cuda import cuda_devices

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}

# Below this share of nodes on the provider that was asked for, a figure would not be that provider's.
LEAST_SHARE = 0.9


class OnnxRuntime:
    """Executes the exported graph itself, with all graph optimisations."""

    def devices(self) -> tuple[str, ...]:
        has_cuda = PROVIDERS["cuda"] in ort.get_available_providers() and cuda_devices() > 0
        return ("cpu", "cuda") if has_cuda else ("cpu",)

    def load(self, artifact: Artifact, device: str, threads: int) -> Session:
        """A session on `device` alone.

        :raises BenchError: if the provider does not start, or too few of the nodes run on it
        """
        provider = PROVIDERS[device]
        if device == "cuda":
            ort.preload_dlls()  # CUDA and cuDNN from the packages that torch depends on, without importing torch
        session = _session(artifact.path, provider, threads, None)
        if session.get_providers()[0] != provider:
            raise BenchError(f"{provider} did not start", f"ONNX Runtime fell back to {session.get_providers()[0]}")
        share = provider_share(artifact, provider, threads)
        if share < LEAST_SHARE:
            raise BenchError(f"only {share:.0%} of the nodes ran on {provider}", f"the least is {LEAST_SHARE:.0%}")
        names = [spec.name for spec in artifact.inputs]
        outputs = list(artifact.outputs)
        run = session.run

        def call(arrays: list[Any]) -> list[Any]:
            return run(outputs, dict(zip(names, arrays, strict=True)))

        return Session(call, provider, share)


def provider_share(artifact: Artifact, provider: str, threads: int) -> float:
    """The share of executed nodes that ran on `provider`, from ONNX Runtime's own profile of one call."""
    with tempfile.TemporaryDirectory() as folder:
        session = _session(artifact.path, provider, threads, str(Path(folder, "profile")))
        session.run(None, {spec.name: np.zeros((1, *spec.shape), spec.dtype) for spec in artifact.inputs})
        events = json.loads(Path(session.end_profiling()).read_text())
    nodes = [
        event["args"]["provider"]
        for event in events
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time") and event["args"].get("provider")
    ]
    return nodes.count(provider) / len(nodes) if nodes else 0.0


def _session(path: str, provider: str, threads: int, profile: str | None) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    return ort.InferenceSession(path, options, providers=[provider])
