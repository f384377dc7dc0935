"""Progress where nobody watches a terminal: a few plain lines, as in a log of a server.

Conventions
-----------
The first ten seconds of a stage are quiet, so short commands print nothing. Then there is a line at
the next step, one for each tenth, at most one in ten seconds and at least one a minute while steps
are done, and one at the end. A stage of unknown length has none.
"""

from collections.abc import Callable

QUIET_SECONDS = 10.0
"""How long no line is printed, at first and after each."""
LONGEST_SECONDS = 60.0
"""After how long a line is printed, though no tenth is reached."""
TENTHS = 10


class PlainProgress:
    """What is to be printed of a stage, as it goes on.

    Parameters
    ----------
    what
        Name of the stage.
    total
        Number of steps; None if it is not known.
    unit
        What is counted; "bytes" are shown as megabytes.
    clock
        Returns seconds.
    """

    def __init__(
        self, what: str, total: float | None, unit: str, clock: Callable[[], float]
    ) -> None:
        self._what, self._total, self._unit, self._clock = what, total, unit, clock
        self._last, self._tenth, self._number = clock(), -1, 0.0
        self._printed = 0.0

    def advance(self, steps: float, detail: str = "") -> str:
        """Return the line to print after these steps; empty if there is none."""
        self._number += steps
        waited = self._clock() - self._last
        if not self._total or waited < QUIET_SECONDS:
            return ""
        tenth = int(TENTHS * self._number / self._total)
        if tenth == self._tenth and waited < LONGEST_SECONDS:
            return ""
        self._last, self._tenth = self._clock(), tenth
        self._printed = self._number
        return self._line(detail)

    def end(self) -> str:
        """Return the last line of a stage that was printed and is done; empty if there is none."""
        done = self._total and self._number >= self._total
        return self._line("") if done and 0 < self._printed < self._number else ""

    def _line(self, detail: str) -> str:
        number, total = self._number, self._total or 0.0
        shown = f"{number:,.0f} of {total:,.0f}"
        if self._unit == "bytes":
            shown = f"{number / 1e6:,.1f} of {total / 1e6:,.1f} MB"
        elif detail:
            shown = f"{number / total:.0%}, {detail}"
        return f"{self._what}: {shown}"
