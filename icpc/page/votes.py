"""Votes on windows on the page: their course over recitals, and their calibration."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from icpc.study.study import Study
from ranking.consistency.calibration import brier_score, vote_calibration
from ranking.consistency.vote_shares import (
    best_and_worst_windows,
    vote_shares_by_group_and_window,
    vote_shares_by_window,
)


def vote_shares_page_data(
    study: Study,
    rank_index: Mapping[str, int],
    tier_by_candidate: pd.Series,
    tiers: tuple[str, ...],
) -> dict[str, Any] | None:
    """Return shares of votes won by minute, of groups and of each candidate; None without votes.

    Parameters
    ----------
    study
        Study of the page.
    rank_index
        Index of each candidate in the ranking, by id.
    tier_by_candidate
        Tier of each candidate by id, one of ``tiers`` or empty if unknown.
    tiers
        Tiers from the lowest to the highest.
    """
    if study.comparisons.votes is None:
        return None
    table = vote_shares_by_window(study.comparisons.votes)
    course = vote_shares_by_group_and_window(table, tier_by_candidate)
    extreme = best_and_worst_windows(table)
    by_candidate = {
        rank_index[candidate]: {
            "minute": own["minute"].tolist(),
            "share": own["share"].tolist(),
            "votes": own["votes"].tolist(),
        }
        for candidate, own in table.groupby("candidate")
    }
    for candidate, best, worst in extreme.itertuples():
        own = table[table["candidate"] == candidate].set_index("window")["minute"]
        by_candidate[rank_index[candidate]] |= {"best": int(own[best]), "worst": int(own[worst])}
    return {
        "groups": [
            {
                "kind": tiers.index(row.group) if row.group in tiers else -1,
                "minute": row.minute,
                "share": row.share,
                "candidates": row.candidates,
            }
            for row in course.itertuples()
        ],
        "candidates": [by_candidate.get(at) for at in range(len(rank_index))],
    }


def study_calibration(study: Study) -> pd.DataFrame:
    """Return the calibration of a study's votes, without intervals if rankers share results."""
    score = study.results["score"]
    table = vote_calibration(study.comparisons.votes, score, study.settings.seed)
    return table.assign(low=np.nan, high=np.nan) if study.comparisons.cross_fitted else table


def calibration_page_data(study: Study) -> dict[str, Any] | None:
    """Return probabilities and observed results; None without votes on unequal results."""
    if study.comparisons.votes is None:
        return None
    table = study_calibration(study)
    if table.empty:
        return None
    rows = table.replace({np.nan: None}).to_dict("records")
    return {"rows": rows, "brier": brier_score(study.comparisons.votes, study.results["score"])}
