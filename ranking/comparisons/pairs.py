"""Candidates → ordered pairs, and who of each pair got further.

Conventions
-----------
Every two candidates make two ordered pairs, (a, b) and (b, a). Truth is a column joined afterwards:
who got further, missing for equals and for unknown results. It never decides which pairs exist.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

import itertools
from collections.abc import Iterable

import pandas as pd


def ordered_pairs(candidates: Iterable[str]) -> pd.DataFrame:
    """Return all n (n − 1) ordered pairs as a PAIRS table with the truth missing."""
    pairs = pd.DataFrame(itertools.permutations(candidates, 2), columns=["first", "second"])
    return pairs.assign(truth=pd.Series(pd.NA, index=pairs.index, dtype="object"))


def with_truth(pairs: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """Return the table with ``truth``: the candidate of the higher score, missing for equals.

    Parameters
    ----------
    pairs : table with columns ``first`` and ``second``
    score : float Series by candidate
        Number of rounds passed into; may be missing.
    """
    first, second = (pairs[place].map(score) for place in ("first", "second"))
    truth = pairs["first"].where(first > second, pairs["second"].where(first < second))
    return pairs.assign(truth=truth)
