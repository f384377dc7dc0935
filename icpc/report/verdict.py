"""The whole of a report in one sentence, with its uncertainty."""

import pandas as pd

from icpc.study import Study

MOST_NAMED = 3


def verdict(study: Study, findings: pd.DataFrame) -> str:
    """Return who stands first, how surely, and whether the ranking tells more than chance does."""
    found = findings.set_index("check")["finding"].get("AUC of passing")
    held = (
        f"{found[0].lower()}{found[1:]}"
        if found
        else "no result is known that it could be held against."
    )
    return f"{_first(study)}; {held}"


def _first(study: Study) -> str:
    ranking, names = study.ranking, study.results["name"]
    leaders = ranking[ranking["rank"] == 1]
    could = int((ranking["rank_low"] == 1).sum())
    if len(leaders) > 1:
        called = [names[candidate] for candidate in leaders["candidate"]]
        who = (
            f"{', '.join(called[:-1])} and {called[-1]}"
            if len(called) <= MOST_NAMED
            else f"{len(called)} candidates"
        )
        said = f"{who} share the first place of {len(ranking)}"
    else:
        said = f"{names[leaders['candidate'].iloc[0]]} stands first of {len(ranking)} candidates"
    others = could - len(leaders)
    sure = f"{others} more" if others else "nobody else"
    low, high = leaders["rank_low"].min(), leaders["rank_high"].max()
    return f"{said} (95 % interval of the rank: {low} to {high}; {sure} could be first)"
