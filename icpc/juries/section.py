"""A section of the analysis of a panel: one question, its numbers as a table, and sentences.

Conventions
-----------
A section is found by its *key*, which also names its file. Its table has every number; of its
columns, those in :attr:`Section.columns` are printed. Where a question cannot be answered, the
section has the reason, and what can be said all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Column:
    """A column of a table as it is printed."""

    name: str
    """Name in the table."""
    header: str = ""
    """What is printed above it; its name if empty."""
    format_spec: str = ""
    """Format specification of its values; texts and whole numbers have none."""
    upper: str = ""
    """Name of the column of upper ends, where this one has the lower ends of intervals."""

    @property
    def title(self) -> str:
        """What is printed above it."""
        return self.header or self.name

    def cells(self, table: pd.DataFrame) -> list[str]:
        """Return the values as they are printed, a dash for what is missing."""
        own = [self._cell(value) for value in table[self.name]]
        if not self.upper:
            return own
        upper = [self._cell(value) for value in table[self.upper]]
        return ["–" if "–" in ends else " to ".join(ends) for ends in zip(own, upper, strict=True)]

    def _cell(self, value: object) -> str:
        return "–" if pd.isna(value) or value == "" else format(value, self.format_spec)


@dataclass(frozen=True)
class Section:
    """One question on a panel, answered as far as its marks allow."""

    key: str
    """Name by which it is asked for, and of its file: "jurors"."""
    title: str
    """Line above it: what the numbers are."""
    table: pd.DataFrame
    """Its numbers; without rows where there are none."""
    columns: Sequence[Column] = ()
    """Columns that are printed, in order."""
    sentences: tuple[str, ...] = ()
    """What the numbers say."""
    not_applicable: tuple[str, ...] = ()
    """What cannot be said, with the reason."""
    text_columns: tuple[str, ...] = ()
    """Names of the columns of text, which may be narrowed to fit a terminal."""
    rows: int | None = None
    """Number of rows that are printed, from the first; None: all."""
