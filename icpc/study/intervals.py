"""Intervals of a study: what its settings and its comparisons allow, or why there are none.

Conventions
-----------
Comparisons by rankers that were fitted in folds depend on each other through the results of other
candidates, so they have no intervals. Ranges of rank hold each rank by itself, right on average, or
all ranks of a component together (:mod:`ranking.uncertainty.joint_ranks`), as ``ranges`` says.
Joint ranges come from tests of differences, which resampled windows do not give.

Where the results so far decided which pairs were compared, hardly anybody was compared with much
stronger or weaker candidates, and how far apart they are is not known: maximum likelihood spreads
strengths too far, and its 95 % intervals held 55 % of the true strengths of simulated fields. So
intervals of strength are unbounded then. Ranges of rank held 99.8 % of the true ranks
(``tests/benchmarks/selection.py --coverage``), and stay; comparisons are their unit whatever share
of the pairs was compared, since resampled candidates held 94.4 % where it was 60 %.

As JSON, a ranking is its strengths and its intervals, candidates in order of id, each array an .npy
file in base64: what is read equals what was written, bit by bit. Everything else follows from the
comparisons.
"""

from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings
from ranking.comparisons.tally import Tally
from ranking.errors import Given, RankingError
from ranking.files.records import check_fields, check_values, parse_array
from ranking.methods.method import ranking_by_strength
from ranking.uncertainty.component_intervals import ComponentIntervals
from ranking.uncertainty.rank_distribution import RankDistribution
from ranking.uncertainty.rank_intervals import Intervals, estimate_intervals, with_joint_ranges
from ranking.uncertainty.units import Uncertainty
from ranking.uncertainty.window_intervals import estimate_window_intervals

CROSS_FITTED = (
    "each pair was compared by a ranker fitted on the results of other candidates, so that "
    "comparisons depend on each other through the results"
)
COLUMNS = ("strength", "strength_low", "strength_high", "rank_low", "rank_high")
COMPONENT: dict[str, Any] = {
    **dict.fromkeys(("low", "high", "strength", "covariance", "ranks"), str),
    "smallest_p": str | None,
    "freedom": float,
}
"""Types of what JSON has of the intervals of a component."""


def study_intervals(
    ranking: pd.DataFrame, comparisons: Comparisons, tally: Tally, settings: Settings
) -> Intervals:
    """Return a ranking with the intervals that its settings ask for, missing where there are none.

    Parameters
    ----------
    ranking : table of RANKING, without intervals
    comparisons : what it was made from
    tally : the same comparisons, counted
    settings : how it was made, and which intervals it is to have

    Raises
    ------
    RankingError
        If windows are to be resampled and there are no votes on any, or if joint ranges are asked
        for and there are no intervals.
    """
    intervals = _intervals(ranking, comparisons, settings)
    if settings.ranges != "joint":
        return intervals
    if not intervals.components:
        raise RankingError(
            Given(ranges="joint"),
            f"there are no 95 % intervals: {intervals.uncertainty.reason}",
            "choose ranges of each rank",
            key="ranges-of-each",
        )
    return with_joint_ranges(intervals, tally)


def _intervals(ranking: pd.DataFrame, comparisons: Comparisons, settings: Settings) -> Intervals:
    """The ranking with intervals of each rank."""
    method, seed = settings.ranking_method, settings.seed
    if comparisons.cross_fitted:
        return Intervals(ranking, Uncertainty(reason=CROSS_FITTED))
    if settings.resample != "windows":
        chosen = comparisons.chosen_by_results
        intervals = estimate_intervals(
            ranking, comparisons.table, method, seed, chosen_by_results=chosen
        )
        return _with_unbounded_strengths(intervals) if chosen else intervals
    if comparisons.votes is None:
        raise RankingError(
            Given(resample="windows"),
            "these comparisons have no votes on windows",
            "rank votes on windows",
            key="give-votes",
        )
    return estimate_window_intervals(ranking, comparisons.votes, settings.vote, method, seed)


