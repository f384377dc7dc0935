"""How the marks of a panel are read: what is better, what no mark and zero mean, which rounds."""

from dataclasses import asdict, dataclass
from typing import Any

from ranking.errors import ComparisonsError, Given

CHOICES: dict[str, tuple[str, ...]] = {
    "unmarked": ("ignore", "last"),
    "zeros": ("absent", "marks"),
    "pool": ("additive", "best", "sum"),
}
"""What each choice of :class:`MarkOptions` may be."""


@dataclass(frozen=True)
class MarkOptions:
    """How the marks of a panel are read.

    Raises
    ------
    ComparisonsError
        If there is no such choice, or two contradict each other.
    """

    round: str | None = None
    """Round whose marks to use, or several, comma-separated; None: all that are in the file."""
    lower_is_better: bool = False
    """Whether marks are places, or faults: the lowest is best."""
    unmarked: str | None = None
    """What a missing mark means: nothing (ignore, the default), or a place below all candidates
    whom the juror marked (last)."""
    zeros: str | None = None
    """What a mark of 0 means: that the juror was absent, or a mark; None: a mark where nothing
    speaks against it."""
    pool: str | None = None
    """How several rounds become one: additive (the default), best or sum."""

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise ComparisonsError(
                    Given(**{name: value}), "no such choice", f"choose {' or '.join(allowed)}"
                )

    @property
    def given(self) -> dict[str, Any]:
        """What differs from the default, by name."""
        return {name: value for name, value in asdict(self).items() if value not in (None, False)}

    def chosen_rounds(self, known: list[str]) -> tuple[str, ...]:
        """Return the rounds that are named; as one where a round of that name is known."""
        if self.round is None:
            return ()
        if self.round in known:
            return (self.round,)
        return tuple(filter(None, (part.strip() for part in self.round.split(","))))


DEFAULT_OPTIONS = MarkOptions()
AS_MEANT = MarkOptions(unmarked="ignore", zeros="marks")
"""Of a MARKS table that was written: what its marks mean was said when it was made."""
