"""The tables behind a report, to be taken out of the page as CSV."""

from collections.abc import Mapping

import pandas as pd

from icpc.hitrate import HitRate
from icpc.study import Study
from ranking.csv_output import to_csv

MOST_ROWS = 1_500_000  # of a table: what a page can hold


def downloads(
    study: Study, findings: pd.DataFrame, held: Mapping[str, HitRate]
) -> dict[str, tuple[str, int]]:
    """Return the text of each CSV and its number of rows, by file name."""
    tables = {
        "ranking.csv": study.ranking,
        "roster.csv": study.competition.roster,
        "comparisons.csv": study.verdicts.comparisons,
        "votes.csv": study.verdicts.votes,
        "hitrate.csv": next((curve.curve for curve in held.values()), None),
        "checks.csv": findings,
    }
    return {
        name: (to_csv(table), len(table))
        for name, table in tables.items()
        if table is not None and len(table) <= MOST_ROWS
    }
