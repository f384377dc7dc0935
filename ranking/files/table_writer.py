"""Tables as CSV text that is safe to open anywhere.

Conventions
-----------
Text is written as :func:`ranking.files.text.escape_field` does, so that no spreadsheet runs it and
other texts stay other texts; numbers have six significant digits.
"""

import pandas as pd

from ranking.files.text import escape_field


def to_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV text with a header."""
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[column] = [_cell(value) for value in safe[column]]
    text: str = safe.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return text


def _cell(value: object) -> object:
    """Text without formulas and control characters; anything else as it is."""
    if not isinstance(value, str):
        return value
    return escape_field(value)
