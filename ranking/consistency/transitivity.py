"""Transitivity: circular triads, longer cycles, and pairs won against the ranking.

Conventions
-----------
A candidate *beat* another who lost the majority of the comparisons of the two; a pair is *decided*
if one of them did. A *cycle* is A beat B, B beat C … and the last beat A; of three it is a
*circular triad*. Coin flips make a quarter of all triads circular, with variance 3/16 each [2]_
(triads that share a pair are uncorrelated). *Zeta* is Kendall's coefficient of consistence [3]_:
1 without circular triads, 0 with as many as there can be. If some pairs are undecided, it is
1 − 4 × the circular share of the triads, which is 0 for coin flips. A *feedback arc* is a pair won
by the one who is ranked lower.

Cycles lie within the strongly connected components of the graph of who beat whom. Where every pair
of a component is decided, a cycle through all its candidates exists [1]_ and is found; otherwise it
is the longest to which a short cycle can be extended, and there may be longer ones.

References
----------
.. [1] P. Camion, "Chemins et circuits hamiltoniens des graphes complets", C. R. Acad. Sci. 1959.
.. [2] J. W. Moon, "Topics on Tournaments", 1968, sec. 3 and 5.
.. [3] M. G. Kendall, B. Babington Smith, "On the method of paired comparisons", Biometrika 1940.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.comparisons.graph.components import strongly_connected_components
from ranking.comparisons.tally import Tally
from ranking.methods.method import competition_rank

MAX_COMPONENTS = 5


@dataclass(frozen=True)
class Cycle:
    """Candidates of whom each beat the next, and the last beat the first."""

    candidates: tuple[str, ...]
    """Ids in the order of the cycle, from the best ranked."""
    component_size: int
    """Number of candidates in the component, all connected by wins both ways."""


def find_long_cycle_per_component(tally: Tally, rank: pd.Series) -> list[Cycle]:
    """Return a long cycle of each component, the longest first; none if all wins are transitive.

    Parameters
    ----------
    tally : counted comparisons
    rank : int Series by candidate
        Ranks, 1 is best; each cycle starts with its best ranked candidate.
    """
    beats = tally.wins > tally.wins.T
    found = []
    for members in strongly_connected_components(beats.astype(float)):
        if len(members) < 3:
            continue
        within = beats[np.ix_(members, members)]
        cycle = _extend(within, _first_cycle(within))
        ids = [tally.candidates[members[at]] for at in cycle]
        start = min(range(len(ids)), key=lambda at: (rank[ids[at]], ids[at]))
        found.append(Cycle((*ids[start:], *ids[:start]), len(members)))
    return sorted(found, key=lambda cycle: -len(cycle.candidates))[:MAX_COMPONENTS]


def widest_circular_triads(tally: Tally, rank: pd.Series, max_rows: int = 10) -> pd.DataFrame:
    """Return the circular triads that span most ranks, the widest first.

    Parameters
    ----------
    tally : counted comparisons
    rank : int Series by candidate
        Ranks, 1 is best.
    max_rows : largest number of triads to return

    Returns
    -------
    table with ``best``, ``middle``, ``worst``, ``span``
        The best ranked beat the middle one, who beat the worst ranked, who beat the best; span is
        the difference of the ranks of best and worst. Of several middle ones, the one with the
        clearest majorities.
    """
    wins = tally.wins
    lead = wins - wins.T
    beats = lead > 0
    ranks = rank.loc[tally.candidates].to_numpy()
    span = np.where(beats, ranks[:, np.newaxis] - ranks[np.newaxis, :], 0)
    upsets = np.argwhere(span > 0)
    order = np.lexsort((upsets[:, 1], upsets[:, 0], -span[upsets[:, 0], upsets[:, 1]]))
    rows = []
    for worst, best in upsets[order]:
        within = (ranks >= ranks[best]) & (ranks <= ranks[worst])
        between = beats[best] & beats[:, worst] & within
        if between.any():
            smaller_lead = np.where(between, np.minimum(lead[best], lead[:, worst]), -np.inf)
            triad = (best, int(smaller_lead.argmax()), worst)
            rows.append((*(tally.candidates[at] for at in triad), int(span[worst, best])))
        if len(rows) == max_rows:
            break
    return pd.DataFrame(rows, columns=["best", "middle", "worst", "span"])


def _first_cycle(beats: np.ndarray) -> list[int]:
    """Return the cycle that is met by going from the first vertex to the first that it beat."""
    path = [0]  # in a strongly connected component everyone beat somebody
    while (beaten := int(beats[path[-1]].argmax())) not in path:
        path.append(beaten)
    return path[path.index(beaten) :]


def _extend(beats: np.ndarray, cycle: list[int]) -> list[int]:
    """Return the cycle with all the vertices that can be inserted, one or two at a time [2]_."""
    outside = [at for at in range(len(beats)) if at not in set(cycle)]
    while outside:
        path = _insertable(beats, cycle, outside)
        if path is None:
            break
        before = np.array(cycle)
        possible = beats[before, path[0]] & beats[path[-1], np.roll(before, -1)]
        at = int(possible.argmax()) + 1
        cycle[at:at] = path
        outside = [one for one in outside if one not in path]
    return cycle


def _insertable(beats: np.ndarray, cycle: list[int], outside: list[int]) -> tuple[int, ...] | None:
    """Return the first vertex that can be inserted, else the first two that can be together."""
    before = np.array(cycle)
    after = np.roll(before, -1)
    for one in outside:  # seldom far to look
        if (beats[before, one] & beats[one, after]).any():
            return (one,)
    free = np.array(outside)
    entering = beats[np.ix_(before, free)]  # [p, u]: the p-th of the cycle beat u
    leaving = beats[np.ix_(free, after)]  # [v, p]: v beat the one after the p-th
    ways = entering.T.astype(np.float32) @ leaving.T.astype(np.float32)  # [u, v]: gaps for both
    pairs = np.argwhere((ways > 0) & beats[np.ix_(free, free)])
    return tuple(outside[at] for at in pairs[0]) if len(pairs) else None


@dataclass(frozen=True)
class Triads:
    """Number of circular triads, and how many coin flips would make."""

    decided: int
    """Number of triads whose three pairs are all decided."""
    circular: int
    """Number of them that are circular."""
    expected_circular: float
    """Mean number of circular triads if coin flips decided the same pairs."""
    standard_deviation: float
    """Standard deviation of the number of circular triads of coin flips."""
    zeta: float
    """Kendall's coefficient of consistence: 1 without circular triads."""
    complete: bool
    """Whether every pair is decided, so that zeta is as Kendall defined it."""


