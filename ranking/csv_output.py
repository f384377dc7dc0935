"""Write tables whole or not at all, and safe to open anywhere.

Conventions
-----------
Text that a spreadsheet would run as a formula gets a leading apostrophe, control characters are
spelled out; numbers carry six significant digits.
"""

from pathlib import Path

import pandas as pd

from ranking.csv_input import FORMULA, printable
from ranking.errors import RunError
from ranking.whole_files import replacing


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
    try:
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise RunError(
            str(path), f"it cannot be written ({error.strerror})", "choose another --out"
        ) from None


def _cell(value: object) -> object:
    """Text without formulas and control characters; anything else as it is."""
    if not isinstance(value, str):
        return value
    return printable(f"'{value}" if value.lstrip("'").startswith(FORMULA) else value)
