"""What the tests of agreement with a result say of one field without any.

Conventions
-----------
The *reachable* level of a permutation test is the share of all arrangements of the same results
that it would call significant: below 5 % where arrangements are few, or many tie.

Each function takes a generator, a seed for the test, and whether to compute reachable levels, which
takes time; and returns the results of tests by their names.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from null_fields import (
    SPREAD,
    decide,
    differences,
    panel_wins,
    ranker_tally,
    rounds_passed,
    tally_of_wins,
)

from ranking.comparisons.tally import Tally
from ranking.evaluation.accuracy import accuracy_test, control_accuracy, larger_value_win_matrix
from ranking.evaluation.agreement import tau_b, tau_test, top_test
from ranking.evaluation.hit_rate import (
    ROUNDING,
    area_under_roc,
    global_envelope,
    hit_rate_curve,
    precision_at_every_k,
    summarise_hit_rate,
)
from ranking.evaluation.multiple import holm
from ranking.evaluation.null_model import permuted_strengths, random_judge_strengths
from ranking.evaluation.paired import order_accuracy_difference
from ranking.evaluation.permutation import arrange, p_among, sums_over_better
from ranking.evaluation.resampling import Estimate
from ranking.evaluation.shares import panel_share
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE
from ranking.methods.method import competition_rank, rank_candidates

LEVEL = 0.05
FAMILY = "any of them, by Holm"
JUDGES = 199  # random judges: p is then below 5 % in 4 % of fields


class Result(NamedTuple):
    """What one test said of one field."""

    found: bool
    """Whether its p is below 5 %, or its 95 % interval without the value of no effect."""
    reachable: float = float("nan")
    """Level that its arrangements allow, if it was computed."""


Results = dict[str, Result]
Random = np.random.Generator


def ranker(
    rng: Random, seed: int, reach: bool, *, n: int, share: float, rounds: bool = True
) -> Results:
    """Results, rounds or all different, permuted over the candidates of a ranker."""
    score = rounds_passed(n) if rounds else np.arange(float(n))
    tally = ranker_tally(rng.normal(0, SPREAD, n), share, rng)
    return _agreement(tally, rng.permutation(score), seed, reach=reach)


def panel(
    rng: Random, seed: int, reach: bool, *, n: int, jurors: int, recused: float = 0.0
) -> Results:
    """Results permuted over the candidates of a panel, whose jurors share a liking of them."""
    wins = panel_wins(rng.normal(size=n), jurors, rng, recused).sum(axis=0)
    return _agreement(tally_of_wins(wins), rng.permutation(rounds_passed(n)), seed, reach=reach)


def panel_interval(rng: Random, seed: int, _reach: bool, *, n: int, jurors: int) -> Results:
    """The interval of a panel's pair accuracy, beside one half."""
    wins = panel_wins(rng.normal(size=n), jurors, rng)
    score = rng.permutation(rounds_passed(n))
    better = score[:, np.newaxis] > score
    counts = wins + wins.transpose(0, 2, 1)
    estimate = panel_share(wins * better, counts * better, seed)
    return {"interval of pair accuracy": Result(interval_without(estimate, 0.5))}


def unequal_only(rng: Random, seed: int, reach: bool, *, n: int) -> Results:
    """A ranker who compared every pair of unequal result, and no other, as in 2015."""
    return _agreement(*_unequal_pairs(rng, n), seed, reach=reach)


def win_rates_of_unequal(rng: Random, seed: int, _reach: bool, *, n: int) -> Results:
    """The same by win rates, which are compared with random judges given the same pairs."""
    tally, score = _unequal_pairs(rng, n)
    null = random_judge_strengths(tally, WIN_RATE, seed, JUDGES)
    value = tau_b(WIN_RATE.strengths(tally.matrix, None, None), score)
    p = p_among(value, np.array([tau_b(other, score) for other in null])).p
    return {"tau-b": Result(p < LEVEL)}


def hit_rate_of_ranker(rng: Random, seed: int, _reach: bool, *, n: int, share: float) -> Results:
    """A ranker's curve beside random judges given the same pairs."""
    tally = ranker_tally(rng.normal(0, SPREAD, n), share, rng)
    return _bands(rng, tally, random_judge_strengths(tally, BRADLEY_TERRY, seed))


def hit_rate_of_panel(rng: Random, seed: int, _reach: bool, *, n: int, jurors: int) -> Results:
    """A panel's curve beside its strengths permuted."""
    tally = tally_of_wins(panel_wins(rng.normal(size=n), jurors, rng).sum(axis=0))
    strength = BRADLEY_TERRY.strengths(tally.matrix, None, None)
    return _bands(rng, tally, permuted_strengths(strength, seed))


def two_rankings(
    rng: Random, seed: int, _reach: bool, *, n: int, related: float, shared: float
) -> Results:
    """Two rankings as near to the result as each other, with errors of 1.

    Parameters
    ----------
    rng, seed : as elsewhere
    n : number of candidates
    related : slope on the result, in standard deviations
    shared : standard deviation of a further error, which the two share
    """
    score, (one, other) = _rankings(rng, n, related, shared, 2)
    p = order_accuracy_difference(one, other, score, seed).p
    return {"nearer to the result": Result(p < LEVEL)}


def four_rankings(rng: Random, seed: int, _reach: bool, *, n: int) -> Results:
    """Every two of four rankings that are as near to the result as each other."""
    score, several = _rankings(rng, n, 1.0, 0.0, 4)
    pairs = zip(*np.triu_indices(4, k=1), strict=True)
    p = [order_accuracy_difference(several[i], several[j], score, seed).p for i, j in pairs]
    return {FAMILY: Result(bool((holm(p) < LEVEL).any()))}


