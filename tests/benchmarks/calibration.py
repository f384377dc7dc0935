"""Coverage and width of 95 % intervals, in fields whose true strengths are known.

    python tests/benchmarks/calibration.py --fields 500 --only panel

Each setting is simulated many times. Printed are the shares of candidates whose true rank and true
strength are within their intervals, and the mean width of the ranges of rank, divided by that of an
oracle: ranges from the posterior of strengths, given the same estimates and all true variances. A
field is *spread* if strengths differ by a standard deviation of 1, and *near* if that is a quarter
of the standard error of an estimate. True strengths of a panel are those of infinitely many such
jurors, those of sessions of infinitely many sessions. They are measured, as the intervals are, from
the mean of the largest group whom wins connect both ways.

Sizes of tests follow (:mod:`sizes`), unless groups of settings are chosen.
"""

import argparse
import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from ranking.comparisons.graph.components import weakly_connected_components
from ranking.comparisons.marks import marks_to_comparisons
from ranking.comparisons.tally import count_comparisons
from ranking.methods.bradley_terry import BRADLEY_TERRY, ghost_fit
from ranking.methods.method import competition_rank, rank_candidates
from ranking.uncertainty.jackknife import penalised_strengths
from ranking.uncertainty.normal_prior import posterior_given
from ranking.uncertainty.profile_likelihood import reference_group
from ranking.uncertainty.rank_distribution import normal_draws, rank_distribution
from ranking.uncertainty.rank_intervals import estimate_intervals

STEP = 3.0  # marks to a standard deviation of a juror


@dataclass(frozen=True)
class Field:
    """One simulated competition."""

    comparisons: pd.DataFrame
    """COMPARISONS table."""
    strength: np.ndarray
    """True strengths, on the scale of the ranking."""
    spread: float
    """Standard deviation of the strengths that the field was drawn from."""


@dataclass(frozen=True)
class Panel:
    """Jurors who mark all candidates, but for some of whom they recuse themselves."""

    jurors: int
    n: int
    near: bool
    recused: float = 0.0

    def __str__(self) -> str:
        recusals = f", {self.recused:.0%} recused" if self.recused else ""
        return f"panel {self.jurors:>2} x {self.n:>2} {kind(self.near)}{recusals}"

    def simulate(self, rng: np.random.Generator) -> Field:
        error = (1 + 1 / (12 * STEP**2)) / self.jurors / (1 - self.recused)
        spread = np.sqrt(error) / 4 if self.near else 1.0
        true = rng.normal(0, spread, self.n)
        given = np.round((true + rng.normal(size=(self.jurors, self.n))) * STEP)
        missing = rng.random(given.shape) < self.recused
        table = pd.DataFrame(
            {
                "juror": np.repeat([f"j{i:02}" for i in range(self.jurors)], self.n),
                "candidate": np.tile(names(self.n), self.jurors),
                "mark": given.ravel(),
                "recused": missing.ravel(),
            }
        )
        return largest(Field(marks_to_comparisons(table), panel_strength(true), spread))


@dataclass(frozen=True)
class Design:
    """One ranker who compares some pairs, several times each."""

    n: int
    share: float
    near: bool
    times: int = 2

    def __str__(self) -> str:
        return (
            f"ranker {self.n:>3}, {self.share:.0%} of pairs, {self.times} each, {kind(self.near)}"
        )

    def simulate(self, rng: np.random.Generator) -> Field:
        compared = self.times * self.share * (self.n - 1)
        spread = 2 / np.sqrt(compared) / 4 if self.near else 1.0
        true = rng.normal(0, spread, self.n)
        while True:
            i, j = np.triu_indices(self.n, k=1)
            drawn = rng.random(len(i)) < self.share if self.share < 1 else np.full(len(i), True)
            counts = np.zeros((self.n, self.n))
            counts[i[drawn], j[drawn]] = self.times
            if len(weakly_connected_components(counts + counts.T)) == 1:
                break
        i, j = (np.repeat(one[drawn], self.times) for one in (i, j))
        swapped = np.arange(len(i)) % 2 == 1  # the second comparison is in the other order
        i, j = np.where(swapped, j, i), np.where(swapped, i, j)
        won = rng.random(len(i)) < expit(true[i] - true[j])
        ids = np.array(names(self.n))
        table = pd.DataFrame(
            {"first": ids[i], "second": ids[j], "winner": ids[np.where(won, i, j)]}
        ).assign(votes=1, windows=1)
        return Field(table, true, spread)


