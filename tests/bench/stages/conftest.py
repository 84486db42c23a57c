"""Models that tests of the stages train, where a record's target can name them: `stage_parts:Noisy`."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def parts():
    """The module `stage_parts`, which is parts.py beside this file."""
    spec = importlib.util.spec_from_file_location("stage_parts", Path(__file__).with_name("parts.py"))
    module = sys.modules["stage_parts"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["stage_parts"]