def roster_values(rng: Random, seed: int, reach: bool, *, n: int) -> Results:
    """Rules that prefer the larger of a number that has nothing to do with the result."""
    score = rng.permutation(rounds_passed(n))
    numbers = {
        "roster order": rng.permutation(n).astype(float),
        "length, a tenth unknown": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
        "day of appearance": rng.permutation(n) // 4 * 1.0,
    }
    p = {name: control_accuracy(own, score, seed).p for name, own in numbers.items()}
    levels = {}
    for name, own in numbers.items() if reach else ():
        known = ~np.isnan(own)
        wins = larger_value_win_matrix(own[known])
        levels[name] = _reachable_accuracy(wins, wins + wins.T, score[known])
    return _with_family(p, levels)


def interval_without(estimate: Estimate, value: float) -> bool:
    """Whether there is an interval, and a value is outside it."""
    return bool(estimate.low > value or estimate.high < value)


def reachable(drawn: np.ndarray) -> float:
    """Return the share of statistics, shape (N,), whose own two-sided p among them is below 5 %."""
    counts = np.unique(np.round(drawn, 9), return_counts=True)[1]
    below = np.cumsum(counts)
    tails = np.minimum(below, len(drawn) - below + counts)
    return float(counts[2 * tails < LEVEL * len(drawn)].sum() / len(drawn))


def _agreement(tally: Tally, score: np.ndarray, seed: int, *, reach: bool) -> Results:
    """Pair accuracy, tau-b, and the top of each round; together they are a family."""
    strength = BRADLEY_TERRY.strengths(tally.matrix, None, None)
    levels = {}
    if reach:
        levels["pair accuracy"] = _reachable_accuracy(tally.wins, tally.pair_counts, score)
        levels["tau-b"] = _reachable_tau(strength, score)
    p = {
        "pair accuracy": accuracy_test(tally.wins, tally.pair_counts, score, seed).p,
        "tau-b": tau_test(strength, score, seed).p,
    }
    different = np.unique(score)[1:]
    for at, level in enumerate(different if len(different) < 4 else (), 1):
        _, drawn, test = top_test(strength, score >= level, seed)
        p[f"round {at}"] = test.p
        if reach:
            levels[f"round {at}"] = reachable(drawn)
    return _with_family(p, levels)


def _with_family(p: dict[str, float], levels: dict[str, float] | None = None) -> Results:
    found = {name: Result(own < LEVEL, (levels or {}).get(name, np.nan)) for name, own in p.items()}
    return found | {FAMILY: Result(bool((holm([*p.values()]) < LEVEL).any()))}


def _reachable_accuracy(wins: np.ndarray, pair_counts: np.ndarray, score: np.ndarray) -> float:
    won, compared = sums_over_better(np.stack([wins, pair_counts]), arrange(score).levels).T
    return reachable(np.divide(won, compared, out=np.full_like(won, 0.5), where=compared > 0))


def _reachable_tau(strength: np.ndarray, score: np.ndarray) -> float:
    rank = competition_rank(strength)
    above = np.sign(rank - rank[:, np.newaxis]).astype(float)
    return reachable(sums_over_better(above[np.newaxis], arrange(score).levels)[:, 0])


def _unequal_pairs(rng: Random, n: int) -> tuple[Tally, np.ndarray]:
    score = rng.permutation(rounds_passed(n))
    log_odds = differences(rng.normal(0, SPREAD, n))
    return decide(score[:, np.newaxis] != score, log_odds, rng), score


def _rankings(
    rng: Random, n: int, related: float, shared: float, count: int
) -> tuple[np.ndarray, np.ndarray]:
    score = rng.permutation(rounds_passed(n))
    common = related * (score - score.mean()) / score.std() + shared * rng.normal(size=n)
    return score, common + rng.normal(size=(count, n))


def _bands(rng: Random, tally: Tally, null: np.ndarray) -> Results:
    """Whether the curve is outside its band, and top half and AUC outside theirs.

    Reachable is how many of the random judges behind a band are outside it.
    """
    ranking = rank_candidates(tally, BRADLEY_TERRY)
    score = pd.Series(rng.permutation(rounds_passed(len(tally.candidates))), tally.candidates)
    passed = score >= 1
    curve = hit_rate_curve(ranking, passed, score.map("{:g}".format), null)
    found = summarise_hit_rate(ranking, curve, passed, null)
    own = precision_at_every_k(null, passed.to_numpy())
    low, high = global_envelope(own)
    outside = ((own < low - ROUNDING) | (own > high + ROUNDING)).any(axis=1)
    bands = {
        "top half": (
            found.top_half_hit_rate,
            (found.top_half_low, found.top_half_high),
            own[:, found.top_half - 1],
        ),
        "AUC": (
            found.auc,
            (found.auc_low, found.auc_high),
            area_under_roc(null, passed.to_numpy()),
        ),
    }
    return {"curve outside its band": Result(found.outside_band, float(outside.mean()))} | {
        f"{name} outside its band": Result(
            bool(_outside(value, ends)), float(_outside(drawn, ends).mean())
        )
        for name, (value, ends, drawn) in bands.items()
    }


def _outside(values: np.ndarray | float, ends: tuple[float, float]) -> np.ndarray:
    return np.asarray((values < ends[0] - ROUNDING) | (values > ends[1] + ROUNDING))