@dataclass(frozen=True)
class Sessions:
    """A ranker in sessions, each of which moves the strengths of those compared in it."""

    sessions: int
    n: int
    share: float
    near: bool

    def __str__(self) -> str:
        return (
            f"{self.sessions} sessions, {self.n}, {self.share:.0%} of pairs each, {kind(self.near)}"
        )

    def simulate(self, rng: np.random.Generator) -> Field:
        compared = self.sessions * self.share * (self.n - 1)
        error = 4 / compared + 0.5**2 / self.sessions
        spread = np.sqrt(error) / 4 if self.near else 1.0
        true, ids = rng.normal(0, spread, self.n), np.array(names(self.n))
        tables = []
        for session in range(self.sessions):
            own = true + rng.normal(0, 0.5, self.n)
            i, j = np.triu_indices(self.n, k=1)
            drawn = rng.random(len(i)) < self.share
            i, j = i[drawn], j[drawn]
            won = rng.random(len(i)) < expit(own[i] - own[j])
            table = {"first": ids[i], "second": ids[j], "winner": ids[np.where(won, i, j)]}
            tables.append(pd.DataFrame(table).assign(votes=1, windows=1, session=session))
        return Field(pd.concat(tables, ignore_index=True), session_strength(true), spread)


def largest(field: Field) -> Field:
    """Return the part of the largest component: candidates whom comparisons join."""
    tally = count_comparisons(field.comparisons)
    ids = tally.candidates[tally.components[0]]
    rows = field.comparisons[field.comparisons["first"].isin(ids)]
    at = pd.Index(names(len(field.strength))).get_indexer(ids)
    return Field(rows, field.strength[at], field.spread)


def names(n: int) -> list[str]:
    """Return the ids of n candidates, in order."""
    return [f"c{i:03}" for i in range(n)]


def kind(near: bool) -> str:
    """Return what a field is called."""
    return "near" if near else "spread"


def panel_strength(true: np.ndarray) -> np.ndarray:
    """Return the Bradley-Terry strengths of infinitely many jurors, whose marks are rounded."""
    steps = np.arange(-40, 41)
    cells = norm.cdf((steps + 0.5) / STEP - true[:, np.newaxis]) - norm.cdf(
        (steps - 0.5) / STEP - true[:, np.newaxis]
    )  # (n, steps)
    below = np.cumsum(cells, axis=1) - cells / 2
    wins = cells @ below.T
    np.fill_diagonal(wins, 0)
    return ghost_fit(wins, 0.0)


