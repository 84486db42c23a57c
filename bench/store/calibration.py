"""Calibrations, kept from run to run in the user's cache."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.catalog import Catalog
from bench.data import cache_root
from bench.records import RuntimeInfo
from bench.roofline import Calibration, Machine
from bench.store.folder import write_text

Warn = Callable[[str], None]


def calibration_file() -> Path:
    """Where they are."""
    return cache_root() / "calibration.json"


def machine_of(environment: Mapping[str, Any], device: str) -> Machine:
    """This machine, as far as a device's figures depend on it.

    :param environment: what `bench.store.environment` found
    """
    gpus = "; ".join(environment.get("gpus", [])) if device != "cpu" else ""
    return Machine(environment.get("cpu", ""), environment.get("cores", 0), gpus)


def software_of(info: RuntimeInfo, plugin: str, environment: dict[str, Any]) -> str:
    """The packages of a runtime with their versions: those of its name or that it requires, else its plugin."""
    roots = {info.name, *(module.partition(".")[0] for module in info.requires)}
    packages = environment.get("packages", {}).items()
    found = [f"{name} {version}" for name, version in packages if name.removesuffix("-gpu") in roots]
    return ", ".join(found) or str(environment.get("plugins", {}).get(plugin, ""))


def read_calibrations(warn: Warn) -> list[Calibration]:
    """All that is kept, of whatever machine; a file that is broken holds none.

    :param warn: is told if it is broken
    """
    from pydantic import TypeAdapter, ValidationError

    path = calibration_file()
    try:
        return TypeAdapter(list[Calibration]).validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError:
        return []
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        warn(f"{path} is ignored: {reason}; `bench calibrate` writes a new one")
        return []


def keep_calibrations(new: Iterable[Calibration], warn: Warn) -> Path:
    """Add calibrations to those that are kept, in the place of older ones of the same key.

    :raises OSError: if the file cannot be written
    """
    by_key = {one.key: one for one in (*read_calibrations(warn), *new)}
    path = calibration_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, json.dumps([asdict(one) for one in by_key.values()], indent=1, allow_nan=False) + "\n")


def fitting_calibrations(
    catalog: Catalog, environment: dict[str, Any], device: str, threads: int, warn: Warn
) -> list[Calibration]:
    """Those that were measured on this machine, with the runtimes as they are installed now."""
    machine, runtimes = machine_of(environment, device), catalog.entries("runtimes")
    software = {name: software_of(entry.info, entry.plugin, environment) for name, entry in runtimes.items()}
    return [
        one
        for one in read_calibrations(warn)
        if (one.machine, one.device, one.threads) == (machine, device, threads)
        and one.software == software.get(one.runtime)
    ]
