"""Who can be compared with whom: candidates whom comparisons join, and whom wins order.

Conventions
-----------
A *component* is a set of candidates whom comparisons join, over however many others; nothing is
known of how two components compare, so each is ranked by itself. Within one, candidates whom wins
connect both ways have finite differences of strength [1]_. Elsewhere wins run one way only: the
order is known, how far apart is not. Where no path of wins leads either way, not even the order is.
A *bridge* is a pair whose comparisons alone join two parts of a component.

References
----------
.. [1] L. R. Ford, "Solution of a ranking problem from binary comparisons", American Mathematical
   Monthly 1957.
.. [2] G. Chartrand, "A graph-theoretic approach to a communications problem", SIAM Journal on
   Applied Mathematics 1966.
"""

from collections.abc import Sequence

import numpy as np

from ranking.comparisons.graph.counts import Counts, nonzero_counts


def weakly_connected_components(pair_counts: Counts) -> list[np.ndarray]:
    """Return the candidates (indices) of each component, the largest one first.

    Components of equal size are in order of their first candidate.

    Parameters
    ----------
    pair_counts : counts, shape (n, n)
        Comparisons of row and column, symmetric.
    """
    if isinstance(pair_counts, np.ndarray) and _reaches_all(pair_counts > 0):
        return [np.arange(len(pair_counts))]
    from scipy.sparse import csr_array  # a third of a second to load
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(csr_array(pair_counts > 0), directed=False)
    members = _of_each_label(label)
    return sorted(members, key=lambda component: (-len(component), component[0]))


def find_bridges(pair_counts: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs without whose comparisons a component would fall into two, in order.

    Where everyone was compared with half of the others or more, there are none [2]_.

    Parameters
    ----------
    pair_counts : float array, shape (n, n)
        Comparisons of row and column, symmetric.
    """
    compared, found = pair_counts > 0, []
    for members in weakly_connected_components(pair_counts):
        part = compared[np.ix_(members, members)]
        if len(part) > 2 and 2 * part.sum(axis=1).min() >= len(part):
            continue
        import networkx as nx

        graph = nx.from_edgelist(zip(*np.nonzero(np.triu(part)), strict=True))
        found += [tuple(sorted(members[[*bridge]].tolist())) for bridge in nx.bridges(graph)]
    return sorted(found)


def is_strongly_connected(wins: np.ndarray) -> bool:
    """Whether paths of wins lead from every candidate to every other, of wins (n, n).

    Then every Bradley-Terry strength is finite [1]_.
    """
    beats = wins > 0  # dense: simulations ask this of thousands of full matrices
    return _reaches_all(beats) and _reaches_all(beats.T)


def strongly_connected_components(wins: Counts) -> list[list[int]]:
    """Return the candidates (indices) of each strongly connected component, better ones first.

    Between two components wins run one way only, or there are none.

    Parameters
    ----------
    wins : counts, shape (n, n)
        Wins of row over column.
    """
    if isinstance(wins, np.ndarray) and is_strongly_connected(wins):
        return [list(range(len(wins)))]
    import networkx as nx  # with the next, half a second to load
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, group = connected_components(csr_array(wins > 0), connection="strong")
    members = [own.tolist() for own in _of_each_label(group)]
    between = nx.DiGraph()
    between.add_nodes_from(range(count))
    if count > 1:
        winners, losers, _ = nonzero_counts(wins)
        crossing = group[winners] != group[losers]
        between.add_edges_from(zip(group[winners][crossing], group[losers][crossing], strict=True))
    order = nx.lexicographical_topological_sort(between, key=lambda label: members[label][0])
    return [members[label] for label in order]


def paths_of_wins(wins: np.ndarray) -> np.ndarray:
    """Return whether a path of wins leads from row to column, and from each to itself.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.

    Returns
    -------
    bool array, shape (n, n)
    """
    if is_strongly_connected(wins):
        return np.ones(wins.shape, dtype=bool)
    reached = np.eye(len(wins), dtype=bool)
    for members in reversed(strongly_connected_components(wins)):  # those below are done
        beaten = (wins[members] > 0).any(axis=0)
        below = np.logical_or.reduce(reached[beaten], axis=0)
        below[members] = True
        reached[members] = below
    return reached


def undetermined_ranks(wins: np.ndarray, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best and the worst rank of each, however orders that no wins determine turn out.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column, of candidates whom comparisons join.
    rank : int array, shape (n,)
        Their ranks.

    Returns
    -------
    low, high : int arrays, shape (n,)
    """
    paths = paths_of_wins(wins)
    undetermined = ~(paths | paths.T)
    above = rank < rank[:, np.newaxis]
    better = (undetermined & above).sum(axis=1)
    return rank - better, rank + undetermined.sum(axis=1) - better


def number_of_set(sets: Sequence[Sequence[int] | np.ndarray], n: int) -> np.ndarray:
    """Return the number of the component or group that each candidate is of; int, shape (n,).

    Parameters
    ----------
    sets : candidates (indices) of each, which together are all
    n : number of candidates
    """
    number_of = np.empty(n, dtype=int)
    for number, members in enumerate(sets):
        number_of[members] = number
    return number_of


def _of_each_label(label: np.ndarray) -> list[np.ndarray]:
    """The indices of each label from 0, in order."""
    return np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1])


def _reaches_all(joined: np.ndarray) -> bool:
    """Whether the first candidate reaches everyone, over however many others."""
    reached = np.zeros(len(joined), dtype=bool)
    newly = np.arange(len(joined)) == 0
    while newly.any():
        reached |= newly
        newly = joined[newly].any(axis=0) & ~reached
    return bool(reached.all())
