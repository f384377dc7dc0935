"""What a report says in words: all of it in one sentence with its uncertainty, and its remarks."""

from icpc.competition.rounds import level_name
from icpc.findings.finding import Findings
from icpc.study.study import Study

MOST_NAMED = 3


def verdict(study: Study, findings: Findings) -> str:
    """Return who stands first, how surely, and whether the ranking tells more than chance does."""
    auc = findings.get("auc")
    held = (
        f"{auc.sentence[0].lower()}{auc.sentence[1:]}"
        if auc
        else "no result is known that it could be held against."
    )
    return f"{_first(study)}; {held}"


def hurdle(study: Study) -> str:
    """What those did who count as passed, after "who"."""
    least, rounds = study.comparisons.passing_score, study.competition.rounds
    level = level_name(rounds, least)
    return f"passed into {level}" if level in rounds else f"scored {least:g} or more"


def sentences(study: Study) -> list[str]:
    """Return what to know before believing the ranking, as sentences."""
    said = [text.strip() for text in (study.comparisons.remark, *study.remarks) if text.strip()]
    ids = set(study.competition.roster["candidate"])
    return [_sentence(text, named=text.partition(":")[0] in ids) for text in said]


def _sentence(text: str, *, named: bool) -> str:
    """The text with a capital, if it does not begin with an id, and a full stop."""
    begun = text if named else text[0].upper() + text[1:]
    return begun if begun[-1] in ".!?" else f"{begun}."


def _first(study: Study) -> str:
    ranking, names = study.ranking, study.results["name"]
    leaders = ranking[ranking["rank"] == 1]
    could = int((ranking["rank_low"] == 1).sum())
    if len(leaders) > 1:
        called = [names[candidate] for candidate in leaders["candidate"]]
        who = (
            f"{', '.join(called[:-1])} and {called[-1]}"
            if len(called) <= MOST_NAMED
            else f"{len(called):,} candidates"
        )
        said = f"{who} share the first place of {len(ranking):,}"
    else:
        said = f"{names[leaders['candidate'].iloc[0]]} stands first of {len(ranking):,} candidates"
    if leaders["rank_low"].isna().all():
        return f"{said} ({study.settings.method} gives no intervals)"
    others = could - len(leaders)
    sure = f"{others:,} more" if others else "nobody else"
    low, high = leaders["rank_low"].min(), leaders["rank_high"].max()
    return f"{said} (95 % interval of the rank: {low} to {high}; {sure} could be first)"
