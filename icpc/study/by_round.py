"""Results by round: what candidates reached, and what the ranking predicts.

Conventions
-----------
Rounds predicted and passed into are scores that occur, named by the round passed into; whoever
passed a round and withdrew counts in the next, as in ``judge check``. The *result* of a candidate
is that of :func:`icpc.study.study.result_labels`, the last round played.

The prediction puts candidates into the scores in the order of the ranking, as many into each as
actually have it; of equal strengths, the smaller id ranks higher. Candidates whose score is not
known are left out.
"""

import numpy as np
import pandas as pd

from icpc.competition.rounds import MAX_ROUNDS, round_or_score_label
from icpc.study.study import Study, result_labels
from ranking.uncertainty.probabilities import probabilities_among


def result_tiers(study: Study) -> tuple[str, ...]:
    """Return the known results from the lowest to the highest: rounds, then scores of no round."""
    known = study.results["score"].dropna().sort_values(kind="stable").index
    return tuple(dict.fromkeys([*study.competition.rounds, *result_labels(study)[known]]))


def tier_by_candidate_and_tiers(study: Study) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the group of each candidate, empty if unknown, and all groups from the lowest.

    Groups are the results or, if there are more than ``MAX_ROUNDS``, who passed and who did not.
    """
    labels, order = result_labels(study), result_tiers(study)
    if len(order) <= MAX_ROUNDS:
        return labels, order
    failed, passed = "did not pass", "passed"
    groups = study.passed.map({True: passed, False: failed})
    return groups.reindex(labels.index, fill_value=""), (failed, passed)


def predicted_by_actual_round_counts(study: Study) -> pd.DataFrame:
    """Return the confusion matrix of rounds predicted (rows) and passed into (columns).

    The lowest round comes first. The row and the column of a round have the same sum.
    """
    score = study.results["score"].dropna()
    levels, own = np.unique(score, return_inverse=True)
    best_first = study.ranking.sort_values(["strength", "candidate"], ascending=[False, True])
    ranked = best_first["candidate"][best_first["candidate"].isin(score.index)]
    predicted = pd.Series(np.sort(own)[::-1], index=ranked)
    counts = np.zeros((len(levels), len(levels)), dtype=int)
    np.add.at(counts, (predicted[score.index].to_numpy(), own), 1)
    names = [round_or_score_label(study.competition.rounds, level) for level in levels]
    return pd.DataFrame(counts, index=names, columns=names)


def reached_by_round(study: Study) -> dict[str, frozenset[str]]:
    """Return who passed into each round that some, but not all, passed into, the lowest first.

    Where somebody's result is not known, or there are more than ``MAX_ROUNDS`` scores, there are
    none.
    """
    score = study.results["score"]
    levels = np.unique(score)[1:]  # a missing one is the last
    if score.isna().any() or len(levels) >= MAX_ROUNDS:
        return {}
    return {
        round_or_score_label(study.competition.rounds, level): frozenset(
            score.index[score >= level]
        )
        for level in levels
    }


def ranking_with_probabilities(study: Study) -> pd.DataFrame:
    """Return the RANKING table with probabilities of ranks, missing where no ranks were drawn.

    Returns
    -------
    table of RANKING, with more columns
        ``p_first_place``; and of each round of :func:`reached_by_round` ``p_reach_ROUND``, of being
        among as many of the component as passed into it.
    """
    chosen = {f"p_reach_{name}": those for name, those in reached_by_round(study).items()}
    table = probabilities_among(study.intervals, chosen)
    return study.ranking.join(table.astype(float), on="candidate")
