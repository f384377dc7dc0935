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

from ranking.tally import Tally, dominance_groups

MOST_COMPONENTS = 5


@dataclass(frozen=True)
class Cycle:
    """A circle of candidates, each of whom beat the next, and the last the first."""

    candidates: tuple[str, ...]
    """From the best ranked."""
    members: int
    """Candidates in the component, all of whom are connected by wins both ways."""


def long_cycles(counted: Tally, rank: pd.Series) -> list[Cycle]:
    """Return a long circle of each component, the longest first; none where there are no circles.

    Parameters
    ----------
    rank : int Series by candidate
        1 is best; where a circle starts.
    """
    beats = counted.wins > counted.wins.T
    found = []
    for members in dominance_groups(beats.astype(float)):
        if len(members) < 3:
            continue
        within = beats[np.ix_(members, members)]
        circle = _grown(within, [u for u, _ in nx.find_cycle(nx.DiGraph(within))])
        ids = [counted.candidates[members[at]] for at in circle]
        start = min(range(len(ids)), key=lambda at: (rank[ids[at]], ids[at]))
        found.append(Cycle((*ids[start:], *ids[:start]), len(members)))
    return sorted(found, key=lambda cycle: -len(cycle.candidates))[:MOST_COMPONENTS]


def widest_triads(counted: Tally, rank: pd.Series, most: int = 10) -> pd.DataFrame:
    """Return the circular triads that span most ranks, the widest first.

    Returns
    -------
    table with ``best``, ``middle``, ``worst``, ``span``
        The best ranked beat the middle one, who beat the worst, who beat the best; span is the
        distance of their ranks. Of several middle ones, whose two verdicts are the clearest.
    """
    wins = counted.wins
    lead = wins - wins.T
    beats = lead > 0
    place = rank.loc[counted.candidates].to_numpy()
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
            rows.append((*(counted.candidates[at] for at in trio), int(span[worst, best])))
        if len(rows) == most:
            break
    return pd.DataFrame(rows, columns=["best", "middle", "worst", "span"])


def _grown(beats: np.ndarray, circle: list[int]) -> list[int]:
    """A circle through as many more as find a place in it, one by one or two together [2]_."""
    outside = [at for at in range(len(beats)) if at not in set(circle)]
    grows = True
    while grows and outside:
        grows = False
        for new in list(outside):
            if _insert(beats, circle, (new, new)):
                outside.remove(new)
                grows = True
        for pair in [] if grows else ((u, v) for u in outside for v in outside if beats[u, v]):
            if _insert(beats, circle, pair):
                outside = [at for at in outside if at not in pair]
                grows = True
                break
    return circle


def _insert(beats: np.ndarray, circle: list[int], path: tuple[int, int]) -> bool:
    """Put one (twice the same) or two into the circle where their neighbours allow it."""
    before = np.array(circle)
    fits = np.flatnonzero(beats[before, path[0]] & beats[path[1], np.roll(before, -1)])
    if len(fits):
        at = int(fits[0]) + 1
        circle[at:at] = dict.fromkeys(path)
    return len(fits) > 0
