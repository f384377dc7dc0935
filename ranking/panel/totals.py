"""What of a table of marks is no mark: totals, averages, repeated headers, and notes below.

Conventions
-----------
Totals are known by their words, or because each is the sum or the mean of all marks before it. One
word in a longer name tells them in the lowest rows alone: "Total Eclipse" may be a song. Below the
last row with marks, a row is a note if it is set apart, or is no name.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ranking.files.text import escape_controls
from ranking.panel.grid import Grid, is_like_a_mark
from ranking.panel.header_words import header_role

LONG = 60  # characters of a name, beyond which it is a note
FEWEST = 3  # marks that must be sums or means before they are taken for such


def without_totals(grid: Grid, known: Callable[[str], bool]) -> Grid:
    """Return the grid without totals that their words tell, repeated headers and notes.

    Parameters
    ----------
    grid : the table of marks
    known : whether a word names a candidate, so that it is no total
    """
    last = max((at for at, row in grid.rows.items() if _has_marks(grid, row)), default=-1)
    most = max((grid.labelled(row) for row in grid.rows.values()), default=0)
    unused: dict[int, str] = {}
    kept: dict[int, list[str]] = {}
    for at, row in reversed(grid.rows.items()):
        label = _first(row[column] for column in grid.labels)
        words = {row[column] for column in grid.labels if row[column]}
        lowest = not kept
        named = any(map(known, words))
        total = not named and header_role(label, whole=not lowest) == "result"
        note = not named and at > last and _is_note(grid, at, label, most)
        if total or note or tuple(row) == grid.names:
            unused[at] = label or _first(row)
        else:
            kept[at] = row
    word = grid.sheet.row_word
    named_rows = [
        f"{escape_controls(text[:40])!r} ({word} {grid.sheet.lines[at]})"
        for at, text in reversed(unused.items())
    ]
    return replace(grid, rows=dict(reversed(kept.items())), unused_rows=tuple(named_rows))


def without_sums(grid: Grid) -> Grid:
    """Return the grid without columns and rows that are sums or means of all those before them."""
    text = [[row[column] for column in grid.marked] for row in grid.rows.values()]
    values = grid.values
    if min(values.shape) < 2:
        return grid
    columns = [grid.marked[at] for at in _sums(values, [*zip(*text, strict=True)])]
    rows = [[*grid.rows][at] for at in _sums(values.T, text)]
    sums = {at: grid.rows[at] for at in rows}
    word = grid.sheet.row_word
    named = [
        f"{_first(row[column] for column in grid.labels)!r} ({word} {grid.sheet.lines[at]})"
        for at, row in sums.items()
    ]
    what = "the sum or mean of those before"
    left = replace(
        grid,
        marked=tuple(at for at in grid.marked if at not in columns),
        rows={at: row for at, row in grid.rows.items() if at not in sums},
        unused_columns=(*grid.unused_columns, *(f"{grid.column(at)}, {what}" for at in columns)),
        unused_rows=(*grid.unused_rows, *(f"{name}, {what}" for name in named)),
    )
    return without_sums(left) if columns or rows else left  # a mean may come after a sum


def _is_note(grid: Grid, at: int, label: str, most: int) -> bool:
    """Whether a row below all marks is no candidate or juror without any, but a note."""
    lines = grid.sheet.lines
    apart = lines[at] - lines[at - 1] > 1 or at - 1 not in grid.rows
    return apart or ":" in label or grid.labelled(grid.rows[at]) < most or len(label) > LONG


def _has_marks(grid: Grid, row: list[str]) -> bool:
    return any(is_like_a_mark(row[column]) for column in grid.marked)


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _sums(values: np.ndarray, text: list[tuple[str, ...]] | list[list[str]]) -> Iterator[int]:
    """Yield the columns, shape (rows, columns), that are sums or means of all before them."""
    there = ~np.isnan(values)
    sums = np.cumsum(np.where(there, values, 0.0), axis=1)[:, :-1]
    numbers = np.cumsum(there, axis=1)[:, :-1]
    for at in range(2, values.shape[1]):
        rows = there[:, at] & (numbers[:, at - 1] > 1)
        if rows.sum() < FEWEST:
            continue
        own, total, count = values[rows, at], sums[rows, at - 1], numbers[rows, at - 1]
        is_sum = np.abs(own - total).max() <= 1e-6
        if (is_sum or _is_rounded(own, total / count, text[at])) and np.ptp(own) > 0:
            yield at


def _is_rounded(values: np.ndarray, means: np.ndarray, text: Sequence[str]) -> bool:
    """Whether values are means, rounded to as many decimal places as they are written with."""
    error = np.abs(values - means).max()
    if error > 0.051:  # also where there is one decimal place
        return False
    places = [len(re.split("[.,]", word)[-1]) for word in text if re.search("[.,]", word)]
    return bool(places) and bool(error <= 0.5001 * 10.0 ** -min(max(places), 6))
