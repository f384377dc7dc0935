"""Circles in a tournament, by name: A beat B, B beat C … and the last beat A.

Conventions
-----------
*Beat* means by the majority of two candidates' comparisons. Circles lie within the strongly
connected components of that graph. Where every two members of a component met and were decided,
a circle through all of them exists [1]_ and is found; else the circle named is the longest that
growing it finds, which may not be the longest there is.

References
----------
.. [1] P. Camion, "Chemins et circuits hamiltoniens des graphes complets", C. R. Acad. Sci. 1959.
.. [2] J. W. Moon, "Topics on Tournaments", 1968, sec. 3.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, dominance_groups

MOST_COMPONENTS = 5


@dataclass(frozen=True)
class Cycle:
    """A circle of candidates, each of whom beat the next, and the last the first."""

    candidates: tuple[str, ...]
    """From the best ranked."""
    members: int
    """Candidates in the component, all of whom are connected by wins both ways."""


def long_cycles(tally: Tally, rank: pd.Series) -> list[Cycle]:
    """Return a long circle of each component, the longest first; none where there are no circles.

    Parameters
    ----------
    rank : int Series by candidate
        1 is best; where a circle starts.
    """
    beats = tally.wins > tally.wins.T
    found = []
    for members in dominance_groups(beats.astype(float)):
        if len(members) < 3:
            continue
        within = beats[np.ix_(members, members)]
        circle = _grown(within, [u for u, _ in nx.find_cycle(nx.DiGraph(within))])
        ids = [tally.candidates[members[at]] for at in circle]
        start = min(range(len(ids)), key=lambda at: (rank[ids[at]], ids[at]))
        found.append(Cycle((*ids[start:], *ids[:start]), len(members)))
    return sorted(found, key=lambda cycle: -len(cycle.candidates))[:MOST_COMPONENTS]


def widest_triads(tally: Tally, rank: pd.Series, most: int = 10) -> pd.DataFrame:
    """Return the circular triads that span most ranks, the widest first.

    Returns
    -------
    table with ``best``, ``middle``, ``worst``, ``span``
        The best ranked beat the middle one, who beat the worst, who beat the best; span is the
        distance of their ranks. Of several middle ones, whose two verdicts are the clearest.
    """
    wins = tally.wins
    lead = wins - wins.T
    beats = lead > 0
    place = rank.loc[tally.candidates].to_numpy()
    span = np.where(beats, place[:, np.newaxis] - place[np.newaxis, :], 0)
    upsets = np.argwhere(span > 0)
    order = np.lexsort((upsets[:, 1], upsets[:, 0], -span[upsets[:, 0], upsets[:, 1]]))
    rows = []
    for worst, best in upsets[order]:
        within = (place >= place[best]) & (place <= place[worst])
        between = beats[best] & beats[:, worst] & within
        if between.any():
            clear = np.where(between, np.minimum(lead[best], lead[:, worst]), -np.inf)
            trio = (best, int(clear.argmax()), worst)
            rows.append((*(tally.candidates[at] for at in trio), int(span[worst, best])))
        if len(rows) == most:
            break
    return pd.DataFrame(rows, columns=["best", "middle", "worst", "span"])


def _grown(beats: np.ndarray, circle: list[int]) -> list[int]:
    """A circle through as many more as find a place in it, one by one or two together [2]_."""
    outside = [at for at in range(len(beats)) if at not in set(circle)]
    while outside:
        path = _fitting(beats, circle, outside)
        if path is None:
            break
        before = np.array(circle)
        fits = beats[before, path[0]] & beats[path[-1], np.roll(before, -1)]
        at = int(fits.argmax()) + 1
        circle[at:at] = path
        outside = [one for one in outside if one not in path]
    return circle


def _fitting(beats: np.ndarray, circle: list[int], outside: list[int]) -> tuple[int, ...] | None:
    """The first one outside who fits between two neighbours, else the first two in a row."""
    before, free = np.array(circle), np.array(outside)
    entered = beats[np.ix_(before, free)]  # [p, u]: the circle's p-th beat u
    left = beats[np.ix_(free, np.roll(before, -1))]  # [v, p]: v beat who follows the p-th
    alone = (entered & left.T).any(axis=0)
    if alone.any():
        return (outside[int(alone.argmax())],)
    ways = entered.T.astype(np.float32) @ left.T.astype(np.float32)  # [u, v]: places for both
    pairs = np.argwhere((ways > 0) & beats[np.ix_(free, free)])
    return tuple(outside[at] for at in pairs[0]) if len(pairs) else None


@dataclass(frozen=True)
class Triads:
    """Circular triads among those whose three pairs are all decided."""

    decided: int
    circular: int
    expected: float
    """Circular triads of a coin on the same pairs."""
    deviation: float
    """Standard deviation of that number."""
    zeta: float
    complete: bool
    """Whether every pair is decided, so that zeta is Kendall's own."""


def count_triads(wins: np.ndarray) -> Triads:
    """Return the circular triads of the majority of wins, shape (n, n)."""
    beats = (wins > wins.T).astype(float)
    decided = beats + beats.T
    n = len(wins)
    circular = round(float(np.einsum("ij,ji->", beats @ beats, beats)) / 3)
    triads = round(float(np.einsum("ij,ji->", decided @ decided, decided)) / 6)
    complete = bool(decided.sum() == n * (n - 1))
    most = (n**3 - (n if n % 2 else 4 * n)) / 24 if complete else triads / 4
    return Triads(
        decided=triads,
        circular=circular,
        expected=triads / 4,
        deviation=float(np.sqrt(3 * triads / 16)),
        zeta=1 - circular / most if most else float("nan"),
        complete=complete,
    )


def back_arcs(wins: np.ndarray, strength: np.ndarray) -> tuple[int, int]:
    """Return how many decided pairs the lower-ranked won, and how many are decided."""
    beats = wins > wins.T
    against = beats & (strength[:, np.newaxis] < strength[np.newaxis, :])
    return int(against.sum()), int(beats.sum())
