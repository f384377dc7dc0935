"""Whether marks rise or fall along the order of appearance, over days or over sessions.

Conventions
-----------
A *position* is a number that each candidate has in a round: the place in the order of appearance,
the day, the session. Of each round the candidates' marks are taken without the jurors' severities,
by mark = candidate + juror. The *slope* is in points for one position.

Where candidates play in several rounds, at positions that change from round to round, the slope is
that in mark = candidate + round + slope × position + error: the candidates' strengths are in the
model, and only those in several rounds tell anything. In one round each candidate has one position,
so a trend cannot be told from who played when: the slope is that of an *association*, which is the
trend where the order was drawn at random, and then the strengths are part of its error. The test
permutes the positions of a round over the candidates in it, the interval is that of Student's t.

A juror's slope is that of the marks less those of colleagues, so the candidates' strengths drop out
in one round as well: it says whether this juror's marks rise more than those of colleagues, not
whether all of them rise.

*Without the trend* a mark is less by slope × (position − its mean in the round). Who would have
passed then is compared with who passes by the same marks with it.

References
----------
.. [1] L. C. Page, K. Page, "Last shall be first: a field study of biases in sequential performance
   evaluation on the Idol series", Journal of Economic Behavior & Organization 2010.
.. [2] W. Bruine de Bruin, "Save the last dance for me: unwanted serial position effects in jury
   evaluations", Acta Psychologica 2005.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from ranking.evaluation.multiple import holm
from ranking.evaluation.permutation import PERMUTATIONS, p_among
from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.jurors.effects import fit_effects, residual_freedom, slope_and_error
from ranking.jurors.favouritism import colleague_residuals

NO_SPREAD = 1e-9  # of positions or marks, that rounding may leave
MIN_CANDIDATES = 4
"""Fewest candidates with a position for a slope with an interval."""


@dataclass(frozen=True)
class PositionedRound:
    """The marks of one round, and the positions of its candidates."""

    name: str
    """Name of the round."""
    candidates: pd.Index
    """Ids of the candidates."""
    marks: np.ndarray
    """Marks, NaN where a juror gave none; the same jurors in all rounds; float, (jurors, n)."""
    position: np.ndarray
    """Position of each candidate, NaN where it is not known; float, shape (n,)."""
    passing: int | None = None
    """How many passed the round; None where it is not known."""


@dataclass(frozen=True)
class OrderTrend:
    """The trend of marks along positions."""

    slope: Estimate
    """Points for one position; ``pairs`` is the number of candidates in rounds that tell it."""
    identified: bool
    """Whether the candidates' strengths are in the model, from several rounds; else the slope is
    an association, which is the trend only where the order was drawn at random."""
    span: float
    """Largest difference of positions within a round."""
    jurors: pd.DataFrame
    """One row for each juror with a slope: ``juror``, ``slope`` less that of colleagues, its 95 %
    interval ``low``, ``high``; ``p``, ``p_holm`` corrected over jurors."""
    moved: pd.DataFrame
    """Candidates on another side of the cut without the trend: ``round``, ``candidate``,
    ``passes`` whether the candidate passes without the trend."""


def estimate_trend(
    rounds: Sequence[PositionedRound], jurors: Sequence[str], seed: int = 0
) -> OrderTrend:
    """Return the trend of marks along positions, by all jurors together and by each.

    Parameters
    ----------
    rounds : marks and positions of each round, in the order they were played
    jurors : names of the jurors
    seed : seed of the permutations
    """
    known = [_with_position(one) for one in rounds]
    known = [one for one in known if len(one.candidates) and np.ptp(one.position) > NO_SPREAD]
    slope, identified = _slope(known, seed)
    return OrderTrend(
        slope,
        identified,
        max((float(np.ptp(one.position)) for one in known), default=float("nan")),
        _juror_slopes(known, jurors),
        _moved(known, slope.value),
    )


def _with_position(one: PositionedRound) -> PositionedRound:
    """The round of the candidates who have a position and a mark."""
    there = ~np.isnan(one.position) & ~np.isnan(one.marks).all(axis=0)
    return PositionedRound(
        one.name, one.candidates[there], one.marks[:, there], one.position[there], one.passing
    )


def _strengths(one: PositionedRound) -> np.ndarray:
    """The candidates' marks without the jurors' severities, shape (n,)."""
    return fit_effects(one.marks, ~np.isnan(one.marks)).candidates


def _slope(rounds: Sequence[PositionedRound], seed: int) -> tuple[Estimate, bool]:
    """The slope, and whether the candidates' strengths are in the model."""
    if not rounds:
        return Estimate(float("nan")), False
    candidates = pd.Index(dict.fromkeys(name for one in rounds for name in one.candidates))
    level = np.full((len(rounds), len(candidates)), np.nan)
    position = level.copy()
    for at, one in enumerate(rounds):
        there = candidates.get_indexer(one.candidates)
        level[at, there], position[at, there] = _strengths(one), one.position
    several = (~np.isnan(level)).sum(axis=0) > 1
    repeated = level[:, several], position[:, several]
    both = _fit(*repeated, seed) if several.any() else Estimate(float("nan"))
    if not np.isnan(both.low):
        return both, True
    first = ~np.isnan(level[0])
    return _fit(level[:1, first].T, position[:1, first].T, seed), False


