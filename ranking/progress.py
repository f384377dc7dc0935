"""How far long work is, for whoever watches.

Conventions
-----------
Work goes in stages, one after another. A stage is a context: ``start`` names it and says how much
there is to do, if that is known; ``advance`` is told after each piece, also of pieces that an
earlier call has left; ``done`` ends it. :class:`Progress` itself shows nothing, and is what
functions take where nobody watches; the command line draws one.

    with progress.start("judging", total=len(pairs)):
        for pair in pairs:
            ...
            progress.advance()
"""

from types import TracebackType
from typing import Self


class Progress:
    """Takes note of stages and shows nothing."""

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        """Begin a stage, to be entered as a context.

        Parameters
        ----------
        what : the work, in a word or two: "embedding"
        total : pieces of work in it, None if unknown
        unit : "bytes" for downloads; anything else is counted
        """
        return self

    def advance(self, pieces: float = 1, detail: str = "") -> None:
        """Say that pieces of the stage are done.

        Parameters
        ----------
        detail : what to say of it now, beside the count: "epoch 3 of 30, loss 0.21"
        """

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
