"""The report in words: one sentence with its uncertainty, and the remarks."""

from icpc.competition.rounds import round_or_score_label
from icpc.findings.finding import Findings
from icpc.study.study import Study

MAX_NAMED = 3


def headline_sentence(study: Study, findings: Findings) -> str:
    """Return who is ranked first, how surely, and how the ranking compares with random judges."""
    auc = findings.get("auc")
    agreement = (
        f"{auc.sentence[0].lower()}{auc.sentence[1:]}"
        if auc
        else "there is no result to compare the ranking with."
    )
    return f"{_first(study)}; {agreement}"


def passing_phrase(study: Study) -> str:
    """Return what candidates who passed did, to follow "who": "passed into stage1"."""
    score, rounds = study.comparisons.passing_score, study.competition.rounds
    level = round_or_score_label(rounds, score)
    return f"passed into {level}" if level in rounds else f"scored {score:g} or more"


def report_remarks(study: Study) -> list[str]:
    """Return the remarks on the comparisons and the ranking, as sentences."""
    remarks = [text.strip() for text in (study.comparisons.remark, *study.remarks) if text.strip()]
    ids = set(study.competition.roster["candidate"])
    return [_sentence(text, named=text.partition(":")[0] in ids) for text in remarks]


def _sentence(text: str, *, named: bool) -> str:
    """The text with a capital, if it does not begin with an id, and a full stop."""
    sentence = text if named else text[0].upper() + text[1:]
    return sentence if sentence[-1] in ".!?" else f"{sentence}."


def _first(study: Study) -> str:
    ranking, names = study.ranking, study.results["name"]
    leaders = ranking[ranking["rank"] == 1]
    could = int((ranking["rank_low"] == 1).sum())
    if len(leaders) > 1:
        leading = [names[candidate] for candidate in leaders["candidate"]]
        who = (
            f"{', '.join(leading[:-1])} and {leading[-1]}"
            if len(leading) <= MAX_NAMED
            else f"{len(leading):,} candidates"
        )
        first = f"{who} share the first rank of {len(ranking):,} candidates"
    else:
        name = names[leaders["candidate"].iloc[0]]
        first = f"{name} is ranked first of {len(ranking):,} candidates"
    if leaders["rank_low"].isna().all():
        return f"{first} ({study.settings.method} gives no intervals)"
    others = could - len(leaders)
    sure = f"{others:,} more" if others else "nobody else"
    low, high = leaders["rank_low"].min(), leaders["rank_high"].max()
    return f"{first} (95 % interval of the rank: {low} to {high}; {sure} could be first)"
