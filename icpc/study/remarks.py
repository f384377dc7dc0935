"""Remarks on a ranking: what a reader must know before believing it."""

import pandas as pd

from icpc.competition.competitions import Competition
from ranking.comparisons.schedule import Schedule, equal_scores_rarely_compared
from ranking.comparisons.tally import Tally, effective_number
from ranking.evaluation.detectable import FEW_ACCURACY
from ranking.files.text import list_some
from ranking.methods.method import Method
from ranking.selection.adaptive import adaptive_remark

SHOWN = 4  # components or groups that a remark names


def ranking_remarks(
    competition: Competition,
    comparisons: pd.DataFrame,
    tally: Tally,
    schedule: Schedule,
    method: Method,
) -> list[str]:
    """Return what a reader must know before believing a ranking, as sentences.

    Parameters
    ----------
    competition
        Competition whose candidates were ranked.
    comparisons
        COMPARISONS table they were ranked from.
    tally, schedule
        Comparisons counted, and which pairs were compared how often.
    method
        How they were ranked.
    """
    remarks = []
    absent = len(competition.eligible) - len(tally.candidates)
    if absent:
        remarks.append(
            f"{absent} of the {len(competition.eligible)} candidates "
            f"{'has' if absent == 1 else 'have'} no comparisons and "
            f"{'is' if absent == 1 else 'are'} not ranked."
        )
    exempt = int(competition.roster["exempt"].sum())
    if exempt:
        remarks.append(
            f"{exempt} more {'was' if exempt == 1 else 'were'} exempt from the judged round: in "
            "the roster, but not ranked."
        )
    if not schedule.even:
        score = competition.score
        remarks.append(
            _uneven(
                schedule,
                method,
                equal_scores_rarely_compared(
                    tally, score.loc[tally.candidates].to_numpy(dtype=float)
                ),
            )
        )
    remarks += filter(None, [adaptive_remark(comparisons)])
    if "weight" in comparisons:
        number = tally.comparisons.sum()
        remarks.append(
            f"comparisons have weights: the {number:,.0f} tell as much as "
            f"{effective_number(comparisons):,.1f} of equal weight, (sum of weights)² / sum of "
            "squared weights. Weights move strengths and ranks; shares of comparisons count each "
            "once."
        )
    if len(schedule.components) > 1:
        remarks.append(_apart(schedule))
    if len(schedule.groups) > len(schedule.components):
        remarks.append(_split(schedule, method))
    if schedule.undetermined_pairs:
        remarks.append(_undetermined(schedule.undetermined_pairs))
    return remarks


def few_candidates(detectable: float) -> str:
    """Return that candidates are few, to end a clause; empty unless only a good ranker is found."""
    return "" if detectable <= FEW_ACCURACY else " with so few candidates"


def _uneven(schedule: Schedule, method: Method, follows: bool) -> str:
    span = (
        f"candidates were compared {schedule.fewest_comparisons:,} to "
        f"{schedule.most_comparisons:,} times each"
    )
    why = "raw wins would give the result away" if follows else "raw wins would be unfair"
    if method.needs_even_schedule:
        cause = ", which depends on the result" if follows else ""
        return (
            f"WARNING: {span}: ranking by {method.name} favours those who were compared more often"
            f"{cause}."
        )
    return f"{span}, so {why}; they are ranked by {method.name} instead."


def _split(schedule: Schedule, method: Method) -> str:
    """Name the groups between which wins run in one direction only, or not at all."""
    whole = {frozenset(component) for component in schedule.components}
    groups = [group for group in schedule.groups if frozenset(group) not in whole]
    shown = [list_some(group) for group in groups[:SHOWN]]
    more = len(groups) - len(shown)
    listing = "; then ".join(shown) + (f"; then {more} more" if more else "")
    strengths = f" {method.disconnected_remark}" if method.disconnected_remark else ""
    who = "the candidates" if len(whole) == 1 else "candidates who can be compared"
    return (
        f"{who} fall into {len(groups)} groups, each of which never lost to a later one or was "
        f"never compared with it: {listing}.{strengths}"
    )


def _apart(schedule: Schedule) -> str:
    """Say how many candidates cannot be compared with the others."""
    sizes = [len(component) for component in schedule.components]
    *most, last = [f"{size:,}" for size in sizes[:SHOWN]] + ["fewer"] * (len(sizes) > SHOWN)
    left_out = sum(sizes[1:])
    return (
        f"not comparable: comparisons join the candidates into {len(sizes)} components, of "
        f"{', '.join(most)} and {last} candidates, and tell nothing of how two components compare. "
        "Each is ranked by itself, from rank 1. Checks, the hit-rate and figures take the largest "
        f"and leave out {left_out:,} {'candidate' if left_out == 1 else 'candidates'}."
    )


def _undetermined(pairs: int) -> str:
    """Say that some orders are not determined."""
    which = "one pair" if pairs == 1 else f"{pairs:,} pairs"
    return (
        f"not determined: the order of {which} of candidates, since no wins lead from one of the "
        "two to the other, directly or through others. Their ranges of rank hold both orders."
    )
