"""The fork server looks for no garbage in what it has imported, and takes nothing apart at its end."""

import os
import subprocess
import sys

ASKED = """
import gc

def frozen(events):
    events.send(gc.get_freeze_count())
    events.close()
"""

ASK = """
from asked import frozen
from bench.run.workers import Workers

worker = Workers().start(frozen)
print(worker.events.recv())
worker.stop()
"""

# The imports themselves, which take seconds, are left out.
IMPORTED = """
import importlib

importlib.import_module = print
import bench.stages.preload

raise SystemExit(3)
"""


def test_what_it_has_imported_is_frozen_and_its_end_is_quiet(tmp_path):
    """Left to Python's own end, libraries would complain of what is frozen."""
    (tmp_path / "asked.py").write_text(ASKED)
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert int(done.stdout) > 100_000
    assert done.stderr == ""


def test_another_process_that_imports_it_ends_as_it_wants():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
    assert "torch" in done.stdout.split()
