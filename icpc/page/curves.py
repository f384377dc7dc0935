"""Hit-rate curves, one for each way of counting, to switch between on the page."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from icpc.study.hit_rate import (
    HitRateCurve,
    hit_rate_curve_from_json,
    hit_rate_curve_to_json,
    kept_hit_rate_curve,
    published_points_hit_rate_curve,
    study_hit_rate_curve,
)
from icpc.study.kept import KeptResults
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.errors import RankingError


def hit_rate_curves_by_label(kept: KeptResults) -> dict[str, HitRateCurve]:
    """Return the hit-rates of a study by their labels; none where results do not allow any.

    The study's own comes first, then the other counting of the same comparisons, then that of the
    published points, if there are any. The first two are kept with the run.

    Parameters
    ----------
    kept
        What is kept of the study.
    """
    study = kept.study.largest
    other = _other_counting(study.settings)
    recount, to_json, from_json = (
        partial(_recounted, study, other),
        hit_rate_curve_to_json,
        hit_rate_curve_from_json,
    )
    try:
        found = {
            _label(study.settings): kept_hit_rate_curve(kept),
            _label(other): kept.get("recounted_hit_rate", recount, to_json, from_json),
        }
    except RankingError:  # no results, or all or none passed
        return {}
    if study.competition.published_curve is not None:
        found["the paper's Figure 2, from its own points"] = published_points_hit_rate_curve(
            study.competition.published_curve, study.settings.seed
        )
    return found


def hit_rate_page_data(hit_rate: HitRateCurve, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return what the page draws of a hit-rate, by name.

    Points that are not among the ranked candidates have names and tiers of their own.
    """
    curve = hit_rate.curve
    at = curve.loc[curve["k"] == hit_rate.summary.top_half, hit_rate.x_column].iloc[-1]
    known = curve["candidate"].isin(list(rank_index))
    return {
        "x": hit_rate.x_column,
        "base": hit_rate.summary.base_rate,
        "cut": at,
        "candidate": None if not known.all() else curve["candidate"].map(rank_index).tolist(),
        "name": None if known.all() else curve["candidate"].tolist(),
        "tiers": None if known.all() else hit_rate.tiers,
        "tier": None if known.all() else curve["reached"].map(hit_rate.tiers.index).tolist(),
        "k": curve["k"].tolist(),
        "wins": curve["wins"].tolist(),
        "reached": [hit_rate.titles.get(one, one) for one in curve["reached"]],
        "rate": curve["hit_rate"].tolist(),
        "low": curve["null_low"].tolist(),
        "high": curve["null_high"].tolist(),
    }


def _other_counting(own: Settings) -> Settings:
    """Settings that count as those of a study do not."""
    if own.count == "paper":
        return Settings(seed=own.seed)
    return Settings(method="wins", count="paper", seed=own.seed)


def _recounted(study: Study, settings: Settings) -> HitRateCurve:
    """The hit-rate of another counting of the same comparisons."""
    again = run_study(study.competition, study.comparisons, settings, with_intervals=False)
    return study_hit_rate_curve(again)


def _label(settings: Settings) -> str:
    if settings.count == "paper":
        return "the paper's counting: pairs of unequal result only, by raw wins"
    return f"every comparison, by {settings.method}"
