"""Excel workbooks (.xlsx) as rows of text.

Conventions
-----------
Cells hold what is stored, not what their format shows: 22.5 where a cell shows 23. Whole numbers
have no decimal point, days are ISO 8601. A formula is its result as last calculated, or its own
text ("=A1*2") where it never was.
"""

import datetime
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from ranking.errors import TableError

LAST_ROW = 1_048_576
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError),
    *(ValueError, TypeError, AttributeError, NotImplementedError, AssertionError),
)
"""What openpyxl raises of files that are no whole workbook."""


def workbook_cells(name: str, raw: bytes) -> list[tuple[str, list[list[str]], list[int], bool]]:
    """Return name, rows, row numbers and whether it is hidden of each sheet of a workbook.

    Parameters
    ----------
    name : name of the file, for an error
    raw : its bytes

    Raises
    ------
    TableError
        If the workbook is damaged.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of styles and extensions without values
        try:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            formulas = (
                load_workbook(io.BytesIO(raw), read_only=True) if _has_formulas(raw) else None
            )
            return [
                (
                    sheet.title,
                    *_rows(sheet, None if formulas is None else formulas[sheet.title]),
                    sheet.sheet_state != "visible",
                )
                for sheet in book.worksheets
            ]
        except DAMAGED as error:
            raise TableError(
                name,
                f"this Excel workbook is damaged ({type(error).__name__})",
                "open it in a spreadsheet, save it again, or export it as CSV",
            ) from None


def _rows(sheet: Any, formulas: Any) -> tuple[list[list[str]], list[int]]:
    """The rows of a sheet that are not blank, equally long, and their numbers."""
    both = zip(_values(sheet), _formulas(formulas), strict=False)
    rows, lines = [], []
    for number, (values, written) in enumerate(both, 1):
        texts = [_text(value) for value in values]
        for at, formula in enumerate(written):
            if texts[at : at + 1] == [""] and str(formula or "").startswith("="):
                texts[at] = str(formula)
        if any(map(str.strip, texts)):
            rows.append(texts)
            lines.append(number)
    width = max((_width(row) for row in rows), default=0)
    return [row[:width] + [""] * (width - len(row)) for row in rows], lines


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # other programs write them wrongly
    for number, values in enumerate(sheet.iter_rows(values_only=True)):
        if number == LAST_ROW:  # one that says it is far below would be reached by empty ones
            raise ValueError("more rows than a workbook has")
        yield values


def _formulas(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet as they are written; without end and empty, if there is none."""
    yield from itertools.repeat(()) if sheet is None else _values(sheet)


def _width(row: list[str]) -> int:
    """Cells up to the last that is not blank."""
    return max(at for at, text in enumerate(row, 1) if text.strip())


def _has_formulas(raw: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(re.search(rb"<(?:\w+:)?f[ />]", archive.read(name)) for name in sheets)


def _text(value: object) -> str:
    """A cell as text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
