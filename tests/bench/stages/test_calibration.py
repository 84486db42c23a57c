"""The graphs of a calibration answer what is kept beside them."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from bench.parity import difference
from bench.records import PRECISIONS
from bench.stages.calibration import PROBES, Probe, write_probe
from bench.timing.request import ROTATED


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("products", [1, 4])
def test_a_probe_answers_what_is_kept_beside_it(precision, products, tmp_path):
    artifact = write_probe(Probe("noise", 64, 8, products), precision, tmp_path)
    rows = np.load(Path(artifact.path).with_suffix(".npz"))
    assert len(rows["input_0"]) == 8 * ROTATED
    session = onnxruntime.InferenceSession(artifact.path, providers=["CPUExecutionProvider"])
    (answer,) = session.run(list(artifact.outputs), {artifact.inputs[0].name: rows["input_0"]})
    assert difference(rows["output_0"], answer, precision).excess < 1


def test_its_operations_are_counted_over_all_products():
    assert Probe("peak", 64, 8, 4).flop == 2 * 4 * 8 * 64 * 64


@pytest.mark.parametrize("probes", PROBES.values(), ids=PROBES)
def test_every_device_has_one_probe_of_each_purpose_and_several_working_sets(probes):
    purposes = [probe.purpose for probe in probes]
    assert [purposes.count(one) for one in ("call", "noise", "peak")] == [1, 1, 1]
    assert purposes.count("bandwidth") > 1
    assert len({probe.name for probe in probes}) == len(probes)
