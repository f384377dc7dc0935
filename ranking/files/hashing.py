"""SHA-256 of files and of values, in hexadecimal."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ranking.files.text import is_pipe, read_bytes


def file_sha256(path: Path) -> str:
    """Return the hash of a file's bytes, read block by block, or of those that a pipe gave."""
    if is_pipe(path):
        return hashlib.sha256(read_bytes(path)).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_sha256(values: Mapping[str, Any]) -> str:
    """Return the hash of a JSON value; the order of its keys does not count."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
