"""The record of the machine and its software."""

import json
import platform
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
