"""Calibrations are kept by machine and software, and found again only where they hold."""

import json
from dataclasses import replace

import pytest

from bench.catalog import Catalog
from bench.manager import load_plugins
from bench.records import RuntimeInfo
from bench.store.calibration import (
    calibration_file,
    fitting_calibrations,
    keep_calibrations,
    machine_of,
    read_calibrations,
    software_of,
)

ENVIRONMENT = {
    "cpu": "Some CPU",
    "cores": 2,
    "gpus": ["Some GPU, 1.0"],
    "packages": {"onnx": "3.0", "onnxruntime-gpu": "1.0", "openvino": "2.0"},
    "plugins": {"runtimes": "bench 0.1"},
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def calibration(make):
    return make.calibration(machine=machine_of(ENVIRONMENT, "cpu"), software="onnxruntime-gpu 1.0")


def read():
    return read_calibrations(pytest.fail)


def keep(*calibrations):
    return keep_calibrations(calibrations, pytest.fail)


def fitting(environment=ENVIRONMENT, device="cpu", threads=1):
    return fitting_calibrations(Catalog(load_plugins()), environment, device, threads, pytest.fail)


def test_what_is_kept_is_read_again_from_the_cache(calibration, cache):
    assert read() == []
    assert keep(calibration) == cache / "bench" / "calibration.json" == calibration_file()
    assert read() == [calibration]


def test_a_newer_one_takes_the_place_of_its_like_alone(calibration):
    half, newer = replace(calibration, precision="fp16"), replace(calibration, peak_flop_per_s=2e11)
    keep(calibration, half)
    keep(newer)
    assert read() == [newer, half]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"runtime": "onnxruntime"}]'])
def test_a_broken_file_is_ignored_and_told_of(calibration, text):
    path = keep(calibration)
    path.write_text(text)
    told = []
    assert read_calibrations(told.append) == []
    assert [str(path) in one and "bench calibrate" in one for one in told] == [True]
    keep_calibrations([calibration], told.append)
    assert len(json.loads(path.read_text())) == 1


def test_one_that_fits_is_found(calibration):
    keep(calibration)
    assert fitting() == [calibration]


@pytest.mark.parametrize(
    "changes",
    [{"cpu": "Another"}, {"cores": 4}, {"packages": {"onnxruntime-gpu": "1.1"}}],
    ids=lambda changes: next(iter(changes)),
)
def test_another_machine_or_version_does_not_fit(calibration, changes):
    keep(calibration)
    assert fitting({**ENVIRONMENT, **changes}) == []


def test_another_device_or_number_of_threads_does_not_fit(calibration):
    keep(calibration)
    assert fitting(device="cuda") == fitting(threads=2) == []


def test_the_accelerator_is_part_of_the_machine_only_where_it_is_used():
    assert machine_of(ENVIRONMENT, "cpu").accelerator == ""
    assert machine_of(ENVIRONMENT, "cuda").accelerator == "Some GPU, 1.0"


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (RuntimeInfo("onnxruntime", ""), "onnxruntime-gpu 1.0"),
        (RuntimeInfo("openvino", "", requires=("openvino",)), "openvino 2.0"),
        (RuntimeInfo("onnx-reference", "", requires=("onnx.reference",)), "onnx 3.0"),
        (RuntimeInfo("other", ""), "bench 0.1"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_software_is_the_packages_of_the_runtime(info, expected):
    assert software_of(info, "runtimes", ENVIRONMENT) == expected
