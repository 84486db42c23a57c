"""Files: their content hashes, and arrays that are written in one step."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_array(path: Path, values: Any) -> None:
    """Write a .npy file, and its folder; a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.save(file, values)
    partial.replace(path)
