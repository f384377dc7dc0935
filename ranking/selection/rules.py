"""Which pairs to compare next, where not all are compared.

Conventions
-----------
Which of a pair comes first is chosen so that each is first about as often as second. Pairs come in
rounds, in each of which a candidate is in one pair at most; where their number is odd one has a
bye, one of those who were compared most often. The pairs of a round are a function of the
comparisons so far, the number wanted and the seed alone: whoever asks again gets the same, and goes
on from there. Until comparisons join all candidates a round first joins those who are not joined
yet, so that all are after two rounds. A pair is not compared again before all have been.

Rules
-----
* ``random``: each round pairs candidates at random.
* ``swiss``: each round pairs candidates of near current strength, down the list
  (:mod:`ranking.selection.pairing`).
* ``active``: pairs that tell most of all strengths (:mod:`ranking.selection.active`), whoever is in
  them: a candidate may be in several of a round, or in none.

A pair of equals tells most of their strengths: its information is p (1 - p), p being the
probability of winning. ``tests/benchmarks/selection.py`` measures what each rule gains.
"""

from collections import Counter
from collections.abc import Collection

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ranking.errors import Given, RankingError
from ranking.files.text import did_you_mean, escape_controls
from ranking.selection.active import MAX_ACTIVE, Posterior
from ranking.selection.compared_pairs import ComparedPairs, all_pairs_of
from ranking.selection.pairing import (
    MAX_MATCHED,
    Pair,
    join_components,
    match_by_information,
    pair_code,
    pair_neighbours,
)
from ranking.tables import RULES


def check_rule(rule: str, n: int) -> None:
    """Refuse a rule that there is not, or not for so many candidates.

    Raises
    ------
    RankingError
        If it cannot be used.
    """
    if rule not in RULES:
        raise RankingError(
            Given(pairs=escape_controls(rule)),
            f"no such rule{did_you_mean(rule, list(RULES))}",
            f"choose {', '.join(RULES[:-1])} or {RULES[-1]}",
        )
    if rule == "active" and n > MAX_ACTIVE:
        raise RankingError(
            Given(pairs=rule),
            f"{n:,} candidates; it takes {MAX_ACTIVE:,} at most",
            "choose another rule, such as swiss",
        )


def number_of_pairs(budget: str, n: int) -> int:
    """Return how many pairs of n candidates a budget is: "2000", "0.23" or "23%".

    Raises
    ------
    RankingError
        If it is neither a number of pairs nor a share of all.
    """
    text, total = budget.strip(), all_pairs_of(n)
    number = text.removesuffix("%").strip()
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if number != text:
        value /= 100
    if 0 < value < 1 or (number != text and value == 1):
        return max(1, round(value * total))
    if number == text and value >= 1 and value % 1 == 0:
        return min(int(value), total)
    raise RankingError(
        Given(budget=escape_controls(budget)),
        "neither a number of pairs nor a share of all",
        "write it as 2000, 0.23 or 23%",
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
    rule : one of :data:`ranking.tables.RULES`
    seed : seed of every random draw

    Raises
    ------
    RankingError
        If there is no such rule, or the strengths so far cannot be fitted.
    ValueError
        If there are fewer than two candidates.
    """
    n = compared.n
    check_rule(rule, n)
    if n < 2:
        raise ValueError(f"{n} candidates make no pair")
    rng = np.random.default_rng([seed, len(compared)])
    rounds = _Rounds(compared, rng)
    strength = compared.strengths() if rule == "swiss" else np.zeros(n)
    posterior = None
    chosen: list[Pair] = []
    while len(chosen) < number:
        if rule == "active" and rounds.joined:
            posterior = posterior or Posterior(compared)
            chosen.append(rounds.placed(posterior.most_informative(rounds.barred())))
        else:
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

    @property
    def joined(self) -> bool:
        """Whether comparisons join all candidates."""
        self._joined = self._joined or len(self._components()) == 1
        return self._joined

    def barred(self) -> Collection[int]:
        """Return the codes of pairs that were compared more often than others."""
        if len(self._times) == all_pairs_of(self._n):  # all, so that they are compared again
            fewest = min(self._times.values())
            self._times = Counter({code: own - fewest for code, own in self._times.items()})
            self._times += Counter()  # without those of 0
        return self._times.keys()

    def next(self, strength: np.ndarray, most: int) -> list[Pair]:
        """Return the pairs of a round, of ``most`` those who were compared least often."""
        n, rng = self._n, self._rng
        joining: list[Pair] = []
        free = rng.permutation(n).tolist()
        if not self.joined:
            joining, free = join_components(self._components(), rng)
        order = np.array(free)[np.argsort(-strength[free], kind="stable")]
        pairs = self._pairs(self._without_bye(order), strength)
        often = self._first + self._second
        effort = [often[one] + often[other] for one, other in pairs]
        pairs = [pairs[at] for at in np.argsort(effort, kind="stable")]
        return [self.placed(pair) for pair in (joining + pairs)[:most]]

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
        barred = self.barred()
        pairs = pair_neighbours(order, barred, self._n)
        if 2 * len(pairs) < len(order) <= MAX_MATCHED:
            return match_by_information(order, strength, barred, self._n)
        return pairs

    def placed(self, pair: Pair) -> Pair:
        """Return a pair as first and second, who was first less often first; it is compared."""
        one, other = pair
        lead = (self._first - self._second)[[one, other]]
        if lead[0] > lead[1] or (lead[0] == lead[1] and self._rng.random() < 0.5):
            one, other = other, one
        self._first[one] += 1
        self._second[other] += 1
        self._times[pair_code(one, other, self._n)] += 1
        return one, other
