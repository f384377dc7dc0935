"""What a result owes to one juror: the ranking without each juror in turn.

Conventions
-----------
Rankings are strengths, larger is better, NaN where nobody is left who marked a candidate; such a
candidate is last. As many pass without a juror as with all. Where candidates tie across the cut,
each has an equal share of the places left: :func:`ranking.evaluation.agreement.share_in_top`.
"""

from dataclasses import dataclass

import numpy as np

from ranking.evaluation.agreement import share_in_top
from ranking.methods.method import TIE_TOLERANCE, competition_rank


@dataclass(frozen=True)
class WithoutJuror:
    """The ranking without one juror, beside that of all."""

    places: np.ndarray
    """Place of each candidate without the juror less that with all; int, shape (n,)."""
    winners: tuple[int, ...]
    """Numbers of the candidates who come first."""
    gained: tuple[int, ...]
    """Numbers of those who would pass, or share a place in it, and did not with all jurors."""
    lost: tuple[int, ...]
    """Numbers of those who would not pass any more, or only share a place in it."""
    tied: tuple[int, ...]
    """Numbers of those who tie across the cut."""

    @property
    def mean_move(self) -> float:
        """Mean number of places by which candidates move."""
        return float(np.abs(self.places).mean())

    @property
    def most_moved(self) -> int:
        """Number of the candidate who moves most; of several the first."""
        return int(np.abs(self.places).argmax())


def leave_out(
    strength: np.ndarray, without: np.ndarray, passing: int | None = None
) -> list[WithoutJuror]:
    """Return what changes without each juror.

    Parameters
    ----------
    strength : float array, shape (n,)
        Ranking by all jurors.
    without : float array, shape (J, n)
        Rankings without each of them.
    passing : number of candidates who pass; None: not known
    """
    full = _placed_last(strength)
    ranks = competition_rank(full)
    top = share_in_top(full, passing or 0)
    return [_changed(_placed_last(own), ranks, top, passing or 0) for own in without]


def _changed(strength: np.ndarray, ranks: np.ndarray, top: np.ndarray, size: int) -> WithoutJuror:
    own = competition_rank(strength)
    share = share_in_top(strength, size)

    def numbers(which: np.ndarray) -> tuple[int, ...]:
        return tuple(np.flatnonzero(which).tolist())

    return WithoutJuror(
        own - ranks,
        numbers(own == 1),
        numbers(share > top + TIE_TOLERANCE),
        numbers(share < top - TIE_TOLERANCE),
        numbers((share > 0) & (share < 1)),
    )


def _placed_last(strength: np.ndarray) -> np.ndarray:
    """Strengths with those that are not known below all others."""
    known = strength[~np.isnan(strength)]
    return np.where(np.isnan(strength), known.min() - 1, strength)
