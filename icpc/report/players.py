"""The candidates of a report, best first."""

import pandas as pd

from icpc.study import Study, result_labels

PEOPLE = ["name", "country", "recording", "seconds"]


def players(study: Study, groups: pd.Series, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the RANKING table with who the candidates are, what they reached, and their kind."""
    table = study.ranking.join(study.results[PEOPLE], on="candidate")
    candidate = table["candidate"]
    number = {kind: at for at, kind in enumerate(kinds)}
    return table.assign(
        reached=candidate.map(result_labels(study)),
        passed=candidate.map(study.passed),
        kind=candidate.map(groups).map(number).fillna(-1).astype(int),
    )
