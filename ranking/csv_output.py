"""Write tables whole or not at all, and safe to open anywhere.

Conventions
-----------
Files appear under their name only when complete (temporary file in the same folder, then rename).
Text that a spreadsheet would run as a formula gets a leading apostrophe, control characters are
spelled out; numbers carry six significant digits.
"""

import os
import tempfile
from pathlib import Path

import pandas as pd

from ranking.csv_input import FORMULA, printable
from ranking.errors import RunError


def to_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV text with a header."""
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[column] = [_cell(value) for value in safe[column]]
    text: str = safe.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return text


def write_text(text: str, path: Path) -> None:
    """Write a UTF-8 file whole or not at all, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole or not at all, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise RunError(
            str(path), f"it cannot be written ({error.strerror})", "choose another --out"
        ) from None


def _cell(value: object) -> object:
    """Text without formulas and control characters; anything else as it is."""
    if not isinstance(value, str):
        return value
    return printable(f"'{value}" if value.startswith(FORMULA) else value)
