"""Do the ways of ranking agree? The same comparisons ranked by every method.

Conventions
-----------
Methods are those of :data:`ranking.aggregate.METHODS`. Agreement is Kendall's tau-b of their ranks:
1 for one order, 0 for none in common. It is missing where a method puts all alike.
"""

import pandas as pd

from ranking.aggregate import METHODS, competition_rank
from ranking.tally import Tally


def method_ranks(counted: Tally) -> pd.DataFrame:
    """Rank of each candidate (index, by id) by each method (columns); equals share a rank."""
    wins = counted.wins
    ranks = {by: competition_rank(method(wins)) for by, method in METHODS.items()}
    return pd.DataFrame(ranks, index=counted.candidates)


def method_agreement(ranks: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b of every two columns of :func:`method_ranks`, a square table."""
    return ranks.corr(method="kendall")
