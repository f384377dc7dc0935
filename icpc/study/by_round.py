"""Rounds in tables: what candidates reached, and what was predicted of them.

Conventions
-----------
A *level* is a score that occurs, called by the round passed into; who passed a round and withdrew
counts in the next, as in ``judge check``. A *result* is what
:func:`icpc.study.study.result_labels` says of a candidate, the last round played.

The *predicted* level: as many of the top of the ranking as really have each score are put there, in
order; where equal strengths straddle a cut, the smaller id goes up. Candidates whose score is not
known are left out of it.
"""

import numpy as np
import pandas as pd

from icpc.competition.rounds import MOST_ROUNDS, level_name
from icpc.study.study import Study, result_labels


def result_order(study: Study) -> tuple[str, ...]:
    """Results from the lowest to the highest: the rounds, then other labels; not the unknown."""
    known = study.results["score"].dropna().sort_values(kind="stable").index
    return tuple(dict.fromkeys([*study.competition.rounds, *result_labels(study)[known]]))


def result_groups(study: Study) -> tuple[pd.Series, tuple[str, ...]]:
    """Return what to colour candidates by, unknown ones empty, and its kinds from the lowest.

    These are the results; where there are more than :data:`MOST_ROUNDS` kinds, who passed.
    """
    labels, order = result_labels(study), result_order(study)
    if len(order) <= MOST_ROUNDS:
        return labels, order
    out, passed = "did not pass", "passed"
    groups = study.passed.map({True: passed, False: out})
    return groups.reindex(labels.index, fill_value=""), (out, passed)


def rounds_predicted(study: Study) -> pd.DataFrame:
    """Return how many were put into each level (rows) and have it (columns), the lowest first.

    Row and column of a level have the same sum.
    """
    score = study.results["score"].dropna()
    levels, own = np.unique(score, return_inverse=True)
    best_first = study.ranking.sort_values(["strength", "candidate"], ascending=[False, True])
    ranked = best_first["candidate"][best_first["candidate"].isin(score.index)]
    predicted = pd.Series(np.sort(own)[::-1], index=ranked)
    counts = np.zeros((len(levels), len(levels)), dtype=int)
    np.add.at(counts, (predicted[score.index].to_numpy(), own), 1)
    names = [level_name(study.competition.rounds, level) for level in levels]
    return pd.DataFrame(counts, index=names, columns=names)
