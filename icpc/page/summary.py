"""The report in words: one sentence with its uncertainty, and the remarks."""

from math import isnan

from icpc.competition.rounds import round_or_score_label
from icpc.findings.finding import Finding, Findings
from icpc.findings.wording import HEADLINE, p_clause, percent
from icpc.study.study import Study

MAX_NAMED = 3


def headline_sentence(study: Study, findings: Findings) -> str:
    """Return who is ranked first, how surely, and how the ranking compares with random judges."""
    return f"{_first(study)}; {_agreement(study, findings.get('pair_accuracy'))}"


def passing_phrase(study: Study) -> str:
    """Return what candidates who passed did, to follow "who": "passed into stage 1"."""
    score, rounds = study.comparisons.passing_score, study.competition.titles_of_rounds
    level = round_or_score_label(rounds, score)
    return f"passed into {level}" if level in rounds else f"scored {score:g} or more"


def report_remarks(study: Study) -> list[str]:
    """Return the remarks on the comparisons and the ranking, as sentences."""
    remarks = [text.strip() for text in study.all_remarks if text.strip()]
    ids = set(study.competition.roster["candidate"])
    return [_sentence(text, named=text.partition(":")[0] in ids) for text in remarks]


def _sentence(text: str, *, named: bool) -> str:
    """The text with a capital, if it does not begin with an id, and a full stop."""
    sentence = text if named else text[0].upper() + text[1:]
    return sentence if sentence[-1] in ".!?" else f"{sentence}."


def _first(study: Study) -> str:
    ranking, names = study.ranking, study.results["name"]
    leaders = ranking[ranking["rank"] == 1]
    if len(leaders) > 1:
        leading = [names[candidate] for candidate in leaders["candidate"]]
        who = (
            f"{', '.join(leading[:-1])} and {leading[-1]}"
            if len(leading) <= MAX_NAMED
            else f"{len(leading):,} candidates"
        )
        everyone = len(leaders) == len(ranking) > MAX_NAMED
        of_all = "" if everyone else f" of {len(ranking):,} candidates"
        first = f"{'all ' if everyone else ''}{who} share the first rank{of_all}"
    else:
        name = names[leaders["candidate"].iloc[0]]
        first = f"{name} is ranked first of {len(ranking):,} candidates"
    if leaders["rank_low"].isna().all():
        why = study.intervals.uncertainty.reason or f"{study.settings.method} gives none"
        return f"{first} (no 95 % interval: {why})"
    if len(leaders) == len(ranking):
        return first
    return f"{first} ({_who_else(study, len(study.intervals.possible_leaders) - len(leaders))})"


def _who_else(study: Study, others: int) -> str:
    """How many others could be first: by a test, since a range of rank is right on average only."""
    if study.intervals.components:
        who = f"{others:,} more" if others else "nobody else"
        return f"at 95 % confidence {who} could be first"
    whose = f"that of {others:,} more includes" if others else "nobody else's includes"
    return f"95 % intervals of rank: {whose} the first rank"


def _agreement(study: Study, accuracy: Finding | None) -> str:
    """How often comparisons went to the one who got further, in a clause."""
    if accuracy is None or isnan(accuracy.value):
        return "there is no result to compare the ranking with."
    went = (
        f"{percent(accuracy.value)} of the comparisons between candidates of unequal result went "
        "to the one who got further"
    )
    if study.decided_by_marks:
        return f"{went}, by marks that decided {study.decided} themselves."
    if accuracy.test is None:
        return f"{went}; there is no p."
    p = p_clause(accuracy.p, accuracy.test.p.at_floor)
    return f"{went}, {HEADLINE.of(accuracy.outcome)} ({p})."
