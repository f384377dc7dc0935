"""The first screen of the report: who compared, who is first, and three plain checks.

Conventions
-----------
Everything is a plain sentence; numbers of tests are with the findings, further down on the page.
"""

from math import isnan

from icpc.findings.finding import Findings, Outcome
from icpc.findings.plain import Mark, mark_of
from icpc.findings.wording import percent
from icpc.study.study import Study
from ranking.uncertainty.probabilities import probabilities_among

MAX_NAMED = 2
AGREEMENT = {
    Outcome.SIGNIFICANT: "it agrees with the result better than chance",
    Outcome.NOT_SIGNIFICANT: "its agreement with the result cannot be told from chance",
    Outcome.OPPOSITE: "it agrees with the result worse than chance",
}
Check = dict[str, str]


def who_compared(study: Study) -> str:
    """Return who made the comparisons: "17 jurors, stage 1", "Your own ranker"."""
    comparisons, titles = study.comparisons, study.competition.round_titles
    if "juror" in comparisons.table:
        jurors = comparisons.table["juror"].nunique()
        named = comparisons.rounds or _rounds_of_source(comparisons.source)
        rounds = ", ".join(titles.get(name, name) for name in named)
        return f"{jurors:,} juror{'s' if jurors != 1 else ''}{f', {rounds}' if rounds else ''}"
    if "ranker" in comparisons.provenance:
        return "A computer listening to recordings"
    if comparisons.votes is not None:
        return "Your own ranker"
    if "published" in comparisons.source:
        return study.competition.who_compared or "Published comparisons"
    return "Your own comparisons"


def page_title(study: Study) -> str:
    """Return the title of the competition; where it has none, what was ranked."""
    competition = study.competition
    if competition.title != competition.name or " " in competition.title:
        return competition.title
    who, ranked = who_compared(study), f"{len(study.ranking):,} candidates"
    if "juror" in study.comparisons.table:
        return f"{ranked} marked by {who}"
    return f"{ranked}: {who[0].lower()}{who[1:]}"


def plain_first(study: Study) -> str:
    """Return who is first, and how probably."""
    ranking, names = study.ranking, study.results["name"]
    leaders = ranking.loc[ranking["rank"] == 1, "candidate"].tolist()
    of_all = f"of {len(ranking):,}"
    if len(leaders) > MAX_NAMED:
        everyone = "all" if len(leaders) == len(ranking) else f"{len(leaders):,} {of_all}"
        return f"{everyone} candidates share the first place"
    if len(leaders) == MAX_NAMED:
        return f"{names[leaders[0]]} and {names[leaders[1]]} share the first place {of_all}"
    probability = probability_of_first(study).get(leaders[0])
    surely = "" if probability is None else f", with a probability of {_whole_percent(probability)}"
    return f"{names[leaders[0]]} is first {of_all}{surely}"


def plain_headline(study: Study, findings: Findings) -> str:
    """Return who compared, who is first and how probably, and how that agrees with the result."""
    return f"{who_compared(study)}: {plain_first(study)}; {_agreement(study, findings)}."


def plain_checks(study: Study, findings: Findings) -> list[Check]:
    """Return three checks: the result, the first place, contradictions.

    Each has a ``question``, an ``answer``, and a ``mark``: yes, no, or open.
    """
    return [_result_check(study, findings), _first_check(study), _cycle_check(findings)]


def probability_of_first(study: Study) -> dict[str, float]:
    """Return the probability of being first by id, where it is known."""
    table = probabilities_among(study.intervals, {})
    return table["p_first_place"].astype(float).to_dict()


def _rounds_of_source(source: str) -> list[str]:
    """The rounds that a run's own words on its source name."""
    _, within, rest = source.partition(" jurors in ")
    if not within or rest.startswith("all rounds"):
        return []
    return rest.rpartition(" (")[0].split(", ")


def _whole_percent(share: float) -> str:
    if share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def _agreement(study: Study, findings: Findings) -> str:
    """How the ranking agrees with the result, in a clause."""
    accuracy = findings.get("pair_accuracy")
    if accuracy is None or isnan(accuracy.value):
        return "the result is not yet known"
    if study.decided_by_marks:
        return f"these marks decided {study.decided}, so that the result says nothing of them"
    return AGREEMENT.get(accuracy.outcome, "it cannot be tested against the result")


def _result_check(study: Study, findings: Findings) -> Check:
    question = "Does it agree with the result?"
    accuracy = findings.get("pair_accuracy")
    if accuracy is None or isnan(accuracy.value):
        return _check(question, Mark.OPEN, "Not yet known: no results are given.")
    went = f"{percent(accuracy.value)} of the comparisons went to the one who got further."
    if study.decided_by_marks:
        return _check(
            question, Mark.OPEN, f"These marks decided {study.decided} themselves. {went}"
        )
    answer = {
        Outcome.SIGNIFICANT: "Better than chance.",
        Outcome.NOT_SIGNIFICANT: "It cannot be told from chance.",
        Outcome.OPPOSITE: "Worse than chance.",
    }.get(accuracy.outcome, "It cannot be tested.")
    return _check(question, mark_of(accuracy), f"{answer} {went}")


def _first_check(study: Study) -> Check:
    question, ranking = "Is it sure who is first?", study.ranking
    if ranking["rank_low"].isna().all():
        return _check(question, Mark.OPEN, f"No ranges: {study.intervals.uncertainty.reason}.")
    possible = len(study.intervals.possible_leaders & set(ranking["candidate"]))
    if possible <= 1:
        return _check(question, Mark.GOOD, "Yes: nobody else could well be first.")
    could = f"any of {possible:,} of {len(ranking):,} candidates could be first"
    if (ranking["rank_high"] == 1).any():
        return _check(question, Mark.OPEN, f"By the range, yes; tested pair by pair, {could}.")
    return _check(question, Mark.BAD, f"No: {could}.")


def _cycle_check(findings: Findings) -> Check:
    question, found = "Are the comparisons consistent?", findings.get("circular_triads")
    if found is None or found.outcome is Outcome.NOT_APPLICABLE or isnan(found.value):
        return _check(question, Mark.OPEN, "There are too few comparisons to tell.")
    times = "Never" if not found.value else f"{found.value:,.0f} times"
    times = "Once" if found.value == 1 else times
    answer = {
        Outcome.SIGNIFICANT: "that is less often than by chance",
        Outcome.OPPOSITE: "that is more often than by chance",
    }.get(found.outcome, "that cannot be told from chance")
    return _check(question, mark_of(found), f"{times} A beat B, B beat C and C beat A: {answer}.")


def _check(question: str, mark: Mark | None, answer: str) -> Check:
    return {"question": question, "mark": (mark or Mark.OPEN).value, "answer": answer}