def count_circular_triads(wins: np.ndarray) -> Triads:
    """Return the circular triads of the majority of wins, shape (n, n)."""
    beats = (wins > wins.T).astype(float)
    decided = beats + beats.T
    n = len(wins)
    circular = round(float(np.einsum("ij,ji->", beats @ beats, beats)) / 3)
    triads = round(float(np.einsum("ij,ji->", decided @ decided, decided)) / 6)
    complete = bool(decided.sum() == n * (n - 1))
    largest = (n**3 - (n if n % 2 else 4 * n)) / 24 if complete else triads / 4
    return Triads(
        decided=triads,
        circular=circular,
        expected_circular=triads / 4,
        standard_deviation=float(np.sqrt(3 * triads / 16)),
        zeta=1 - circular / largest if largest else float("nan"),
        complete=complete,
    )


def count_feedback_arcs_and_decided_pairs(
    wins: np.ndarray, strength: np.ndarray
) -> tuple[int, int]:
    """Return how many decided pairs the lower-ranked won, and how many pairs are decided.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    strength : float array, shape (n,)
        What the candidates are ranked by, larger is better.
    """
    beats = wins > wins.T
    rank = competition_rank(strength)  # strengths that rounding parts are equal
    against = beats & (rank[:, np.newaxis] > rank[np.newaxis, :])
    return int(against.sum()), int(beats.sum())
