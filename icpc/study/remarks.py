"""What a reader must know before believing a ranking."""

from icpc.competition.competitions import Competition
from ranking.comparisons.schedule import Schedule, follows_result
from ranking.comparisons.tally import Tally
from ranking.files.text import printable
from ranking.methods.method import Method

FEW = 10  # candidates; below that the 95 % ranges cover 80 to 92 % in simulation


def list_remarks(
    competition: Competition, tally: Tally, schedule: Schedule, method: Method
) -> list[str]:
    """What a reader must know before believing the ranking."""
    said = []
    absent = len(competition.judged) - len(tally.candidates)
    if absent:
        said.append(
            f"{absent} of the {len(competition.judged)} candidates have no comparisons and are not "
            "ranked."
        )
    exempt = int(competition.roster["exempt"].sum())
    if exempt:
        said.append(f"{exempt} more were exempt from the judged round: known, but not judged.")
    if not schedule.even:
        score = competition.score
        said.append(
            _uneven(
                schedule,
                method,
                follows_result(tally, score.loc[tally.candidates].to_numpy(dtype=float)),
            )
        )
    if len(tally.candidates) < FEW:
        said.append(
            f"only {len(tally.candidates)} candidates: resampling so few makes the ranges of "
            "rank too narrow."
        )
    if len(schedule.groups) > 1:
        said.append(_split(schedule, method))
    return said


def _uneven(schedule: Schedule, method: Method, follows: bool) -> str:
    span = (
        f"candidates were compared {schedule.fewest_comparisons:,} to "
        f"{schedule.most_comparisons:,} times"
    )
    why = "raw wins would give the result away" if follows else "raw wins would not be fair"
    if method.misled_by_uneven_schedule:
        return f"WARNING: {span}: ranking by {method.name} favours those who were compared more" + (
            ", and who was compared more depends on the result." if follows else "."
        )
    return f"{span}: {why}; ranked by {method.name}."


def _split(schedule: Schedule, method: Method) -> str:
    """Name the groups between which wins run one way only, or not at all."""
    shown = [_named(group) for group in schedule.groups[:4]]
    more = len(schedule.groups) - len(shown)
    listing = "; then ".join(shown) + (f"; then {more} more" if more else "")
    mend = f" {method.when_split}" if method.when_split else ""
    return (
        f"{len(schedule.groups)} groups of candidates never lost to a later one, or never met it: "
        f"{listing}.{mend}"
    )


def _named(group: tuple[str, ...]) -> str:
    names = ", ".join(map(printable, group[:3]))
    return names if len(group) <= 3 else f"{names} and {len(group) - 3} more"
