"""What the commands print: tables for people, CSV and JSON for programs, remarks on stderr.

Text from files is never read as markup, and its control characters are not printed.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Literal, Self

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from icpc.cli.plain_progress import PlainProgress, repeat_in_background
from ranking.progress import Progress

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn
    from rich.status import Status

LOOK_SECONDS = 1.0
"""How often it is looked whether a stage of unknown length has a line to print."""
MIN_WIDTH = 6  # of a column that is narrowed
LONGEST_SENTENCE = 4_000  # characters of an error or a remark; what a file holds may be longer


class Format(StrEnum):
    """Format of the data on stdout."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def print_data(table: "pd.DataFrame", form: Format) -> None:
    """Print a table as CSV or JSON, missing values empty or null."""
    from ranking.files.table_writer import to_csv

    if form is Format.CSV:
        sys.stdout.write(to_csv(table))
        return
    _print_json_text(table.to_json(orient="records", indent=1, force_ascii=False))


def print_json(value: object) -> None:
    """Print a value of lists, dictionaries, texts and numbers as JSON."""
    import json

    _print_json_text(json.dumps(value, indent=1, ensure_ascii=False))


def _print_json_text(text: str) -> None:
    """Print JSON, which escapes most control characters itself."""
    from ranking.files.text import CONTROL_CHARACTERS

    for line in text.split("\n"):
        sys.stdout.write(
            CONTROL_CHARACTERS.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n"
        )


