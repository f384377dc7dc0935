"""Progress where nobody watches a terminal: a few plain lines, as in a log of a server.

Conventions
-----------
The first ten seconds of a stage are quiet, so short commands print nothing. Then there is a line at
the next step, one for each tenth, at most one in ten seconds and at least one a minute while steps
are done, and one at the end. A stage of unknown length is named after these ten seconds, and then
has a line each half minute, whether or not it reports steps: how many were done, and how long it
has taken.
"""

from collections.abc import Callable
from threading import Event, Thread

QUIET_SECONDS = 10.0
"""How long no line is printed, at first and after each."""
LONGEST_SECONDS = 60.0
"""After how long a line is printed, though no tenth is reached."""
TENTHS = 10
UNKNOWN_SECONDS = 30.0
"""How long no line is printed of a stage of unknown length, after each."""


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
        self._begun, self._tenth, self._number = clock(), -1, 0.0
        self._last, self._printed, self._named = self._begun, 0.0, False

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

    def wait(self) -> str:
        """Return the line to print of a stage of unknown length by now; empty if there is none."""
        now = self._clock()
        quiet = UNKNOWN_SECONDS if self._named else QUIET_SECONDS
        if self._total is not None or now - self._last < quiet:
            return ""
        line = f"{self._what}: {self._so_far()}{now - self._begun:.0f} s" if self._named else ""
        self._last, self._named = now, True
        return line or f"{self._what} …"

    def end(self) -> str:
        """Return the last line of a stage that was printed and is done; empty if there is none."""
        done = self._total and self._number >= self._total
        return self._line("") if done and 0 < self._printed < self._number else ""

    def _so_far(self) -> str:
        """What was done of a stage of unknown length, to go before the time it took."""
        if not self._number:
            return ""
        if self._unit == "bytes":
            return f"{self._number / 1e6:,.1f} MB, "
        return f"{self._number:,.0f} done, "

    def _line(self, detail: str) -> str:
        number, total = self._number, self._total or 0.0
        shown = f"{number:,.0f} of {total:,.0f}"
        if self._unit == "bytes":
            shown = f"{number / 1e6:,.1f} of {total / 1e6:,.1f} MB"
        elif detail:
            shown = f"{number / total:.0%}, {detail}"
        return f"{self._what}: {shown}"


def repeat_in_background(work: Callable[[], None], seconds: float) -> Callable[[], None]:
    """Do something every so many seconds, in a thread of its own; return what ends that."""
    ended = Event()

    def repeat() -> None:
        while not ended.wait(seconds):
            work()

    thread = Thread(target=repeat, daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join()

    return end
