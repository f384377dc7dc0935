"""Tables as CSV text that is safe to open anywhere.

Conventions
-----------
Text is written as :func:`ranking.files.text.escape_field` does, so that no spreadsheet runs it and
other texts stay other texts; numbers have six significant digits.
"""

import numpy as np
import pandas as pd

from ranking.files.text import escape_field

CHUNK = 200_000  # rows that pandas writes at once: it is quicker with many


def to_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV text with a header."""
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[column] = _cells(safe[column])
    text: str = safe.to_csv(index=False, float_format="%.6g", lineterminator="\n", chunksize=CHUNK)
    return text


def _cells(column: pd.Series) -> np.ndarray | list[object]:
    """The cells of a column; of texts, which recur in long tables, each is looked at once."""
    if not isinstance(column.dtype, pd.StringDtype):
        return [_cell(value) for value in column]
    codes, texts = pd.factorize(column)  # a missing one has the code -1
    cells: np.ndarray = np.array([*map(_cell, texts), None], dtype=object)[codes]
    return cells


def _cell(value: object) -> object:
    """Text without formulas and control characters; anything else as it is."""
    if not isinstance(value, str):
        return value
    return escape_field(value)