def session_strength(true: np.ndarray) -> np.ndarray:
    """Return the Bradley-Terry strengths of infinitely many sessions."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(30)
    gap = true[:, np.newaxis] - true
    wins = (expit(gap[..., np.newaxis] + np.sqrt(0.5) * nodes) * weights).sum(axis=-1)
    np.fill_diagonal(wins, 0)
    return ghost_fit(wins, 0.0)


def cover(setting: Panel | Design | Sessions, fields: int, seed: int) -> tuple[float, ...]:
    """Return coverage of ranks and of strengths, relative and absolute width of ranges of rank."""
    rng = np.random.default_rng(seed)
    simulated = [setting.simulate(rng) for _ in range(fields)]
    found = [measure(field, seed + i) for i, field in enumerate(simulated)]
    ranks, strengths, width = np.mean(found, axis=0)
    oracle = oracle_width(simulated, independent=isinstance(setting, Design))
    return ranks, strengths, width / oracle, width


def measure(field: Field, seed: int) -> tuple[float, float, float]:
    """Return coverage of ranks and of strengths, and the mean width of ranges of rank."""
    tally = count_comparisons(field.comparisons)
    ranking = rank_candidates(tally, BRADLEY_TERRY)
    found = estimate_intervals(ranking, field.comparisons, BRADLEY_TERRY, seed).ranking
    found = found.set_index("candidate").loc[tally.candidates]
    rank = competition_rank(field.strength)
    strength = field.strength - field.strength[reference_group(tally.wins)].mean()
    return (
        float(found["rank_low"].le(rank).mul(found["rank_high"].ge(rank)).mean()),
        float(found["strength_low"].le(strength).mul(found["strength_high"].ge(strength)).mean()),
        float((found["rank_high"] - found["rank_low"]).mean()),
    )


def oracle_width(simulated: list[Field], *, independent: bool) -> float:
    """Return the mean width of ranges of rank of the oracle.

    Of independent comparisons it knows the variance of strengths; elsewhere it knows how far
    estimates and strengths correlate, over all fields of a setting.

    Parameters
    ----------
    simulated : all fields of a setting
    independent : whether comparisons are independent given the strengths
    """
    tallies = [count_comparisons(field.comparisons) for field in simulated]
    if independent:
        posteriors = [
            posterior_given(tally.wins, field.spread**2)
            for tally, field in zip(tallies, simulated, strict=True)
        ]
    else:
        estimates = [penalised_strengths(tally.matrix, BRADLEY_TERRY) for tally in tallies]
        true = np.concatenate([field.strength for field in simulated])
        known = np.corrcoef(np.concatenate(estimates), true)[0, 1] ** 2
        error = known * (1 - known) * np.concatenate(estimates).var()
        posteriors = [(known * own, error * np.eye(len(own))) for own in estimates]
    widths = []
    for seed, (posterior, tally) in enumerate(zip(posteriors, tallies, strict=True)):
        low, high = rank_distribution(tally.candidates, normal_draws(*posterior, seed)).ranges
        widths.append((high - low).mean())
    return float(np.mean(widths))


def settings() -> dict[str, list[Panel | Design | Sessions]]:
    """Return all settings, by the name of a group of them."""
    near = (False, True)
    return {
        "panel": [Panel(*one) for one in itertools.product((3, 5, 7, 17), (12, 40, 84), near)],
        "recusals": [Panel(17, n, one, 0.04) for n, one in itertools.product((20, 84), near)],
        "partial": [
            Panel(jurors, 24, one, recused)
            for jurors, recused, one in itertools.product((5, 9, 17), (0.25, 0.5, 0.75, 0.9), near)
        ],
        "complete": [Design(n, 1.0, one) for n, one in itertools.product((12, 40, 84), near)],
        "half": [Design(n, 0.5, one) for n, one in itertools.product((12, 40, 84), near)],
        "sparse": [Design(n, 0.1, one, 1) for n, one in itertools.product((40, 84), near)],
        "repeated": [
            Design(n, 1.0, one, times)
            for n, times, one in itertools.product((3, 5, 8), (50, 100), near)
        ],
        "sessions": [
            Sessions(count, n, 0.2, one)
            for count, n, one in itertools.product((5, 20), (12, 40), near)
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fields", type=int, default=500, help="fields to simulate of each")
    parser.add_argument("--only", choices=settings(), nargs="+", help="these groups of settings")
    parser.add_argument("--sizes", type=int, default=2000, help="fields for the size of each test")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{'setting':<44}{'ranks':>8}{'strengths':>11}{'width / oracle':>16}{'width':>8}")
    for group, members in settings().items():
        for setting in members if not given.only or group in given.only else ():
            ranks, strengths, relative, width = cover(setting, given.fields, given.seed)
            line = f"{setting!s:<44}{ranks:>8.3f}{strengths:>11.3f}{relative:>16.2f}{width:>8.1f}"
            print(line, flush=True)
    if not given.only:
        from sizes import print_sizes  # found beside this file when it is run

        print_sizes(given.sizes, given.seed)


if __name__ == "__main__":
    main()
