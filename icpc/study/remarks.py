"""Remarks on a ranking: what a reader must know before believing it."""

from icpc.competition.competitions import Competition
from ranking.comparisons.schedule import Schedule, equal_scores_rarely_compared
from ranking.comparisons.tally import Tally
from ranking.files.text import escape_controls
from ranking.methods.method import Method

FEW = 10  # candidates; with fewer, the 95 % intervals cover 80 to 92 % in simulation


def ranking_remarks(
    competition: Competition, tally: Tally, schedule: Schedule, method: Method
) -> list[str]:
    """Return what a reader must know before believing a ranking, as sentences.

    Parameters
    ----------
    competition
        Competition whose candidates were ranked.
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
    if len(tally.candidates) < FEW:
        remarks.append(
            f"only {len(tally.candidates)} candidates: with so few, the intervals of ranks are too "
            "narrow."
        )
    if len(schedule.groups) > 1:
        remarks.append(_split(schedule, method))
    return remarks


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
    shown = [_named(group) for group in schedule.groups[:4]]
    more = len(schedule.groups) - len(shown)
    listing = "; then ".join(shown) + (f"; then {more} more" if more else "")
    strengths = f" {method.disconnected_remark}" if method.disconnected_remark else ""
    return (
        f"the candidates fall into {len(schedule.groups)} groups, each of which never lost to a "
        f"later one or was never compared with it: {listing}.{strengths}"
    )


def _named(group: tuple[str, ...]) -> str:
    names = ", ".join(map(escape_controls, group[:3]))
    return names if len(group) <= 3 else f"{names} and {len(group) - 3} more"
