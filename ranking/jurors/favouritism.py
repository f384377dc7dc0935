"""Whether jurors mark their own pupils or compatriots differently from colleagues.

Conventions
-----------
Which candidates are a juror's *own* is given: whom this juror taught, or who comes from the same
country. *Colleagues* are the jurors whose own the candidate is not. A mark less the juror's
severity, which is taken from candidates who are nobody's own, or of others, is compared with the
mean of the colleagues' marks, less theirs. A juror's *difference* is the mean of this over own
candidates less that over the others, in points; above 0, own ones are marked higher. It says that
marks differ from colleagues', not why.

The test permutes, within each juror, which of the candidates that this juror marked are own: all
arrangements where they are few [1]_. The residuals are divided by their standard deviations, up to
a constant, before: a mean of few colleagues is less certain. Jurors are a family, corrected by
Holm's method. All jurors together are one further test: the coefficient of own in mark = candidate
+ juror + own + error, divided by its standard error up to a constant, with labels permuted within
all jurors at once. Intervals are those of Student's t.

What *could have been seen* is the difference that a t-test at 5 %, divided by the number of jurors
tested, finds with a power of 0.8; there is none where even the smallest p that is possible would
not be significant. It depends on the number of own candidates and on how residuals vary, not on the
difference that was found.

A juror who is recused has given no mark, so recused candidates do not count.

References
----------
.. [1] :mod:`ranking.evaluation.permutation`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ranking.evaluation.detectable import LEVEL
from ranking.evaluation.multiple import holm
from ranking.evaluation.permutation import PERMUTATIONS, PermutationP, arrange, p_among
from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.jurors.effects import fit_effects, residual_freedom, slope_and_error
from ranking.jurors.power import detectable_difference

DRAWS = 9999
"""Permutations for a juror: Holm over 17 jurors asks for a p below 0.003."""
CELLS = 4_000_000  # of permuted labels looked at together
NO_SPREAD = 1e-9  # of residuals, that rounding may leave


@dataclass(frozen=True)
class OwnCandidates:
    """How marks for own candidates differ from colleagues' marks."""

    jurors: pd.DataFrame
    """One row for each juror: ``juror``; ``own``, ``others`` number of candidates marked;
    ``difference`` in points, with its 95 % interval ``low``, ``high``; ``p``, ``p_holm`` corrected
    over jurors; ``detectable`` difference with power 0.8, missing where none could have been
    seen. All but the numbers are missing where nothing can be tested."""
    together: Estimate
    """The difference of all jurors together; ``pairs`` is the number of own marks."""

    @property
    def tested(self) -> int:
        """Number of jurors who could be tested."""
        return int(self.jurors["p"].notna().sum())


def compare_own_candidates(
    marks: np.ndarray, own: np.ndarray, jurors: Sequence[str], seed: int = 0
) -> OwnCandidates:
    """Return how marks for own candidates differ from colleagues' marks, by juror and together.

    Parameters
    ----------
    marks : float array, shape (jurors, n)
        NaN where a juror gave none.
    own : bool array, shape (jurors, n)
        Whether the candidate is the juror's own.
    jurors : names of the jurors
    seed : seed of the permutations
    """
    return OwnCandidates(
        compare_by_juror(marks, own, jurors, seed), _compare_together(marks, own, seed)
    )


def compare_by_juror(
    marks: np.ndarray, own: np.ndarray, jurors: Sequence[str], seed: int = 0
) -> pd.DataFrame:
    """Return the table :attr:`OwnCandidates.jurors`.

    Parameters
    ----------
    marks : float array, shape (jurors, n)
        NaN where a juror gave none.
    own : bool array, shape (jurors, n)
        Whether the candidate is the juror's own.
    jurors : names of the jurors
    seed : seed of the permutations
    """
    own = own & ~np.isnan(marks)
    residual, spread = colleague_residuals(marks, own)
    rows = [
        _compare_juror(residual[at], spread[at], own[at], seed + at) for at in range(len(marks))
    ]
    table = pd.DataFrame(rows).assign(juror=list(jurors))
    tested = table["p"].notna()
    family = max(int(tested.sum()), 1)
    table.loc[tested, "p_holm"] = holm(table.loc[tested, "p"].tolist())
    table["detectable"] = [
        _detectable(row.error, row.own + row.others - 2, row.smallest_p, family)
        for row in table.itertuples()
    ]
    columns = ["juror", "own", "others", "difference", "low", "high", "p", "p_holm", "detectable"]
    return table.reindex(columns=columns)


