"""The record of the machine and its software."""

import json
import platform
import subprocess
from importlib.metadata import version

from bench.manager import load_plugins
from bench.store.environment import environment


def test_the_environment_can_be_written_and_names_machine_and_software():
    found = environment(load_plugins())
    assert json.loads(json.dumps(found)) == found
    assert found["python"] == platform.python_version()
    assert found["packages"]["numpy"] == version("numpy")
    assert found["plugins"]["models"] == f"bench {version('bench')}"
    assert found["cores"] >= 1


def test_it_knows_the_commit_and_whether_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert environment(load_plugins())["git"] == {}

    def git(*arguments):
        identity = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
        return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-qm", "One")
    (tmp_path / "report").write_text("git does not know it")
    assert environment(load_plugins())["git"] == {"commit": git("rev-parse", "HEAD"), "changed": False}
    (tmp_path / "file").write_text("two")
    assert environment(load_plugins())["git"]["changed"]
