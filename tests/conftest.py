"""What tests of several folders share."""

import os
import runpy
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest


class Environment:
    """A virtual environment for plugins. It sees the packages of the running one, which sees nothing of it.

    Commands run in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = folder / "venv"
        venv.create(home, with_pip=False)
        scheme = {"base": str(home), "platbase": str(home)}
        self.python = Path(sysconfig.get_path("scripts", "venv", scheme), "python")
        outer = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
        # addsitedir, unlike a plain path, also reads the .pth files there, by which an editable bench is found.
        lines = [f"import site; site.addsitedir({path!r})\n" for path in outer]
        Path(sysconfig.get_path("purelib", "venv", scheme), "outer.pth").write_text("".join(lines))

    def install(self, *packages: Path) -> None:
        """Install packages from their folders, from nothing but what is there."""
        pip = [sys.executable, "-m", "pip", f"--python={self.python}", "--disable-pip-version-check", "--quiet"]
        offline = ["--no-index", "--no-deps", "--no-build-isolation"]
        command = [*pip, "install", *offline, *packages]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python."""
        here = {"BENCH_DATA": str(self.folder / "data"), "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env={**os.environ, **here},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def bench(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the command `bench`."""
        return self.run("-m", "bench", *arguments)


@pytest.fixture(scope="session")
def new_environment(tmp_path_factory):
    """Makes an environment, in a folder of its own."""
    return lambda: Environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="session")
def slowed():
    """Make a graph slower by about a share: `slowed(source, target, share, batch_size) -> share`; see `slower.py`."""
    return runpy.run_path(str(Path(__file__).with_name("slower.py")))["slowed"]


@pytest.fixture
def heeding_ctrl_c():
    """What a test starts heeds Ctrl-C: a shell that starts the tests in the background has everybody ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
