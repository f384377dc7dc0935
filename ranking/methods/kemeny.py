"""Kemeny: the order that the fewest comparisons contradict [1]_.

Conventions
-----------
Each comparison that puts one who stands lower over one who stands higher counts against an order; a
tie counts half whichever way. The order is that of least such number, the linear ordering problem
of the margins of majorities (:mod:`ranking.methods.linear_ordering`). It splits where everybody of
a group leads everybody of a later one: so every such group is ordered by itself [2]_. Neighbours
who are level among each other share a rank, since their order changes nothing.

Several orders may be best; one of them is found, and a remark says so. The strength is the number
of candidates below, an order and no more. Ordering takes a tenth of a second for a panel's 30
candidates; where it takes too long, the best order found is given, with the bounds of its number.

References
----------
.. [1] J. G. Kemeny, "Mathematics without numbers", Daedalus 1959.
.. [2] M. Truchon, "An extension of the Condorcet criterion and Kemeny orders", Université Laval
   1998.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ranking.comparisons.graph.components import strongly_connected_components
from ranking.comparisons.tally import WinMatrix
from ranking.methods.linear_ordering import (
    MAX_EXACT,
    TOLERANCE,
    best_order,
    contradicted,
)
from ranking.methods.method import Method, Start, Weights

SMALL = 1e-3  # of the smallest margin that is no integer, by which equal orders are told apart


@dataclass(frozen=True)
class KemenyOrder:
    """The order found, those who share a rank together, and what is known of better ones."""

    ranks: tuple[np.ndarray, ...]
    """Candidates (indices) of each rank, best first."""
    cost: float
    """Margins of comparisons that it contradicts."""
    bound: float
    """Margins that every order contradicts, at the least."""


def kemeny_strengths(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the number (n,) of candidates whom the order found puts below."""
    margin = wins.wins - wins.wins.T
    if weights is not None:
        margin = margin * np.outer(weights, weights)
    below, left = np.zeros(len(margin)), len(margin)
    for members in kemeny_order(margin).ranks:
        left -= len(members)
        below[members] = left
    return below


def kemeny_order(margin: np.ndarray) -> KemenyOrder:
    """Return the Kemeny order of margins (n, n), antisymmetric, row over column."""
    if len(margin) > MAX_EXACT:
        return _order(margin)
    return _order_of(np.ascontiguousarray(margin, dtype=float).tobytes(), len(margin))


@lru_cache(maxsize=16)  # the ranking, its remark and a table of methods ask for the same
def _order_of(margin_bytes: bytes, n: int) -> KemenyOrder:
    return _order(np.frombuffer(margin_bytes).reshape(n, n))


def _order(margin: np.ndarray) -> KemenyOrder:
    ranks, cost, bound = [], 0.0, 0.0
    for group in _groups(margin):
        own = margin[np.ix_(group, group)]
        found = best_order(own)
        ranks += [group[level] for level in _level_neighbours(own, found.order)]
        cost, bound = cost + found.cost, bound + found.bound
    return KemenyOrder(tuple(ranks), cost, bound)


def _groups(margin: np.ndarray) -> list[np.ndarray]:
    """Candidates (indices) of each group of whom everybody leads everybody of later ones."""
    leads = (margin >= 0) & ~np.eye(len(margin), dtype=bool)
    return [np.array(group) for group in strongly_connected_components(leads.astype(float))]


def another_order(margin: np.ndarray, found: KemenyOrder) -> np.ndarray | None:
    """Return another order that contradicts as little, int, shape (n,); None if none is found.

    Who shares a rank may stand in any order; that is not another one.

    Parameters
    ----------
    margin : float array, shape (n, n)
        Antisymmetric, row over column.
    found : the order of these margins, proven best
    """
    orders, another = [], False
    for group in _groups(margin):
        ranks = [level for level in found.ranks if level[0] in group]
        members = np.concatenate(ranks)
        ends = np.cumsum([len(level) for level in ranks])[:-1]
        local = np.split(np.arange(len(members)), ends)
        order = _other_order(margin[np.ix_(members, members)], local)
        another |= order is not None
        orders.append(members if order is None else members[order])
    return np.concatenate(orders) if another else None


def _level_neighbours(margin: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, ...]:
    """Neighbours in an order put together, who are all level among each other."""
    ranks = [order[:1]]
    for one in order[1:]:
        level = np.abs(margin[one, ranks[-1]]).max() == 0
        ranks[-1:] = [np.append(ranks[-1], one)] if level else [ranks[-1], np.array([one])]
    return tuple(ranks)


def _other_order(margin: np.ndarray, ranks: Sequence[np.ndarray]) -> np.ndarray | None:
    """Another order that contradicts as little, if one is found.

    Whoever orders otherwise puts somebody above one of the rank before: a small gain for that
    makes such an order the only best one.
    """
    gain = np.zeros_like(margin)
    for upper, lower in pairwise(ranks):
        gain[np.ix_(lower, upper)] = 1
    if not gain.any():
        return None
    integers = (margin == np.round(margin)).all()
    unit = 1.0 if integers else SMALL * np.abs(margin[margin != 0]).min()
    scaled = margin / unit * (gain.sum() + 1) + gain - gain.T
    order = np.concatenate(ranks)
    found = best_order(scaled, order).order
    more = contradicted(margin, found) - contradicted(margin, order)
    place = np.argsort(found)
    moved = (gain > 0) & (place[:, np.newaxis] < place)
    return found if moved.any() and more <= TOLERANCE * np.abs(margin).sum() else None


def kemeny_remark(wins: WinMatrix, _strengths: np.ndarray, candidates: Sequence[str]) -> str:
    """Return whether the order found is the best one, and the only one."""
    margin = wins.wins - wins.wins.T
    found = kemeny_order(margin)
    always = float(np.triu(np.minimum(wins.wins, wins.wins.T)).sum())
    against = f"{_number(always + found.cost)} of {_number(wins.wins.sum())} comparisons"
    if found.bound < found.cost:
        return (
            f"The order found contradicts {against}. Every order contradicts "
            f"{_number(always + found.bound)} at the least; whether there is a better one was not "
            "found out in time."
        )
    text = f"The order contradicts {against}, and no order fewer."
    other = another_order(margin, found)
    if other is None:
        return text
    rank = np.repeat(np.arange(len(found.ranks)), [len(one) for one in found.ranks])
    before = dict(zip(np.concatenate(found.ranks).tolist(), rank.tolist(), strict=True))
    moved = sum(before[one] != own for one, own in zip(other.tolist(), rank, strict=True))
    return (
        f"{text} It is not the only one: another contradicts as many, in which {moved} of "
        f"{len(candidates)} candidates have other ranks."
    )


def _number(comparisons: float) -> str:
    """A number of comparisons, of which a tie may be half, or weights any share."""
    return f"{comparisons:,.1f}".removesuffix(".0")


KEMENY = Method(
    "kemeny", kemeny_strengths, ordinal=True, format_spec="g", slow=True, remark=kemeny_remark
)
