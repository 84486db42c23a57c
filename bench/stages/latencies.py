"""How long parts of a model take on the target of a suite, for a model that wants to know before it is trained.

They are timed as artifacts are: exported, in processes of their own that take turns, with the suite's runtime, device
and threads, while no case trains and nothing else is timed on this host.
"""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from pytorch_lightning import LightningModule

from bench.catalog import resolve
from bench.errors import BenchError
from bench.records import Artifact, Export, RuntimeUse
from bench.stages.build import build_dataset, build_model
from bench.stages.export import export_graph
from bench.stages.request import CaseRequest
from bench.timing.host_lock import alone_on_this_host
from bench.timing.interpreter import in_new_interpreter, timing_cores
from bench.timing.request import ROTATED, Effort, Load, TimingRequest

# A few short processes for each part: a median of their medians is asked for, no rare percentile.
EFFORT = Effort(warmup_s=0.05, warmup_max_s=1.0, min_seconds=0.2, min_samples=9, bound_s=1.0)
PROCESSES = 3
PATIENCE_S = 300.0

Waiting = Callable[[], None]
Timed = Callable[[int, int], None]


@dataclass(frozen=True)
class Target:
    """Where parts are to be executed: by what, on which device, with so many threads on these cores."""

    runtime: RuntimeUse
    device: str = "cpu"
    threads: int = 1
    cores: tuple[int, ...] = ()


def latencies_of(request: CaseRequest, waiting: Waiting, timed: Timed) -> dict[str, float]:
    """What the parts take that a case's model asks about, by their names; empty if it asks about none.

    :param waiting: called once if another run is measuring on this host, which this waits for
    :param timed: told how many processes have ended, of how many: when the host is free, and at every sign of life
    :raises BenchError: if no runtime of the suite executes graphs, or a part cannot be timed
    """
    if not hasattr(resolve(request.model), "timed_parts"):
        return {}
    spec = build_dataset(request.dataset, request.data_params).spec
    with torch.device("meta"):
        asks = bool(timed_parts(build_model(request.model, request.params, spec)))
    if not asks:
        return {}
    parts, runtime = timed_parts(build_model(request.model, request.params, spec)), graph_runtime(request)
    target = Target(runtime, request.device, request.timed_threads, timing_cores(request.timed_threads, request.cores))
    return latencies(parts, target, waiting=waiting, timed=timed)


def timed_parts(model: LightningModule) -> Sequence[Export]:
    """The parts of a model whose latency it wants to know."""
    return model.timed_parts() if callable(getattr(model, "timed_parts", None)) else ()


def graph_runtime(request: CaseRequest) -> RuntimeUse:
    """The first of the suite's runtimes that executes graphs at fp32.

    :raises BenchError: if there is none
    """
    for runtime in request.runtimes:
        if not runtime.info.needs_torch and "fp32" in runtime.precisions:
            return runtime
    names = ", ".join(runtime.name for runtime in request.runtimes)
    raise BenchError(
        f"{request.model.name} wants to know what its parts take as graphs at fp32, and none of {names} executes such",
        "add onnxruntime to `measure.runtimes`",
    )


def latencies(
    parts: Sequence[Export],
    target: Target,
    processes: int = PROCESSES,
    waiting: Waiting = lambda: None,
    timed: Timed = lambda done, total: None,
) -> dict[str, float]:
    """By the name of each part, the median seconds of a call with one sample of its inputs' shapes.

    :param parts: their inputs are drawn from the standard normal distribution; those of whole numbers are all 0
    :param processes: how many of them time each part, in turn with all others
    :raises BenchError: if one cannot be timed
    """
    order, total = random.Random(0), processes * len(parts)
    medians: dict[str, list[float]] = {part.name: [] for part in parts}
    with tempfile.TemporaryDirectory() as folder, alone_on_this_host(waiting):
        artifacts = []
        for part in parts:
            timed(0, total)
            artifacts.append(_written(part, Path(folder)))
        turns = [(turn, one) for turn in range(processes) for one in order.sample(artifacts, len(artifacts))]
        for done, (turn, artifact) in enumerate(turns):
            timed(done, total)
            medians[artifact.name].append(_timed(artifact, target, Path(folder, f"turn{turn}")))
    timed(total, total)
    return {name: median(found) for name, found in medians.items()}


def _written(part: Export, folder: Path) -> Artifact:
    """A part's graph on disk, with rows to call it with and what it has to answer beside it."""
    path = folder / f"{part.name}.onnx"
    export_graph(part, path)
    draws = torch.Generator().manual_seed(0)
    rows = [torch.randn(ROTATED, *one.shape, generator=draws).to(getattr(torch, one.dtype)) for one in part.inputs]
    rows = [one if one.is_floating_point() else torch.zeros_like(one) for one in rows]
    with torch.no_grad():
        answers = part.module.eval()(*rows)
    answers = (answers,) if isinstance(answers, torch.Tensor) else answers
    arrays = {f"input_{n}": tensor.numpy() for n, tensor in enumerate(rows)}
    np.savez(path.with_suffix(".npz"), **arrays, **{f"output_{n}": one.numpy() for n, one in enumerate(answers)})
    return Artifact(part.name, part.task, "fp32", str(path), "", part.inputs, part.outputs)


def _timed(artifact: Artifact, target: Target, samples: Path) -> float:
    """The median of one process, in seconds."""
    request = TimingRequest(
        runtime=target.runtime,
        artifact=artifact,
        rows=str(Path(artifact.path).with_suffix(".npz")),
        device=target.device,
        threads=target.threads,
        cores=target.cores,
        loads=(Load("single-stream", (1,)),),
        effort=EFFORT,
        samples=str(samples),
    )
    answer = in_new_interpreter(request, samples.with_suffix(".log"), PATIENCE_S)
    if answer.error:
        raise BenchError(f"{artifact.name} cannot be timed on {target.runtime.name}: {answer.error}")
    return float(np.median(np.load(answer.loads[0].path))) / 1e9
