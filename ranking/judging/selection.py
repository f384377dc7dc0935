"""Which pairs to compare next, where not all are compared.

Conventions
-----------
Candidates are numbers from 0; which of a pair comes first is chosen so that each is first about as
often as second. Pairs come in rounds, in each of which a candidate is in one pair at most; where
their number is odd one has a bye, one of those who were compared most often. The pairs of a round
are a function of the comparisons so far, the number wanted and the seed alone: whoever asks again
gets the same, and goes on from there. Until comparisons join all candidates a round first joins
those who are not joined yet, so that all are after two rounds. A pair is not compared again before
all have been.

Rules
-----
* ``random``: each round pairs candidates at random.
* ``swiss``: each round pairs candidates of near current strength (:mod:`ranking.judging.pairing`),
  by Bradley-Terry with a normal prior, which keeps strengths finite where few pairs are compared.

A pair of equals tells most of their strengths: its information is p (1 - p), p being the
probability of winning. ``tests/benchmarks/selection.py`` measures what that gains, and that pairs
chosen by the information of the whole posterior [1]_ gain no more.

References
----------
.. [1] M. E. Glickman, S. T. Jensen, "Adaptive paired comparison design", Journal of Statistical
   Planning and Inference 2005.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ranking.errors import Given, RankingError
from ranking.files.text import did_you_mean, escape_controls
from ranking.judging.pairing import (
    MAX_MATCHED,
    Pair,
    join_components,
    match_by_information,
    pair_code,
    pair_neighbours,
)
from ranking.methods.sparse_bradley_terry import Edges, strengths_under_prior

RULES = ("swiss", "random")
"""Rules by which pairs are chosen."""
PRIOR_VARIANCE = 4.0
"""Variance of strengths a priori, in squared log-odds: wide, so that it hardly moves an order."""


@dataclass(frozen=True)
class ComparedPairs:
    """Comparisons so far, in their order, of n candidates."""

    n: int
    """Number of candidates."""
    pairs: np.ndarray
    """First and second of each comparison; int, shape (E, 2)."""
    points: np.ndarray
    """1 where the first won, 0 where the second did, 0.5 of a tie; float, shape (E,)."""

    def __len__(self) -> int:
        return len(self.pairs)

    def before(self, number: int) -> "ComparedPairs":
        """Return the first so many comparisons alone."""
        return ComparedPairs(self.n, self.pairs[:number], self.points[:number])

    def strengths(self) -> np.ndarray:
        """Return log-strengths (n,) by Bradley-Terry with a normal prior.

        Raises
        ------
        RankingError
            If the fit does not converge.
        """
        first, second = self.pairs.T
        edges = Edges(
            np.concatenate([first, second]),
            np.concatenate([second, first]),
            np.concatenate([self.points, 1 - self.points]),
        )
        return strengths_under_prior(edges.among(edges.amount > 0), self.n, PRIOR_VARIANCE)


def nothing_compared(n: int) -> ComparedPairs:
    """Return that n candidates were not compared yet."""
    return ComparedPairs(n, np.zeros((0, 2), dtype=int), np.zeros(0))


def all_pairs_of(n: int) -> int:
    """Return the number of pairs of n candidates."""
    return n * (n - 1) // 2


def check_rule(rule: str) -> None:
    """Refuse a rule that there is not.

    Raises
    ------
    RankingError
        If there is no such rule.
    """
    if rule not in RULES:
        raise RankingError(
            Given(pairs=escape_controls(rule)),
            f"no such rule{did_you_mean(rule, list(RULES))}",
            f"choose {' or '.join(RULES)}",
        )


def select_pairs(
    compared: ComparedPairs, number: int, rule: str = "swiss", seed: int = 0
) -> np.ndarray:
    """Return pairs to compare next, first and second of each, shape (number, 2).

    More than a round at a time is chosen without the results of the first of them.

    Parameters
    ----------
    compared : comparisons so far
    number : how many pairs
    rule : one of :data:`RULES`
    seed : seed of every random draw

    Raises
    ------
    RankingError
        If there is no such rule, or the strengths so far cannot be fitted.
    ValueError
        If there are fewer than two candidates.
    """
    check_rule(rule)
    n = compared.n
    if n < 2:
        raise ValueError(f"{n} candidates make no pair")
    rng = np.random.default_rng([seed, len(compared)])
    rounds = _Rounds(compared, rng)
    strength = compared.strengths() if rule == "swiss" else np.zeros(n)
    chosen: list[Pair] = []
    while len(chosen) < number:
        chosen += rounds.next(strength, number - len(chosen))
    return np.array(chosen, dtype=int).reshape(-1, 2)


class _Rounds:
    """Rounds of pairs, each after the others and after the comparisons so far."""

    def __init__(self, compared: ComparedPairs, rng: np.random.Generator) -> None:
        self._n, self._rng = compared.n, rng
        self._first, self._second = (
            np.bincount(place, minlength=compared.n) for place in compared.pairs.T
        )
        codes = compared.pairs.min(axis=1) * compared.n + compared.pairs.max(axis=1)
        self._times = Counter(codes.tolist())
        self._joined = False

    def next(self, strength: np.ndarray, most: int) -> list[Pair]:
        """Return the pairs of a round, of ``most`` those who were compared least often."""
        n, rng = self._n, self._rng
        joining: list[Pair] = []
        free = rng.permutation(n).tolist()
        if not self._joined and len(components := self._components()) > 1:
            joining, free = join_components(components, rng)
        else:
            self._joined = True
        order = np.array(free)[np.argsort(-strength[free], kind="stable")]
        pairs = self._pairs(self._without_bye(order), strength)
        often = self._first + self._second
        effort = [often[one] + often[other] for one, other in pairs]
        pairs = [pairs[at] for at in np.argsort(effort, kind="stable")]
        return [self._placed(pair) for pair in (joining + pairs)[:most]]

    def _components(self) -> list[np.ndarray]:
        """Candidates of each component that comparisons join."""
        codes = np.fromiter(self._times, dtype=int, count=len(self._times))
        joined = csr_matrix(
            (np.ones(len(codes)), np.divmod(codes, self._n)), shape=(self._n, self._n)
        )
        _, label = connected_components(joined, directed=False)
        return np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1])

    def _without_bye(self, order: np.ndarray) -> list[int]:
        """Candidates without one of those who were compared most often, where they are odd."""
        if len(order) % 2 == 0:
            return [int(one) for one in order]
        often = (self._first + self._second)[order]
        bye = self._rng.choice(np.flatnonzero(often == often.max()))
        return [int(one) for one in np.delete(order, bye)]

    def _pairs(self, order: list[int], strength: np.ndarray) -> list[Pair]:
        """Pairs of a round that were compared no more often than any others."""
        if len(self._times) == all_pairs_of(self._n):  # all, so that they are compared again
            least = min(self._times.values())
            self._times = Counter({code: own - least for code, own in self._times.items()})
            self._times += Counter()  # without those of 0
        pairs = pair_neighbours(order, self._times, self._n)
        if 2 * len(pairs) < len(order) <= MAX_MATCHED:
            return match_by_information(order, strength, self._times, self._n)
        return pairs

    def _placed(self, pair: Pair) -> Pair:
        """A pair as first and second, whoever was first less often first; it is now compared."""
        one, other = pair
        lead = (self._first - self._second)[[one, other]]
        if lead[0] > lead[1] or (lead[0] == lead[1] and self._rng.random() < 0.5):
            one, other = other, one
        self._first[one] += 1
        self._second[other] += 1
        self._times[pair_code(one, other, self._n)] += 1
        return one, other