def _fit(level: np.ndarray, position: np.ndarray, seed: int) -> Estimate:
    """The slope of levels along positions, less the effects of rows and of columns.

    A single column is that of one round: its effect is the mean, and rows have none.
    """
    there = ~np.isnan(level)
    alone = level.shape[1] == 1
    count = int(there.any(axis=0).sum()) if not alone else len(level)
    freedom = (len(level) - 1 if alone else residual_freedom(there)) - 1
    kept = np.where(there, position, 0.0)
    about = _centred(kept, there, alone=alone)
    left = _centred(np.where(there, level, 0.0), there, alone=alone)
    square = float((about**2).sum())
    if count < MIN_CANDIDATES or freedom < 1 or square <= NO_SPREAD * (1 + (kept**2).sum()):
        return Estimate(float("nan"), pairs=count, unit="positions within rounds")
    value, error = slope_and_error(left, about, freedom)
    half = error * float(stdtrit(freedom, QUANTILES[1]))
    drawn = _permuted(kept, left, there, seed, alone=alone)
    found = p_among(value * np.sqrt(square), drawn)
    return Estimate(
        value,
        value - half,
        value + half,
        found.p,
        pairs=count,
        smallest_p=found.smallest,
        unit="positions within rounds",
    )


def _centred(values: np.ndarray, there: np.ndarray, *, alone: bool) -> np.ndarray:
    """Values less their mean, or less the effects of rows and of columns."""
    if alone:
        return np.asarray(values - values.mean(axis=-2, keepdims=True))
    return fit_effects(values, there).residuals


def _permuted(
    position: np.ndarray, left: np.ndarray, there: np.ndarray, seed: int, *, alone: bool
) -> np.ndarray:
    """The slope over its standard error, but for σ, of each draw of positions within rounds."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros((PERMUTATIONS, *position.shape))
    rows = [there[:, 0]] if alone else list(there)
    for at, members in enumerate(rows):
        where = (slice(None), members, 0) if alone else (slice(None), at, members)
        own = position[members, 0] if alone else position[at, members]
        drawn[where] = rng.permuted(np.tile(own, (PERMUTATIONS, 1)), axis=1)
    about = _centred(drawn, there, alone=alone)
    length = np.sqrt((about**2).sum(axis=(1, 2)))
    product = (about * left).sum(axis=(1, 2))
    return np.divide(product, length, out=np.zeros(PERMUTATIONS), where=length > NO_SPREAD)


def _juror_slopes(rounds: Sequence[PositionedRound], jurors: Sequence[str]) -> pd.DataFrame:
    """The slope of each juror's marks, less those of colleagues."""
    pieces = []
    for one in rounds:
        none = np.zeros(one.marks.shape, dtype=bool)
        residual = colleague_residuals(one.marks, none)[0]
        pieces.append((residual, np.where(np.isnan(residual), np.nan, one.position)))
    rows = []
    for at, juror in enumerate(jurors):
        own = [(left[at], position[at]) for left, position in pieces]
        own = [
            (left[~np.isnan(left)], place[~np.isnan(left)])
            for left, place in own
            if (~np.isnan(left)).any()
        ]
        rows.append({"juror": juror} | _line(own))
    columns = ["juror", "slope", "low", "high", "p"]
    table = pd.DataFrame(rows, columns=columns).dropna(subset="slope").reset_index(drop=True)
    return table.assign(p_holm=holm(table["p"].tolist()))


def _line(rounds: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """The slope of values along positions of rounds, each with a mean of its own."""
    if not rounds:
        return {}
    left = np.concatenate([values - values.mean() for values, _ in rounds])
    about = np.concatenate([place - place.mean() for _, place in rounds])
    square, freedom = float((about**2).sum()), len(left) - len(rounds) - 1
    if freedom < 1 or square <= NO_SPREAD:
        return {}
    slope, error = slope_and_error(left, about, freedom)
    half = error * float(stdtrit(freedom, QUANTILES[1]))
    p = 2 * float(stdtr(freedom, -abs(slope) / error)) if error > 0 else 1.0
    return {"slope": slope, "low": slope - half, "high": slope + half, "p": p}


def _moved(rounds: Sequence[PositionedRound], slope: float) -> pd.DataFrame:
    """Candidates who are on another side of the cut without the trend."""
    pieces = [pd.DataFrame(columns=["round", "candidate", "passes"])]
    for one in rounds:
        if one.passing is None or np.isnan(slope):
            continue
        level = _strengths(one)
        without = level - slope * (one.position - one.position.mean())
        before, after = (_first(values, one.passing) for values in (level, without))
        other = before != after
        pieces.append(
            pd.DataFrame(
                {"round": one.name, "candidate": one.candidates[other], "passes": after[other]}
            )
        )
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled, ignore_index=True) if filled else pieces[0]


def _first(values: np.ndarray, count: int) -> np.ndarray:
    """Whether each is among the largest, equals by their order; bool, shape (n,)."""
    first = np.zeros(len(values), dtype=bool)
    first[np.argsort(-np.round(values, 9), kind="stable")[:count]] = True
    return first
