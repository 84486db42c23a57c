"""Calls pytest as a shell would, with the plugin, on suites of its own."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

FAULTY = Path(__file__).parents[2] / "end_to_end"

# Where bench was installed with its entry point, pytest loads the plugin by itself, and refuses to do so twice.
INSTALLED = bool(entry_points(group="pytest11", name="bench"))
PLUGIN = () if INSTALLED else ("-p", "bench.testing.pytest_plugin")

# Tells at the end what was imported.
CONFTEST = """
import sys

def pytest_unconfigure():
    print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="session")
def call_pytest(tmp_path_factory):
    """Run pytest in a folder, without the options of this repository."""
    plugins = tmp_path_factory.mktemp("site")
    info = plugins / "faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench]\nfaulty = faulty\n")

    def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        paths = [str(plugins), str(FAULTY), os.environ.get("PYTHONPATH", "")]
        there = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        environment = {**os.environ, **there}
        for name in [name for name in environment if name.startswith("PYTEST_") or name == "CI"]:
            del environment[name]
        (folder / "pytest.ini").touch()
        (folder / "conftest.py").write_text(CONFTEST)
        return subprocess.run(
            [sys.executable, "-m", "pytest", *PLUGIN, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return call