def _with_unbounded_strengths(intervals: Intervals) -> Intervals:
    """The intervals, those of strength unbounded."""
    ranking = intervals.ranking
    known = ranking["strength_low"].notna()
    ends = {
        "strength_low": ranking["strength_low"].mask(known, -np.inf),
        "strength_high": ranking["strength_high"].mask(known, np.inf),
    }
    return replace(intervals, ranking=ranking.assign(**ends))


def intervals_to_json(intervals: Intervals) -> dict[str, Any]:
    """Return a ranking with its intervals as values that JSON has."""
    in_order_of_id = intervals.ranking.sort_values("candidate", key=lambda ids: ids.astype(object))
    return {
        "columns": {name: _pack(in_order_of_id[name].to_numpy()) for name in COLUMNS},
        "uncertainty": asdict(intervals.uncertainty),
        "components": [
            {
                "low": _pack(one.low),
                "high": _pack(one.high),
                "strength": _pack(one.strength),
                "covariance": _pack(one.covariance),
                "freedom": one.freedom,
                "ranks": _pack(one.distribution.ranks.astype(np.uint16)),
                "smallest_p": None if one.smallest_p is None else _pack(one.smallest_p),
            }
            for one in intervals.components
        ],
    }


def intervals_from_json(tally: Tally, values: Any) -> Intervals:
    """Return the ranking of such values.

    Parameters
    ----------
    tally : the comparisons that were ranked, counted
    values : the values

    Raises
    ------
    ValueError
        If they are not those of a ranking of these comparisons.
    """
    kinds = {"columns": Any, "uncertainty": Any, "components": list[Any]}
    parts = check_values(values, kinds)
    texts = check_values(parts["columns"], dict.fromkeys(COLUMNS, str))
    n, own, members = len(tally.candidates), parts["components"], tally.components
    columns = {name: _unpack(text, (n,)) for name, text in texts.items()}
    ranking = ranking_by_strength(tally, columns.pop("strength"))
    ends = pd.DataFrame(columns, index=tally.candidates).loc[ranking["candidate"]]
    ranking = ranking.assign(**{name: ends[name].to_numpy() for name in columns})
    for low, point, high in (
        ("rank_low", "rank", "rank_high"),
        ("strength_low", "strength", "strength_high"),
    ):
        if ((ranking[low] > ranking[point]) | (ranking[point] > ranking[high])).any():
            raise ValueError("an interval without its estimate")
    if own and len(own) != len(members):
        raise ValueError("other components")
    found = zip(members, own, strict=False)
    return Intervals(
        ranking,
        Uncertainty(**check_fields(parts["uncertainty"], Uncertainty)),
        tuple(_component(tally.candidates[ids], one) for ids, one in found),
    )


def _component(candidates: pd.Index, values: Any) -> ComponentIntervals:
    """The intervals of a component."""
    parts, n = check_values(values, COMPONENT), len(candidates)
    arrays = {name: _unpack(parts[name], (n,)) for name in ("low", "high", "strength")}
    ranks = _unpack(parts["ranks"], (None, n)).astype(np.int32)
    if not len(ranks) or ranks.min() < 1 or ranks.max() > n:
        raise ValueError("no ranks of so many")
    least = parts["smallest_p"]
    return ComponentIntervals(
        candidates,
        **arrays,
        covariance=_unpack(parts["covariance"], (n, n)),
        freedom=np.nan if parts["freedom"] is None else parts["freedom"],
        distribution=RankDistribution(candidates, ranks),
        smallest_p=None if least is None else _unpack(least, (n, n)),
    )


def _pack(array: np.ndarray) -> str:
    """An array of numbers as text."""
    file = BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return b64encode(file.getvalue()).decode("ascii")


def _unpack(text: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """The array of such a text, of a shape; None: of any length."""
    array = parse_array(b64decode(text, validate=True))
    if len(array.shape) != len(shape) or any(
        length not in (None, own) for own, length in zip(array.shape, shape, strict=True)
    ):
        raise ValueError("another shape")
    if array.dtype.kind not in "iuf":
        raise ValueError("no numbers")
    return array.copy()
