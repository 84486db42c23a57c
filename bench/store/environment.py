"""The machine and the software that a run used."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.cores import cores
from bench.manager import Plugins

PACKAGES = (
    *("bench", "torch", "torchvision", "pytorch-lightning", "torchmetrics", "onnx", "onnxscript"),
    *("onnxruntime-gpu", "onnxruntime", "openvino", "numpy", "scikit-learn", "pluggy"),
)


def environment(plugins: Plugins) -> dict[str, Any]:
    """What a figure may depend on besides the suite."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **hardware(),
        "memory_bytes": _memory(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "plugins": {plugin.name: f"{plugin.distribution} {plugin.version}" for plugin in plugins.loaded},
        "command": sys.argv[1:],
        "git": _git(),
    }


def hardware() -> dict[str, Any]:
    """Which machine this is, as `bench.store.calibration.machine_of` takes it."""
    return {"cpu": _cpu(), "cores": cores(), "gpus": _gpus()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _git() -> dict[str, Any]:
    """The commit that is checked out here, and whether files that git knows differ from it; empty outside of one."""
    commit = _said_by("git", "rev-parse", "HEAD")
    if not commit:
        return {}
    return {"commit": commit, "changed": bool(_said_by("git", "status", "--porcelain", "--untracked-files=no"))}


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _gpus() -> list[str]:
    """The names of NVIDIA GPUs, asked of the driver's own tool so that no framework is imported."""
    return _said_by("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader").splitlines()


def _said_by(*command: str) -> str:
    """What a program prints, with no blank lines; nothing if it is not there or fails."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return "\n".join(line.strip() for line in answer.stdout.splitlines() if line.strip())
