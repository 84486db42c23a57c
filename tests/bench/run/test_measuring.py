"""What of a case is timed."""

from types import SimpleNamespace

import numpy as np

from bench.records import RuntimeInfo, RuntimeUse
from bench.run.measuring import configurations_of
from bench.suite.schema import Measure


def timed(make, tmp_path, **measure):
    """(artifact, precision) of the configurations of a case with three artifacts at two precisions."""
    names, precisions = ("encoder", "decoder", "autoencoder"), ("fp32", "fp16")
    artifacts = [make.artifact(name=name, precision=precision) for name in names for precision in precisions]
    case = make.case("tiny", artifacts=artifacts)
    for name in names:
        np.savez(tmp_path / f"{name}.npz", input_0=np.zeros((4, 8)), output_0=np.zeros((4, 2)))
    request = SimpleNamespace(
        runtimes=[RuntimeUse("graph", RuntimeInfo("graph", "nowhere:Graph"), precisions=("fp32",))],
        rows=lambda name: tmp_path / f"{name}.npz",
        graph=lambda name, precision: tmp_path / name,
        checkpoint=tmp_path / "checkpoint.pt",
        timed_threads=1,
        device="cpu",
    )
    found = configurations_of(request, case, Measure(**measure))
    return [(one.artifact.name, one.artifact.precision) for one in found]


def test_every_artifact_is_timed_at_the_precisions_of_its_runtime(make, tmp_path):
    assert timed(make, tmp_path) == [("encoder", "fp32"), ("decoder", "fp32"), ("autoencoder", "fp32")]


def test_a_suite_may_name_the_artifacts_that_are_timed(make, tmp_path):
    assert timed(make, tmp_path, artifacts=["autoencoder", "clusters"]) == [("autoencoder", "fp32")]
