"""Who is surely better than whom: differences of strengths tested, with all of them held together.

Conventions
-----------
A range of ranks is right for 95 % of the candidates on average; a sentence on one candidate, such
as "nobody else could be first", needs a test of its own. Each difference of two strengths is tested
by Student's t (for jurors the paired t-test over the pseudo-values of the jackknife), and the p of
a family of tests are adjusted as by Holm [1]_. That everyone else is significantly below the leader
is then wrong in at most 5 % of fields, although the leader was chosen by the data [2]_.

Where no juror has anybody between two candidates, their order is all that jurors tell of them, and
the sign test is right: five jurors who agree have no spread, for a t-test to divide by, and agree
by chance in one field of sixteen.

References
----------
.. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 1979.
.. [2] S. Gutmann, Z. Maymin, "Is the selected population the best?", Annals of Statistics 1987.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import bdtr, stdtr

from ranking.evaluation.multiple import holm
from ranking.evaluation.resampling import LEVEL


def difference_p(strength: np.ndarray, covariance: np.ndarray, freedom: float) -> np.ndarray:
    """Return the two-sided p of each difference of two strengths, shape (n, n), 1 on the diagonal.

    Parameters
    ----------
    strength : float array, shape (n,)
        Estimates of the strengths.
    covariance : float array, shape (n, n)
        Covariance of their errors.
    freedom : float
        Degrees of freedom of the covariance; infinite for a normal distribution.
    """
    own = covariance.diagonal()
    variance = np.maximum(own[:, np.newaxis] + own - 2 * covariance, 0)
    gap = np.abs(strength[:, np.newaxis] - strength)
    size = np.divide(gap, np.sqrt(variance), out=np.where(gap > 0, np.inf, 0), where=variance > 0)
    return np.asarray(2 * stdtr(freedom, -size))


def sign_p(clusters: Sequence[np.ndarray]) -> np.ndarray:
    """Return the two-sided p of the sign test, shape (n, n); 0 where clusters tell more than signs.

    They tell no more of two candidates whom each of them compared with the same others, with the
    same outcomes.

    Parameters
    ----------
    clusters : float arrays, shape (n, n)
        Wins of row over column, a tie half, by cluster.
    """
    n = len(clusters[0])
    alike = ~np.eye(n, dtype=bool)
    signs = []
    for wins in clusters:
        signs.append(np.sign(wins - wins.T))
        total = wins.sum(axis=1)
        alike &= np.abs(total[:, np.newaxis] - total) <= np.abs(wins - wins.T)
    p = np.zeros((n, n))
    for i, j in np.argwhere(np.triu(alike)):
        others = np.delete(np.arange(n), [i, j])
        if all(np.array_equal(wins[i, others], wins[j, others]) for wins in clusters):
            own = np.array([sign[i, j] for sign in signs])
            for_one, for_other = (own > 0).sum(), (own < 0).sum()
            fewer = min(for_one, for_other)
            p[i, j] = p[j, i] = min(1.0, 2 * float(bdtr(fewer, for_one + for_other, 0.5)))
    return p


def could_be_first(strength: np.ndarray, p: np.ndarray, leaders: np.ndarray) -> np.ndarray:
    """Return who may be the best, a leader or not significantly below one; bool, shape (n,).

    Parameters
    ----------
    strength : float array, shape (n,)
        Estimates of the strengths.
    p : float array, shape (n, n)
        Two-sided p of each difference, of :func:`difference_p`.
    leaders : bool array, shape (n,)
        Those who are ranked first.
    """
    if leaders.all():
        return leaders
    family = p[np.ix_(leaders, ~leaders)]
    below = strength[leaders][:, np.newaxis] > strength[~leaders]
    adjusted = holm(family.ravel().tolist()).reshape(family.shape)
    possible = leaders.copy()
    possible[~leaders] = ~((adjusted < 1 - LEVEL) & below).any(axis=0)
    return possible


def joint_ranges(strength: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ranges that hold all true ranks together with 95 % probability; int, (n,) each.

    The lower end is 1 plus the number of candidates who are significantly better, the upper end n
    less the number who are significantly worse, all pairs being one family.

    Parameters
    ----------
    strength : float array, shape (n,)
        Estimates of the strengths.
    p : float array, shape (n, n)
        Two-sided p of each difference, of :func:`difference_p`.
    """
    n = len(strength)
    i, j = np.triu_indices(n, k=1)
    clear = np.zeros((n, n), dtype=bool)
    clear[i, j] = holm(p[i, j].tolist()) < 1 - LEVEL
    clear |= clear.T
    better = clear & (strength[:, np.newaxis] > strength)  # row than column
    return 1 + better.sum(axis=0), n - better.sum(axis=1)
