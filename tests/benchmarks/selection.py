"""What choosing pairs costs in agreement with the full round robin, on simulated rankers.

    python tests/benchmarks/selection.py --seeds 20
    python tests/benchmarks/selection.py --seeds 20 --share 0.5 --stops
    python tests/benchmarks/selection.py --seeds 400 --candidates 24 --share 0.3 --coverage

Strengths are normal, and comparisons follow Bradley-Terry with a spread by which the ranker upsets
one pair in five. Each pair has one result, however it is chosen: the designs below see a share of
those that the full round robin has. With ``--both-orders`` it has two, one in each order, as a
ranker of recordings gives. Printed are Kendall's tau-b of the ranking from that share with the
ranking from all pairs, and with the true order: means over seeds with 95 % intervals (Student's t),
and differences from Swiss, paired by seed.

Designs: the rules of :mod:`ranking.selection.rules`; Swiss pairs by matching; and active pairs by
the mean variance of the posterior (A-optimality), where the program's go by its determinant (D).
The last two are here alone, since they gain nothing.

``--coverage`` prints how often the program's 95 % ranges of rank hold the true rank, and intervals
of strength the true strength, where pairs were chosen at random and by the Swiss system, and how
wide ranges are.
"""

import argparse
from collections.abc import Callable
from functools import cache
from unittest import mock

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm, t

from ranking.comparisons.tally import Tally, WinMatrix
from ranking.evaluation.agreement import tau_b
from ranking.methods.bradley_terry import BRADLEY_TERRY, bradley_terry_log_strengths
from ranking.methods.method import competition_rank, rank_candidates
from ranking.selection import rules as selection
from ranking.selection.compared_pairs import (
    PRIOR_VARIANCE,
    ComparedPairs,
    all_pairs_of,
    nothing_compared,
)
from ranking.selection.rules import select_pairs
from ranking.selection.stability import round_agreements
from ranking.tables import RULES
from ranking.uncertainty.normal_prior import posterior_given
from ranking.uncertainty.profile_likelihood import reference_group
from ranking.uncertainty.rank_intervals import estimate_intervals

UPSETS = 0.2
"""Share of pairs that the ranker upsets."""
STOPS = (0.95, 0.96, 0.97, 0.98)
"""Agreements of two rounds running at which comparing could stop."""
Design = Callable[[ComparedPairs, int, int], np.ndarray]
"""From comparisons so far, a number and a seed to pairs, shape (number, 2)."""


@cache
def spread_of_upsets(share: float = UPSETS) -> float:
    """Return the standard deviation of strengths at which this share of all pairs is upset."""
    gaps = norm.ppf((np.arange(20_000) + 0.5) / 20_000)

    def upsets(spread: float) -> float:
        return float(expit(-np.abs(gaps) * spread * np.sqrt(2)).mean())

    return float(brentq(lambda spread: upsets(spread) - share, 0.01, 50))


