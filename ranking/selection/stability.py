"""When to stop comparing: the ranking no longer changes from round to round.

Conventions
-----------
A round is as many comparisons as candidates make pairs at once, n / 2. Agreement of the ranking
before and after a round is Kendall's tau-b (:mod:`ranking.evaluation.agreement`). The ranking is
*stable* where two rounds running leave it with :data:`STABLE` or more. That is about what more of
the same comparisons would change, not about how right they are: what a ranker gets wrong always,
it gets wrong in a stable ranking too.
"""

import itertools

from ranking.evaluation.agreement import tau_b
from ranking.selection.compared_pairs import ComparedPairs

STABLE = 0.97
"""Tau-b of the rankings before and after a round from which on it counts as unchanged."""
ROUNDS = 2
"""Rounds running that must leave the ranking as it is."""


def round_agreements(compared: ComparedPairs, rounds: int = ROUNDS) -> list[float]:
    """Return tau-b of the rankings before and after each of the last rounds, the last one last.

    Fewer where fewer were compared.

    Parameters
    ----------
    compared : comparisons, in the order in which they were made
    rounds : number of rounds
    """
    size = max(1, compared.n // 2)
    ends = [len(compared) - back * size for back in range(rounds, -1, -1)]
    rankings = [compared.before(end).strengths() for end in ends if end > 0]
    return [tau_b(after, before) for before, after in itertools.pairwise(rankings)]


def is_stable(agreements: list[float]) -> bool:
    """Return whether the ranking is stable, from :func:`round_agreements`."""
    last = agreements[-ROUNDS:]
    return len(last) == ROUNDS and min(last) >= STABLE