def colleague_residuals(marks: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return marks less those of colleagues, and their standard deviations up to a constant.

    Both have shape (jurors, n), NaN where there is no mark or no colleague's.

    Parameters
    ----------
    marks : float array, shape (jurors, n)
        NaN where a juror gave none.
    own : bool array, shape (jurors, n)
        Whether the candidate is the juror's own, and marked.
    """
    others = ~np.isnan(marks) & ~own
    severity = fit_effects(marks, others).jurors
    level = marks - severity[:, np.newaxis]
    colleagues = others.sum(axis=0) - others  # (J, n): an own mark is not among them
    sums = np.where(others, level, 0.0)
    sums = sums.sum(axis=0) - sums
    known = ~np.isnan(marks) & (colleagues > 0) & others.any(axis=1, keepdims=True)
    mean = np.divide(sums, colleagues, out=np.full(marks.shape, np.nan), where=known)
    spread = np.sqrt(1 + np.divide(1, colleagues, out=np.full(marks.shape, np.nan), where=known))
    return level - mean, spread


def _compare_juror(
    residual: np.ndarray, spread: np.ndarray, own: np.ndarray, seed: int
) -> dict[str, float]:
    """Numbers, difference, its interval, p and standard error of one juror."""
    known = ~np.isnan(residual)
    left, labels = residual[known], own[known]
    counts = int(labels.sum()), int((~labels).sum())
    row: dict[str, float] = {"own": counts[0], "others": counts[1], "p": np.nan}
    row |= {"p_holm": np.nan, "error": np.nan, "smallest_p": np.nan}
    if min(counts) == 0:
        return row
    row["difference"] = float(left[labels].mean() - left[~labels].mean())
    freedom = sum(counts) - 2
    means = np.where(labels, left[labels].mean(), left[~labels].mean())
    square = ((left - means) ** 2).sum()
    if freedom < 1 or np.ptp(left) <= NO_SPREAD:
        return row
    error = float(np.sqrt(square / freedom * sum(1 / count for count in counts)))
    half = error * stdtrit(freedom, QUANTILES[1])
    found = _permuted(left / spread[known], labels, seed)
    return row | {
        "low": row["difference"] - half,
        "high": row["difference"] + half,
        "p": found.p,
        "smallest_p": found.smallest,
        "error": error,
    }


def _permuted(values: np.ndarray, labels: np.ndarray, seed: int) -> PermutationP:
    """The p of the mean over labelled values, by permuted labels."""
    arrangements = arrange(labels.astype(float), seed, DRAWS)
    share = values / labels.sum()
    return arrangements.test(float(share[labels].sum()), arrangements.levels @ share)


def _detectable(error: float, freedom: float, smallest_p: float, family: int) -> float:
    """The difference that could have been seen among a family; NaN if none could."""
    if np.isnan(smallest_p) or smallest_p * family >= LEVEL:
        return float("nan")
    return detectable_difference(error, freedom, LEVEL / family)


def _compare_together(marks: np.ndarray, own: np.ndarray, seed: int) -> Estimate:
    """The difference of all jurors together."""
    marked = ~np.isnan(marks)
    own = own & marked
    total = int(own.sum())
    left = fit_effects(marks, marked).residuals
    about = fit_effects(own.astype(float), marked).residuals
    length = float((about**2).sum())
    freedom = residual_freedom(marked) - 1
    if length <= NO_SPREAD or freedom < 1:
        return Estimate(float("nan"), pairs=total, unit="labels within jurors")
    value, error = slope_and_error(left, about, freedom)
    half = error * stdtrit(freedom, QUANTILES[1])
    drawn = _permuted_together(left, own, marked, seed)
    found = p_among(value * np.sqrt(length), drawn)
    return Estimate(
        value,
        float(value - half),
        float(value + half),
        found.p,
        pairs=total,
        smallest_p=found.smallest,
        unit="labels within jurors",
    )


def _permuted_together(
    left: np.ndarray, own: np.ndarray, marked: np.ndarray, seed: int
) -> np.ndarray:
    """The coefficient of own over its standard error, but for σ, of each draw of labels."""
    rng = np.random.default_rng(seed)
    drawn: list[np.ndarray] = []
    batch = max(1, CELLS // own.size)
    for start in range(0, PERMUTATIONS, batch):
        count = min(batch, PERMUTATIONS - start)
        labels = np.zeros((count, *own.shape))
        for at, members in enumerate(marked):
            if own[at].any():
                given = np.tile(own[at, members].astype(float), (count, 1))
                labels[:, at, members] = rng.permuted(given, axis=1)
        about = fit_effects(labels, marked).residuals
        length = np.sqrt((about * labels).sum(axis=(1, 2)))
        product = (labels * left).sum(axis=(1, 2))
        drawn.append(np.divide(product, length, out=np.zeros(count), where=length > NO_SPREAD))
    return np.concatenate(drawn)
