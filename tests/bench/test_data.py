"""Where datasets keep their files."""

from pathlib import Path

import bench


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    assert bench.data_root() == tmp_path


def test_without_the_variable_it_is_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert bench.data_root() == tmp_path / "bench" / "data"


def test_without_any_variable_it_is_below_the_home_folder(monkeypatch):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert bench.data_root() == Path.home() / ".cache" / "bench" / "data"


def test_an_empty_variable_counts_as_none(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_DATA", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert bench.data_root() == tmp_path / "bench" / "data"
