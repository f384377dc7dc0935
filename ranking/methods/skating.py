"""The skating system: places by the majority of a panel, as ballroom dancing decides a final [1]_.

Conventions
-----------
Rules 5 to 8, for a single dance. Each juror's marks are turned into places, 1 is best. For each
place in turn, those whom a majority of the jurors put there or better are placed: first who has the
larger majority (6); of equal majorities who has the lower sum of these places (7a); of equal sums
who stands better when the next place is counted as well, again by number and sum (7b). If nobody
has a majority, the next place is counted (8). Those who are equal to the end share a place.

It needs all marks, a juror's marks all different, and an odd number of jurors. The strength is the
number of candidates below, an order and no more.

References
----------
.. [1] A. Dawson, "The Skating System", 1963; World DanceSport Federation, "The Skating System",
   rules 5 to 8.
"""

import numpy as np
from scipy.stats import rankdata

from ranking.errors import Given, RankingError
from ranking.methods.method import Method, Start, Weights


def skating_strengths(
    marks: np.ndarray, _weights: Weights = None, _start: Start = None
) -> np.ndarray:
    """Return the number (n,) of candidates whom the skating system places below.

    Parameters
    ----------
    marks : float array, shape (jurors, n)

    Raises
    ------
    RankingError
        If marks are missing, a juror gave equal ones, or the number of jurors is even.
    """
    keys = skating_keys(_places(marks))
    places = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    return np.asarray((places[np.newaxis, :] > places[:, np.newaxis]).sum(axis=1), dtype=float)


def skating_keys(places: np.ndarray) -> np.ndarray:
    """Return what decides a place, most important first, smaller is better; shape (n, 1 + 2 n).

    The first place by which a majority counts; then from that place on, by place, the number of
    jurors (negative) who put the candidate there or better, and the sum of their places.

    Parameters
    ----------
    places : int array, shape (jurors, n)
    """
    jurors, n = places.shape
    or_better = places[:, :, np.newaxis] <= np.arange(1, n + 1)  # (jurors, n, place)
    number = or_better.sum(axis=0)  # (n, place)
    total = (places[:, :, np.newaxis] * or_better).sum(axis=0)
    decided = number > jurors / 2
    by_place = np.stack([-number * decided, total * decided], axis=2).reshape(n, 2 * n)
    return np.hstack([decided.argmax(axis=1)[:, np.newaxis], by_place])


def _places(marks: np.ndarray) -> np.ndarray:
    """The places that jurors gave, shape (jurors, n), or why they are none."""
    jurors, n = marks.shape
    missing = int(np.isnan(marks).sum())
    if missing:
        raise _refused(f"needs every juror's mark of every candidate, and {missing} are missing")
    equal = [len(np.unique(own)) < n for own in marks]
    if any(equal):
        raise _refused(
            f"needs different places, and {sum(equal)} of {jurors} jurors gave equal marks"
        )
    if jurors % 2 == 0:
        raise _refused(f"needs an odd number of jurors, and there are {jurors}")
    return np.asarray(rankdata(-marks, axis=1), dtype=int)


def _refused(why: str) -> RankingError:
    return RankingError(
        Given(method="skating"), f"the skating system {why}", "choose another method"
    )


SKATING = Method("skating", skating_strengths, needs="marks", ordinal=True, format_spec="g")
