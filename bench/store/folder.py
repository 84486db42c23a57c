"""A run directory, and results.json in it."""

import json
import math
import os
import secrets
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.errors import RunError
from bench.results import FORMAT, RunResult

RESULTS = "results.json"


def new_folder(output: Path, suite: str) -> Path:
    """Make `<output>/<suite>/<run id>`; the run id is the time and four characters that make it unique.

    :raises RunError: if it cannot be made
    """
    run_id = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = output / suite / run_id
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise RunError(f"cannot make {folder}: {error.strerror}", "name another folder with --output") from error
    return folder.resolve()


def write_results(results: RunResult, folder: Path) -> Path:
    """Write results.json; a reader sees the old or the new one, never a part."""
    return write_text(folder / RESULTS, json.dumps(asdict(results), indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> Path:
    """Write a file in one step; what cannot be written leaves nothing behind."""
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
    return path


def path_of(name: str) -> Path | None:
    """What a name is the path of; None if nothing is there, or the name can be none, as one that is too long."""
    path = Path(name)
    try:
        return path if path.exists() else None
    except OSError:
        return None


def read_results(run: Path) -> tuple[RunResult, Path]:
    """The results of a run directory (or of its results.json), and the directory.

    :raises RunError: if they are not there, damaged or of a newer format
    """
    path = run / RESULTS if run.is_dir() else run
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}", "name a run directory: reports/<suite>/<run id>") from error
    except ValueError as error:
        raise RunError(f"{path}: damaged: {error}") from error
    except RecursionError as error:
        raise RunError(f"{path}: damaged: it is nested too deeply") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise RunError(f"{path}: has the format {found!r}", f"this version of bench reads format {FORMAT}")
    return _validated(text, path), path.parent


def results_schema() -> dict[str, Any]:
    """The JSON Schema of results.json."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(RunResult).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "bench results"}


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def _validated(text: str, path: Path) -> RunResult:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(RunResult).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{path}: damaged: {where}: {first['msg']}") from error