def field(n: int, orders: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return true strengths (n,), and the points of row against column (n, n)."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, spread_of_upsets(), n)
    return true, results(true, orders, rng)


def results(strength: np.ndarray, orders: int, rng: np.random.Generator) -> np.ndarray:
    """Return the points of row against column, one result per order, shape (n, n)."""
    n = len(strength)
    won = rng.binomial(orders, expit(strength[:, np.newaxis] - strength)) / orders
    upper = np.triu(won, 1)
    return upper + np.tril(1 - upper.T, -1) * (1 - np.eye(n))


def rule(name: str) -> Design:
    """Return the design of a rule that the program has."""
    return lambda compared, number, seed: select_pairs(compared, number, name, seed)


def swiss_by_matching(compared: ComparedPairs, number: int, seed: int) -> np.ndarray:
    """Return Swiss pairs, each round the matching that tells most."""
    with mock.patch.object(selection, "pair_neighbours", return_value=[]):
        return select_pairs(compared, number, "swiss", seed)


def active_by_variance(compared: ComparedPairs, number: int, seed: int) -> np.ndarray:
    """Return the pairs after which the variances of strengths are least, one after the other."""
    n = compared.n
    if len(compared) < n:  # two rounds that join all
        return select_pairs(compared, number, "random", seed)
    strength, covariance = posterior_given(compared.wins, PRIOR_VARIANCE)
    p = expit(strength[:, np.newaxis] - strength)
    information = p * (1 - p)
    free = np.triu(np.ones((n, n), dtype=bool), 1)
    free[tuple(np.sort(compared.pairs, axis=1).T)] = False
    chosen = []
    for _ in range(number):
        variance, square = covariance.diagonal(), covariance @ covariance
        spread = variance[:, np.newaxis] + variance - 2 * covariance
        own = square.diagonal()
        gain = information * (own[:, np.newaxis] + own - 2 * square) / (1 + information * spread)
        i, j = np.unravel_index(np.argmax(np.where(free, gain, -1.0)), free.shape)
        free[i, j] = False
        chosen.append((i, j))
        along = covariance[:, i] - covariance[:, j]
        weight = information[i, j] / (1 + information[i, j] * spread[i, j])
        covariance = covariance - weight * np.outer(along, along)
    return np.array(chosen)


DESIGNS: dict[str, Design] = {
    "random": rule("random"),
    "swiss": rule("swiss"),
    "swiss by matching": swiss_by_matching,
    "active": rule("active"),
    "active by variance": active_by_variance,
}


def run(design: Design, points: np.ndarray, number: int, seed: int) -> list[ComparedPairs]:
    """Return the comparisons after each round of a design, up to a number of pairs."""
    n = len(points)
    compared, out = nothing_compared(n), []
    while len(compared) < number:
        pairs = design(compared, min(n // 2, number - len(compared)), seed)
        compared = ComparedPairs(
            n,
            np.concatenate([compared.pairs, pairs]),
            np.concatenate([compared.points, points[tuple(pairs.T)]]),
        )
        out.append(compared)
    return out


def fitted(won: np.ndarray) -> np.ndarray:
    """Return strengths as the program ranks by."""
    return bradley_terry_log_strengths(WinMatrix(won))


def stops(
    rounds: list[ComparedPairs], full: np.ndarray, true: np.ndarray, orders: int
) -> dict[float, tuple[float, float, float]]:
    """Return where each rule stops: share compared, tau-b with all pairs and with the true order.

    The share is missing where it does not stop.
    """
    last = [round_agreements(one, 1)[-1:] for one in rounds]
    found = {}
    for limit in STOPS:
        for at in range(1, len(rounds)):
            if all(own and own[0] >= limit for own in last[at - 1 : at + 1]):
                ranked = fitted(orders * rounds[at].wins)
                share = len(rounds[at]) / all_pairs_of(len(true))
                found[limit] = (share, tau_b(ranked, full), tau_b(ranked, true))
                break
    return found


def held(name: str, n: int, number: int, orders: int, seed: int) -> tuple[float, float, float]:
    """Return the shares of true ranks and strengths within their intervals, and the mean width."""
    true, points = field(n, orders, seed)
    compared = run(rule(name), points, number, seed)[-1]
    tally = tally_of(compared, orders)
    found = estimate_intervals(
        rank_candidates(tally, BRADLEY_TERRY),
        tally,
        BRADLEY_TERRY,
        seed,
        chosen_by_results=name != "random",
    )
    table = found.ranking.set_index("candidate").loc[tally.candidates]
    rank, strength = competition_rank(true), true - true[reference_group(tally.wins)].mean()
    ranks = (table["rank_low"] <= rank) & (rank <= table["rank_high"])
    strengths = (table["strength_low"] <= strength) & (strength <= table["strength_high"])
    width = (table["rank_high"] - table["rank_low"]).mean()
    return float(ranks.mean()), float(strengths.mean()), float(width)


def tally_of(compared: ComparedPairs, orders: int) -> Tally:
    """Return comparisons, one for each pair or one in each order, as a tally."""
    n = compared.n
    first_wins, counts = np.zeros((2, n, n))
    first, second = compared.pairs.T
    counts[first, second], first_wins[first, second] = 1, np.ceil(compared.points)
    if orders == 2:
        counts[second, first], first_wins[second, first] = 1, np.ceil(0.9 - compared.points)
    return Tally(pd.Index([f"c{at:03}" for at in range(n)]), counts, first_wins)


def print_coverage(fields: int, n: int, number: int, orders: int) -> None:
    """Print the coverage of intervals under each rule of the program."""
    for name in RULES:
        shares = np.array([held(name, n, number, orders, seed) for seed in range(fields)])
        errors = shares.std(axis=0, ddof=1) / np.sqrt(fields)
        print(
            f"{name:8}ranks {shares[:, 0].mean():.4f} ± {1.96 * errors[0]:.4f}  "
            f"strengths {shares[:, 1].mean():.4f} ± {1.96 * errors[1]:.4f}  "
            f"width {shares[:, 2].mean():.2f}",
            flush=True,
        )


def mean_and_interval(values: list[float]) -> str:
    """Return a mean with its 95 % interval over seeds."""
    mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    half = t.ppf(0.975, len(values) - 1) * error
    return f"{mean:+.4f} [{mean - half:+.4f}, {mean + half:+.4f}]"


def print_agreement(names: list[str], n: int, number: int, orders: int, seeds: int) -> None:
    """Print how the rankings of some designs agree with that from all pairs and the true order."""
    taus: dict[str, list[tuple[float, float]]] = {name: [] for name in [*names, "all pairs"]}
    for seed in range(seeds):
        true, points = field(n, orders, seed)
        full = fitted(orders * points)
        taus["all pairs"].append((1.0, tau_b(full, true)))
        for name in names:
            ranked = fitted(orders * run(DESIGNS[name], points, number, seed)[-1].wins)
            taus[name].append((tau_b(ranked, full), tau_b(ranked, true)))
    for at, other in enumerate(("the ranking from all pairs", "the true order")):
        print(f"tau-b with {other}")
        for name, own in taus.items():
            print(f"  {name:24}{mean_and_interval([one[at] for one in own])}")
            if name not in ("swiss", "all pairs") and "swiss" in taus:
                gaps = [a[at] - b[at] for a, b in zip(own, taus["swiss"], strict=True)]
                print(f"    {'less that of swiss':22}{mean_and_interval(gaps)}")


def print_stops(n: int, number: int, orders: int, seeds: int) -> None:
    """Print where Swiss pairs would stop, and how good the ranking is then."""
    stopped: dict[float, list[tuple[float, float, float]]] = {limit: [] for limit in STOPS}
    for seed in range(seeds):
        true, points = field(n, orders, seed)
        rounds = run(DESIGNS["swiss"], points, number, seed)
        for limit, one in stops(rounds, fitted(orders * points), true, orders).items():
            stopped[limit].append(one)
    for limit, found in stopped.items():
        if found:
            share, full_tau, true_tau = np.mean(found, axis=0)
            print(
                f"two rounds of {limit}: {len(found)} of {seeds} stop, after {share:.1%} of "
                f"pairs; tau-b with all pairs {full_tau:.3f}, with the true order {true_tau:.3f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=137)
    parser.add_argument("--share", type=float, default=0.23, help="of all pairs")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--both-orders", action="store_true", help="two results a pair")
    parser.add_argument("--designs", default=",".join(("random", "swiss", "active")))
    parser.add_argument("--stops", action="store_true", help="where Swiss pairs would stop")
    parser.add_argument("--coverage", action="store_true", help="of ranges and intervals")
    given = parser.parse_args()
    n, orders = given.candidates, 1 + given.both_orders
    number = round(given.share * all_pairs_of(n))
    print(
        f"{n} candidates, {number:,} of {all_pairs_of(n):,} pairs, {orders} results each; "
        f"strengths of standard deviation {spread_of_upsets():.2f}; {given.seeds} seeds"
    )
    if given.coverage:
        print_coverage(given.seeds, n, number, orders)
    elif given.stops:
        print_stops(n, number, orders, given.seeds)
    else:
        print_agreement(given.designs.split(","), n, number, orders, given.seeds)


if __name__ == "__main__":
    main()
