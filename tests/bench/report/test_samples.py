"""Raw samples become curves of percentiles."""

import numpy as np
import pytest

from bench.conditions import LEAST_SAMPLES
from bench.report.samples import POINTS, tail


def test_a_curve_goes_up_to_what_the_samples_can_state(tmp_path, with_samples):
    x, y = tail(tmp_path, with_samples(np.arange(1, LEAST_SAMPLES[99.9] + 1) * 1000))
    assert (x[0], x[-1], len(x)) == (1.0, 1000.0, POINTS)
    assert (y[0], y[-1]) == (pytest.approx(1e-6), pytest.approx(6.63e-3, rel=1e-3))
    assert y == sorted(y)


def test_a_point_is_the_percentile_of_its_place(tmp_path, with_samples):
    durations = np.random.default_rng(0).integers(1_000, 9_000, 700)
    x, y = tail(tmp_path, with_samples(durations))
    for rarity, latency in zip(x, y, strict=True):
        assert latency == pytest.approx(np.quantile(durations, 1 - 1 / rarity) / 1e9, rel=1e-3)


def test_too_few_samples_have_none(tmp_path, with_samples):
    assert tail(tmp_path, with_samples([1] * 6)) is None


def test_samples_outside_the_run_directory_are_not_read(tmp_path, with_samples):
    path = with_samples([1] * 100)
    inner = tmp_path / "run"
    inner.mkdir()
    assert tail(inner, f"../{path}") is None
    assert tail(inner, str(tmp_path / path)) is None
    assert tail(tmp_path, path) is not None


def save_objects(path):
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def save_several(path):
    with path.open("wb") as file:
        np.savez(file, a=np.ones(3))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"nonsense"),
        lambda path: np.save(path, np.ones(100, np.int64)),
        lambda path: np.save(path, np.ones((100, 2))),
        save_objects,
        save_several,
    ],
)
def test_what_is_no_array_of_samples_is_not_drawn(tmp_path, write):
    path = tmp_path / "a.npy"
    write(path)
    assert tail(tmp_path, "a.npy") is None


@pytest.mark.parametrize("path", ["", ".", "nothing.npy", "a\0b"])
def test_what_is_not_there_is_not_drawn(tmp_path, path):
    assert tail(tmp_path, path) is None
