"""Data as text within a page: JSON, files as gzip in base64, hashes of scripts.

Conventions
-----------
A number has six significant digits, a missing or infinite one is null. Equal data give equal bytes.
"""

import gzip
import hashlib
import json
import math
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

DIGITS = 6  # significant ones, of numbers for the script
GZIP_LEVEL = 6  # of a million comparisons 9 makes 6 % more in ten times the time


def script_safe_json(data: Mapping[str, Any]) -> str:
    """Return JSON that no HTML parser takes for the end of the script element."""
    text = json.dumps(_plain(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def gzip_base64(text: str) -> str:
    """Return a file as gzip in base64."""
    return b64encode(gzip.compress(text.encode(), GZIP_LEVEL, mtime=0)).decode("ascii")


def csp_script_hash(script: str) -> str:
    """Return the hash by which a content security policy allows a script."""
    return f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}"


def _plain(value: Any) -> Any:
    """Values that JSON has."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
