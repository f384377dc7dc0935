"""Hit-rates under each counting, to be switched between."""

from collections.abc import Mapping
from typing import Any

from icpc.study.hit_rate import HitRate, published_hit_rate, study_hit_rate
from icpc.study.study import Settings, Study, run_study
from ranking.errors import RankingError


def hit_rate_curves(study: Study) -> dict[str, HitRate]:
    """Return the hit-rates of a study by what they are called; none where results do not allow it.

    The study's own comes first, then the other counting of the same verdicts, then a published one.
    """
    seed = study.settings.seed
    if study.settings.count == "paper":
        other = Settings(seed=seed)
    else:
        other = Settings(method="wins", count="paper", seed=seed)
    try:
        own = study_hit_rate(study)
        tally = study_hit_rate(run_study(study.competition, study.comparisons, other))
    except RankingError:  # no results, or all or none passed
        return {}
    found = {_called(study.settings): own, _called(other): tally}
    if study.competition.published_curve is not None:
        found["the paper's Figure 2, from its own points"] = published_hit_rate(
            study.competition.published_curve, seed
        )
    return found


def curve_data(held: HitRate, place: Mapping[str, int]) -> dict[str, Any]:
    """Return what the page draws of a hit-rate; points that are no candidates go by name."""
    curve = held.curve
    at = curve.loc[curve["k"] == held.summary.cut, held.x].iloc[-1]
    known = curve["candidate"].isin(list(place))
    return {
        "x": held.x,
        "base": held.summary.base_rate,
        "cut": at,
        "player": None if not known.all() else curve["candidate"].map(place).tolist(),
        "name": None if known.all() else curve["candidate"].tolist(),
        "tiers": None if known.all() else held.tiers,
        "tier": None if known.all() else curve["reached"].map(held.tiers.index).tolist(),
        **{
            name: curve[column].tolist()
            for name, column in (
                ("k", "k"),
                ("wins", "wins"),
                ("reached", "reached"),
                ("rate", "hit_rate"),
                ("low", "null_low"),
                ("high", "null_high"),
            )
        },
    }


def _called(settings: Settings) -> str:
    if settings.count == "paper":
        return "the paper's counting: pairs of unequal result only, by raw wins"
    return f"every comparison, by {settings.method}"
