"""How far long work is, for a user who waits.

Conventions
-----------
Work is done in stages, which may be nested. A stage is a context manager: ``start`` names it and
says how many steps there are, if that is known; ``advance`` is called after each step, also for
steps that an earlier call has done; ``done`` ends it. A ``remark`` is a sentence beside it all:
that work goes on from what an earlier call did. :class:`Progress` itself shows nothing and is the
default; the command line has a subclass that draws.

    with progress.start("judging", total=len(pairs)):
        for pair in pairs:
            ...
            progress.advance()
"""

from types import TracebackType
from typing import Self


class Progress:
    """Progress that is not shown; subclasses show it."""

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        """Begin a stage, and return its context manager.

        Parameters
        ----------
        what : the work, in a word or two: "embedding"
        total : number of steps, None if unknown
        unit : "bytes" for downloads; anything else is counted
        """
        return self

    def advance(self, steps: float = 1, detail: str = "") -> None:
        """Report steps of the stage as done.

        Parameters
        ----------
        steps : number of steps that were done
        detail : what to show beside the count: "epoch 3 of 30, loss 0.21"
        """

    def remark(self, sentence: str) -> None:
        """Tell the user something about the work, once."""

    def done(self) -> None:
        """End the stage."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.done()


SILENT = Progress()
