"""One round of pairs: each candidate is in one at most, and near in strength to the other.

Conventions
-----------
Candidates are numbers from 0. A round is a matching: whoever is left over has a bye. Pairs that
must not be made again are *barred*, by their codes (:func:`pair_code`). Two ways to pair:

* :func:`pair_neighbours`: down the list from the strongest, each with the next one with whom it may
  be paired, as in tournaments by the Swiss system [1]_. A tenth of a second for 10,000 candidates,
  but where most pairs are barred it leaves some over who could be paired.
* :func:`match_by_information`: the largest matching, and of those the one of the largest sum of
  p (1 - p), p the probability of winning by Bradley-Terry, which is what a comparison tells of a
  difference of strengths, by Edmonds' algorithm [2]_. Its time grows with the cube of the number of
  candidates. Where nobody is left over it tells no more than the first
  (``tests/benchmarks/selection.py``).

References
----------
.. [1] FIDE, "Handbook", C.04.3: FIDE (Dutch) System.
.. [2] J. Edmonds, "Paths, trees, and flowers", Canadian Journal of Mathematics 1965.
"""

from collections.abc import Collection, Sequence

import numpy as np
from scipy.special import expit

MAX_MATCHED = 200
"""Candidates up to whom a round is matched by Edmonds' algorithm."""
NEIGHBOURS = 12
"""Candidates below each, in order of strength, with whom it can be matched; more where it must."""
WHOLE = 1_000_000  # weights are integers, with which the matching is exact

Pair = tuple[int, int]


def pair_code(one: int, other: int, n: int) -> int:
    """Return the number that stands for a pair of candidates, in either order.

    Parameters
    ----------
    one, other : candidates by number
    n : number of all candidates
    """
    return min(one, other) * n + max(one, other)


def pair_neighbours(order: Sequence[int], barred: Collection[int], n: int) -> list[Pair]:
    """Return the pairs of a round, each with the next in order with whom it may be paired.

    Two who are left over split a pair above, where that can be.

    Parameters
    ----------
    order : candidates to pair, in order of strength
    barred : codes of pairs that must not be made
    n : number of all candidates
    """
    pairs: list[Pair] = []
    left: list[int] = []
    taken = [False] * len(order)
    for at, one in enumerate(order):
        if taken[at]:
            continue
        for ahead in range(at + 1, len(order)):
            if not taken[ahead] and pair_code(one, order[ahead], n) not in barred:
                taken[ahead] = True
                pairs.append((one, order[ahead]))
                break
        else:
            left.append(one)
    while len(left) > 1 and _exchange(pairs, left[-2], left[-1], barred, n):
        del left[-2:]
    return pairs


def match_by_information(
    order: Sequence[int], strength: np.ndarray, barred: Collection[int], n: int
) -> list[Pair]:
    """Return the pairs of a round that tell most of strengths.

    Parameters
    ----------
    order : candidates to pair, in order of strength
    strength : float array, shape (n,)
        Log-strengths of all.
    barred, n : as in :func:`pair_neighbours`
    """
    import networkx as nx  # a quarter of a second to load

    reach = NEIGHBOURS
    while True:
        graph = nx.Graph()
        graph.add_nodes_from(order)
        for at, one in enumerate(order):
            partners = [
                other
                for other in order[at + 1 : at + 1 + reach]
                if pair_code(one, other, n) not in barred
            ]
            for other in partners:
                p = expit(strength[one] - strength[other])
                graph.add_edge(one, other, weight=round(WHOLE * p * (1 - p)))
        found = nx.max_weight_matching(graph, maxcardinality=True)
        if 2 * len(found) >= len(order) - 1 or reach >= len(order):
            place = {one: at for at, one in enumerate(order)}
            return sorted(
                (_sorted_by(pair, place) for pair in found), key=lambda pair: place[pair[0]]
            )
        reach *= 4


def join_components(
    components: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[list[Pair], list[int]]:
    """Return pairs that join components of candidates, each candidate in one at most.

    Those of few candidates come first. Where no more than one has a single candidate, all are
    joined at once; candidates who were never compared, two and two. So all are after two rounds.

    Parameters
    ----------
    components : candidates of each component
    rng : decides whom of each, and in which order

    Returns
    -------
    pairs, and the candidates who are in none, in random order
    """
    sizes = np.array([len(component) for component in components])
    order = np.lexsort((rng.random(len(sizes)), sizes))
    pairs: list[Pair] = []
    free: list[int] = []
    for number in order:
        members = rng.permutation(components[number]).tolist()
        if free:
            pairs.append((free.pop(), members.pop()))
            free = members + free  # those who were free before are joined next
        else:
            free = members
    return pairs, free


def _exchange(pairs: list[Pair], one: int, other: int, barred: Collection[int], n: int) -> bool:
    """Split a pair among two who are left over, in place; whether any could be split."""
    for at in range(len(pairs) - 1, -1, -1):
        a, b = pairs[at]
        for c, d in ((one, other), (other, one)):
            if pair_code(a, c, n) not in barred and pair_code(b, d, n) not in barred:
                pairs[at] = (a, c)
                pairs.append((b, d))
                return True
    return False


def _sorted_by(pair: Pair, place: dict[int, int]) -> Pair:
    one, other = sorted(pair, key=place.__getitem__)
    return one, other