def print_table(
    title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], flexible: Sequence[str] = ()
) -> None:
    """Print a table that fits the terminal.

    Parameters
    ----------
    title
        Line above the table.
    headers
        Name of each column.
    rows
        Cells of each row, as text.
    flexible
        Headers of the columns that are narrowed where space is short; they are aligned left, and
        cut in the middle, so that names that begin alike are told apart.
    """
    from ranking.files.text import escape_controls

    console = Console()
    columns = zip(headers, *rows, strict=True)
    widths = [max(cell_len(escape_controls(cell)) for cell in column) for column in columns]
    soft = [place for place, header in enumerate(headers) if header in flexible]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    fitted = _fitted(widths, soft, console.width)
    for place, width in enumerate(fitted):
        left = place in soft
        justify: Literal["left", "right"] = "left" if left else "right"
        table.add_column(
            Text(escape_controls(headers[place])),
            justify=justify,
            width=width,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        shown = (escape_controls(cell) for cell in row)
        table.add_row(*(Text(_cut(cell, width)) for cell, width in zip(shown, fitted, strict=True)))
    print_line(title)
    console.print(table)


def _fitted(widths: Sequence[int], soft: Sequence[int], room: int) -> list[int]:
    """Widths that fit a line, the widest of the soft columns narrowed first, down to six."""
    fitted = list(widths)
    while soft and sum(fitted) + len(fitted) > room:
        widest = max(soft, key=lambda place: fitted[place])
        if fitted[widest] <= MIN_WIDTH:
            break
        fitted[widest] -= 1
    return fitted


def _cut(text: str, width: int) -> str:
    """A text without its middle where it is wider than so many columns of the terminal."""
    if cell_len(text) <= width:
        return text
    tail = (width - 1) // 2
    kept = [at for at in range(len(text)) if cell_len(text[at:]) <= tail and cell_len(text[at])]
    end = text[kept[0] :] if kept else ""
    begin = (text[:at] for at in reversed(range(len(text))))
    return next(one for one in begin if cell_len(one) < width - cell_len(end)) + f"…{end}"


def print_line(line: str) -> None:
    """Print one line of text on stdout."""
    from ranking.files.text import escape_controls

    Console(soft_wrap=False).print(Text(escape_controls(line)))


def printable(text: str, otherwise: str) -> str:
    """Return a text, or another where stdout has no such characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return otherwise
    return text


def print_command(command: str) -> None:
    """Print a command to type on stdout, in one line however long, so that it can be pasted."""
    from ranking.files.text import escape_controls

    Console().print(Text(f"  {escape_controls(command)}"), soft_wrap=True)


def print_remark(remark: str, console: Console | None = None) -> None:
    """Print a remark on stderr, or above what a console there shows."""
    from ranking.files.text import escape_controls

    where = console or Console(stderr=True)
    where.print(Text(_shortened(escape_controls(remark))), style="dim", soft_wrap=True)


@contextmanager
def remark_on_interrupt(kept: str) -> Iterator[None]:
    """Say what is kept of a long command where the user presses Ctrl-C.

    Parameters
    ----------
    kept
        A clause: "what was embedded is kept".
    """
    try:
        yield
    except KeyboardInterrupt:
        print_remark(f"stopped: {kept}; the same command goes on")
        raise


def print_error(message: str) -> None:
    """Print an error on stderr; its parts come from files, so they are made printable."""
    from ranking.files.text import escape_controls

    shown = _shortened(escape_controls(message))
    Console(stderr=True).print(Text(f"judge: {shown}"), soft_wrap=True)


def _shortened(sentence: str) -> str:
    """A sentence without its middle where it is too long to be read."""
    half = LONGEST_SENTENCE // 2
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    return f"{sentence[:half]} … {sentence[-half:]}"


class TerminalProgress(Progress):
    """Shows a stage of work on stderr: drawn if that is a terminal, else as a few plain lines.

    A stage of unknown length is a spinner; others show their count, or their bytes, and the time
    left, or a bar where each step has a description. A stage within another is shown in its place,
    under both names.

    Parameters
    ----------
    clock
        Returns seconds, for plain lines.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._console = Console(stderr=True)
        self._clock = clock
        self._plain: PlainProgress | None = None
        self._end_waiting: Callable[[], None] | None = None
        self._stages: list[str] = []
        self._wheel: Status | None = None
        self._bar: Bar | None = None

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        """Show a stage from now on, and no longer the one around it.

        Parameters
        ----------
        what
            Name of the stage.
        total
            Number of steps, if known.
        unit
            What is counted; "bytes" are shown as sizes.
        """
        from ranking.files.text import escape_controls

        self._stop()
        self._stages.append(escape_controls(what))
        if not self._console.is_terminal:
            self._plain = PlainProgress(self._named, total, unit, self._clock)
            if total is None:
                self._end_waiting = repeat_in_background(self._wait, LOOK_SECONDS)
            return self
        if total is None and unit != "bytes":
            self._wheel = self._console.status(Text(f"{self._named} …"))
            self._wheel.start()
            return self
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(*_columns(unit), console=self._console)
        self._bar.add_task(self._named, total=total)
        self._bar.start()
        return self

    def advance(self, steps: float = 1, detail: str = "") -> None:
        """Show that more steps are done."""
        if self._plain is not None:
            self._print_plain(self._plain.advance(steps, detail))
        if self._bar is None:
            return
        (task,) = self._bar.task_ids
        if detail:
            self._bar.columns = _columns("described")
            self._bar.update(task, description=f"{self._named}, {detail}")
        self._bar.advance(task, steps)

    def remark(self, sentence: str) -> None:
        """Print a remark above the stage."""
        print_remark(sentence, self._console)

    def done(self) -> None:
        """Show the stage no longer."""
        if self._plain is not None:
            self._print_plain(self._plain.end())
        self._stop()
        self._stages = self._stages[:-1]

    @property
    def _named(self) -> str:
        return ", ".join(self._stages)

    def _stop(self) -> None:
        if self._end_waiting is not None:
            self._end_waiting()
        for drawn in (self._wheel, self._bar):
            if drawn is not None:
                drawn.stop()
        self._wheel = self._bar = self._plain = self._end_waiting = None

    def _wait(self) -> None:
        if self._plain is not None:
            self._print_plain(self._plain.wait())

    def _print_plain(self, line: str) -> None:
        if line:
            print_remark(line, self._console)


def _columns(unit: str) -> "tuple[ProgressColumn, ...]":
    """Columns of a progress bar that counts a unit."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    what = TextColumn("{task.description}", markup=False)
    if unit == "bytes":
        return what, DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    return what, BarColumn() if unit == "described" else MofNCompleteColumn(), TimeRemainingColumn()
