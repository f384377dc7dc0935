"""What the tests of comparisons themselves say of one field without an effect.

Conventions
-----------
As in :mod:`null_agreement`. Of leaders it is a sentence that must be true: that nobody else could
be first. A field is *near* if strengths differ by a quarter of the standard error of an estimate,
and of *two leaders* if two equals are far above all others: there it is wrong most often.
"""

import numpy as np
import pandas as pd
from null_agreement import LEVEL, Random, Result, Results, interval_without, reachable
from null_fields import (
    compared_pairs,
    decide,
    differences,
    ids,
    panel_wins,
    ranker_tally,
)

from ranking.comparisons.marks import marks_to_comparisons
from ranking.comparisons.tally import WinMatrix, count_comparisons
from ranking.consistency.null_transitivity import circular_p, shuffle_marks
from ranking.consistency.order_effect import (
    first_win_rate,
    order_effect_log_odds,
    same_winner_rate_in_both_orders,
)
from ranking.consistency.transitivity import count_circular_triads
from ranking.evaluation.permutation import p_among
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WINS
from ranking.methods.method import competition_rank
from ranking.uncertainty.component_intervals import (
    ComponentIntervals,
    Field,
    by_candidates,
    by_clusters,
    by_likelihood,
)
from ranking.uncertainty.joint_ranks import could_be_first, joint_ranges
from ranking.uncertainty.rank_intervals import DRAWS

ALONE = "nobody else could be first, wrongly"
EXCLUDED = "the best could not be first"
JOINT = "joint ranges miss somebody"
ABOVE = 4.0  # of two leaders over all others


def order_effect(rng: Random, _seed: int, _reach: bool, *, n: int, orders: str) -> Results:
    """A ranker without an order effect on average.

    Parameters
    ----------
    rng, _seed, _reach : as elsewhere
    n : number of candidates
    orders : "both", "one" at random, oftener the "better" first; or both, each candidate having an
        "own" effect
    """
    true = rng.normal(size=n)
    first, second = compared_pairs(n, 1.0, rng)
    chance = np.where(true[first] < true[second], 0.8, 0.2) if orders == "better" else 0.5
    swapped = rng.random(len(first)) < chance
    first, second = np.where(swapped, second, first), np.where(swapped, first, second)
    comparisons = np.zeros((n, n))
    comparisons[first, second] = 1
    if orders in ("both", "own"):
        comparisons[second, first] = 1
    own = rng.normal(size=(n, 1)) if orders == "own" else 0.0
    effect = order_effect_log_odds(decide(comparisons, differences(true) + own, rng))
    return {"order effect": Result(interval_without(effect, 0.0))}


def both_orders(rng: Random, seed: int, _reach: bool, *, n: int, spread: float) -> Results:
    """Shares over both orders: the first wins half, and a coin agrees with itself in half."""
    tally = ranker_tally(rng.normal(0, spread, n), 1.0, rng)
    found = {"the first wins": Result(interval_without(first_win_rate(tally, seed), 0.5))}
    if not spread:
        same = same_winner_rate_in_both_orders(tally, seed)
        found["the same wins twice"] = Result(interval_without(same, 0.5))
    return found


def coin_flips(rng: Random, seed: int, _reach: bool, *, n: int) -> Results:
    """Each pair decided by a coin flip."""
    comparisons = np.triu(np.ones((n, n)), 1)
    tally = decide(comparisons, np.zeros((n, n)), rng)
    return {"circular triads": Result(circular_p(tally.wins, seed) < LEVEL)}


def shuffled_marks(
    rng: Random, seed: int, reach: bool, *, n: int, jurors: int, recused: float = 0.0
) -> Results:
    """Marks of jurors that have nothing to do with another's."""
    count = n * jurors
    marks = pd.DataFrame(
        {
            "juror": np.repeat([f"j{at:02}" for at in range(jurors)], n),
            "candidate": np.tile(ids(n), jurors),
            "mark": rng.integers(1, 26, count),
            "recused": rng.random(count) < recused,
        }
    )
    table = marks_to_comparisons(marks)
    null = shuffle_marks(table, WINS, seed).circular  # by any method: triads are not ranked
    triads = count_circular_triads(count_comparisons(table).wins)
    p = p_among(triads.circular / triads.decided, null).p if triads.decided else 1.0
    level = reachable(null[~np.isnan(null)]) if reach else np.nan
    return {"circular triads": Result(p < LEVEL, level)}


def leaders_of_panel(
    rng: Random, seed: int, _reach: bool, *, n: int, jurors: int, near: bool
) -> Results:
    """Who could be first, and joint ranges, by a panel."""
    true = _near(n, 1 / jurors, rng) if near else _two_leaders(n)
    wins = panel_wins(true, jurors, rng)
    field = _field(wins.sum(axis=0), seed)
    return _leaders(true, field, by_clusters(field, [WinMatrix(own) for own in wins]))


def leaders_of_ranker(
    rng: Random, seed: int, _reach: bool, *, n: int, share: float, near: bool
) -> Results:
    """Who could be first, and joint ranges, by a ranker; by the likelihood of few pairs."""
    compared = (2 if share > 0.1 else 1) * share * (n - 1)
    true = _near(n, 4 / compared, rng) if near else _two_leaders(n)
    field = _field(ranker_tally(true, share, rng).wins, seed)
    found = by_candidates(field, DRAWS) if share > 0.1 else by_likelihood(field)
    return _leaders(true, field, found)


def _near(n: int, variance: float, rng: Random) -> np.ndarray:
    return rng.normal(0, np.sqrt(variance) / 4, n)


def _two_leaders(n: int) -> np.ndarray:
    return np.where(np.arange(n) < 2, ABOVE, 0.0)


def _field(wins: np.ndarray, seed: int) -> Field:
    matrix = WinMatrix(wins)
    strength = BRADLEY_TERRY.strengths(matrix, None, None)
    return Field(ids(len(wins)), matrix, strength, BRADLEY_TERRY, seed)


def _leaders(true: np.ndarray, field: Field, found: ComponentIntervals) -> Results:
    """Whether a truly best candidate is excluded, and whether any true rank is out of its range."""
    leads = competition_rank(field.printed) == 1
    could = could_be_first(found.strength, found.p, leads)
    low, high = joint_ranges(found.strength, found.p)
    best, worst = competition_rank(true), len(true) + 1 - competition_rank(-true)
    excluded = bool((~could & (best == 1)).any())
    return {
        ALONE: Result(excluded and (could == leads).all()),
        EXCLUDED: Result(excluded),
        JOINT: Result(bool(((low > best) | (high < worst)).any())),
    }
