"""What several tests of the core need: suites in files, plugins that are really installed, results without a run."""

import functools
import itertools
import sys
import textwrap
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np
import pluggy
import pytest
from hypothesis import HealthCheck, settings

import bench
from bench import hookspecs
from bench.catalog import Catalog
from bench.manager import Plugins
from bench.records import TensorSpec
from bench.results import (
    ArtifactResult,
    CaseResult,
    DataResult,
    Latency,
    MeasurementResult,
    MetricResult,
    ParityResult,
    ProcessResult,
    RunResult,
    Spread,
    StageResult,
    TrainingResult,
)
from bench.roofline import Bandwidth, Calibration, Machine, NoiseFloor

settings.register_profile(
    "core", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("core")


@pytest.fixture
def suite_file(tmp_path):
    """Write a suite: `suite_file(text) -> path`."""

    def write(text: str) -> Path:
        path = tmp_path / "suite.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


class Sample:
    """A plugin with a few names of each kind."""

    @bench.hookimpl
    def bench_models(self):
        for name in ("tiny", "small", "deep-net"):
            yield bench.ModelInfo(name, f"sample.models:{name}", task="classification", summary=f"A {name} model.")

    @bench.hookimpl
    def bench_datasets(self):
        for name in ("points", "pictures"):
            yield bench.DatasetInfo(name, f"sample.data:{name}", task="classification")

    @bench.hookimpl
    def bench_metrics(self):
        yield bench.MetricInfo("accuracy", "sample.metrics:accuracy", "classification", higher_is_better=True)
        yield bench.MetricInfo("loss", "sample.metrics:loss", "classification", higher_is_better=False)
        yield bench.MetricInfo("confusion", "sample.metrics:confusion", "classification", form="picture")

    @bench.hookimpl
    def bench_runtimes(self):
        yield bench.RuntimeInfo("graph", "sample.runtimes:Graph")
        yield bench.RuntimeInfo("eager", "sample.runtimes:Eager", needs_torch=True)
        absent = {"requires": ("not_installed", "json"), "extra": "sample[absent]"}
        yield bench.RuntimeInfo("absent", "sample.runtimes:Absent", **absent)


@functools.cache
def sample_catalog() -> Catalog:
    manager = pluggy.PluginManager("bench")
    manager.add_hookspecs(hookspecs)
    manager.register(Sample(), "sample")
    return Catalog(Plugins(manager))


@pytest.fixture
def catalog() -> Catalog:
    """The names of the plugin `Sample` and no others."""
    return sample_catalog()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a plugin as pip would: `install(name, code)` makes a module with an entry point, and returns its name."""
    numbers = itertools.count()
    folder = tmp_path / "site-packages"
    folder.mkdir()
    before = set(sys.modules)

    def make(name: str, code: str) -> str:
        module = f"{name.replace('-', '_')}_of_test_{next(numbers)}"
        (folder / f"{module}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        info = folder / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[bench]\n{name} = {module}\n")
        monkeypatch.syspath_prepend(folder)
        return module

    yield make
    for module in set(sys.modules) - before:
        if "_of_test_" in module:
            del sys.modules[module]


@pytest.fixture
def no_plugins(monkeypatch):
    """Leave only the plugins that the test installs."""

    def installed(group: str) -> list[EntryPoint]:
        return [entry for entry in entry_points(group=group) if "_of_test_" in entry.value]

    monkeypatch.setattr("bench.manager.entry_points", installed)


@dataclass
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(monkeypatch, capsys):
    """Run `bench ...` in this process, as its console script does: `command("list", "models") -> Answer`."""
    from bench.cli import main

    monkeypatch.setenv("COLUMNS", "240")

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Answer(code, *capsys.readouterr())

    return run


def make_process(**changes: object) -> ProcessResult:
    default = ProcessResult(turn=0, cores=[1], load_s=0.01, first_s=0.001, samples=100, p50_s=20e-6)
    return replace(default, **changes)


def make_measurement(**changes: object) -> MeasurementResult:
    default = MeasurementResult(
        artifact="forward",
        runtime="graph",
        provider="CPUExecutionProvider",
        provider_share=1.0,
        device="cpu",
        precision="fp32",
        batch_size=1,
        scenario="single-stream",
        threads=1,
        latency_s=Latency(p50=20e-6, p90=25e-6, p99=None),
        throughput_per_s=48_000.0,
        processes=2,
        samples=200,
        samples_path="samples/tiny@points-0/forward.graph.b1.npy",
        provider_time_share=1.0,
        spread=Spread(within=0.05, between=0.01),
        by_process=[make_process(turn=0, p50_s=19e-6), make_process(turn=3, p50_s=21e-6)],
    )
    return replace(default, **changes)


def make_metric(**changes: object) -> MetricResult:
    default = MetricResult(
        name="accuracy",
        value=0.9,
        unit="",
        higher_is_better=True,
        artifact="forward",
        runtime="graph",
        precision="fp32",
        reference=0.9,
        tolerance=1e-3,
    )
    return replace(default, **changes)


def make_artifact(**changes: object) -> ArtifactResult:
    default = ArtifactResult(
        name="forward",
        task="classification",
        precision="fp32",
        path="artifacts/tiny@points-0/forward.onnx",
        sha256="c" * 64,
        bytes=2048,
        parameters=1234,
        macs=5678,
        nodes=3,
        inputs=[TensorSpec("input", (1, 8, 8))],
        outputs=["output"],
    )
    return replace(default, **changes)


def make_case(model: str = "tiny", seed: int = 0, **changes: object) -> CaseResult:
    default = CaseResult(
        id=f"{model}@points#{seed}",
        group=f"{model}@points",
        folder=f"{model}@points-{seed}",
        model=model,
        dataset="points",
        params={"hidden": [8, 4]},
        data_params={},
        train={"max_epochs": 2, "batch_size": 64},
        seed=seed,
        stages={"train": StageResult(1.5), "export": StageResult(0.5), "evaluate": StageResult(0.25)},
        data=DataResult("a" * 64, 80, 10, 10),
        training=TrainingResult(
            epochs=2,
            steps=4,
            device="cpu",
            threads=1,
            checkpoint=f"artifacts/{model}@points-{seed}/checkpoint.pt",
            checkpoint_sha256="b" * 64,
            curves={"train-loss": [0.9, 0.5], "val-loss": [1.0, None], "lr": [0.1, 0.1]},
            epoch_ends_s=[0.7, 1.4],
        ),
        artifacts=[make_artifact()],
        parity=[ParityResult("forward", "output", "graph", "fp32", 1e-6, 1e-5, 0.01)],
        metrics=[make_metric()],
        measurements=[make_measurement()],
    )
    return replace(default, **changes)


def make_results(cases: list[CaseResult] | None = None, **changes: object) -> RunResult:
    default = RunResult(
        run_id="20240501-120000-abcd",
        suite={"name": "trial", "description": "Two nets.", "measure": {"runtimes": [{"name": "graph"}]}},
        environment={
            "python": "3.12.1",
            "platform": "Linux",
            "cpu": "Some CPU",
            "cores": 2,
            "memory_bytes": 8 * 2**30,
            "gpus": [],
            "packages": {"bench": "0.1.0"},
            "jobs": 2,
        },
        status="passed",
        started="2024-05-01T12:00:00+00:00",
        seconds=75.0,
        cases=[make_case()] if cases is None else cases,
    )
    return replace(default, **changes)


def make_calibration(**changes: object) -> Calibration:
    default = Calibration(
        machine=Machine("Some CPU", 2, ""),
        runtime="onnxruntime",
        software="onnxruntime 1.0",
        device="cpu",
        threads=1,
        precision="fp32",
        measured="2024-05-01T12:00:00+00:00",
        processes=5,
        call_s=3e-6,
        peak_flop_per_s=1e9,
        bandwidths=(Bandwidth(1_000, 1e12),),
        noise=NoiseFloor(30e-6, 0.01, 0.02),
    )
    return replace(default, **changes)


class Make:
    """Results without a run; what is not given has a plausible value."""

    process = staticmethod(make_process)
    measurement = staticmethod(make_measurement)
    metric = staticmethod(make_metric)
    artifact = staticmethod(make_artifact)
    case = staticmethod(make_case)
    results = staticmethod(make_results)
    calibration = staticmethod(make_calibration)


@pytest.fixture
def with_samples(tmp_path):
    """Write the raw samples of a measurement into the run directory: `with_samples(durations_ns) -> samples_path`."""
    numbers = itertools.count()

    def write(durations_ns: object) -> str:
        path = f"samples/{next(numbers)}.npy"
        (tmp_path / "samples").mkdir(exist_ok=True)
        durations = np.asarray(durations_ns, dtype=np.int64)
        np.save(tmp_path / path, np.column_stack([np.zeros_like(durations), durations]))
        return path

    return write


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """`make.results(cases=[make.case("tiny", seed=1, status="failed")])` and the like."""
    return Make
