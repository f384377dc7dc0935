"""Size and power of the tests of jurors' own candidates and of trends, in simulated panels.

    python tests/benchmarks/own_candidates.py --fields 1000

Marks are whole, mark = candidate + juror + residual, with jurors whose residuals differ in spread
by a third about the standard deviation given: 2.2 is that of stage 1 of the 2025 competition, 1.8
that of its stage 3. Own candidates are each juror's own, or shared by half of the jurors, as
compatriots are.

Printed are, without a difference, the share of panels in which any juror is significant at 5 % by
Holm's method, in which all together are, and how often intervals hold 0; then the power to find one
juror of 17 whose marks for own candidates differ, by number of own candidates and difference, at
the first step of Holm's method; then the sizes of the tests of trends, by round and over rounds.
"""

import argparse
import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.jurors.favouritism import compare_by_juror, compare_own_candidates
from ranking.jurors.trend import PositionedRound, estimate_trend

LEVEL = 0.05
FAMILY = 17
PUPILS = (1, 2, 3, 4, 6, 8)
DIFFERENCES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


@dataclass(frozen=True)
class Panel:
    """A kind of panel without any difference."""

    jurors: int
    n: int
    own: int
    shared: bool = False
    recused: float = 0.0
    sigma: float = 2.2

    def __str__(self) -> str:
        whose = "shared" if self.shared else "apart"
        recused = f", {self.recused:.0%} recused" if self.recused else ""
        return f"{self.jurors:>2} jurors x {self.n} candidates, {self.own} own, {whose}{recused}"

    def marks(self, rng: np.random.Generator) -> np.ndarray:
        """Return marks, shape (jurors, n)."""
        spread = self.sigma * rng.uniform(2 / 3, 4 / 3, (self.jurors, 1))
        strength, severity = rng.normal(17, 2, self.n), rng.normal(0, 1, (self.jurors, 1))
        marks = np.rint(strength + severity + spread * rng.standard_normal((self.jurors, self.n)))
        return np.where(rng.random(marks.shape) < self.recused, np.nan, marks)

    def whose(self, rng: np.random.Generator) -> np.ndarray:
        """Return whether each candidate is each juror's own, shape (jurors, n)."""
        own = np.zeros((self.jurors, self.n), dtype=bool)
        if self.shared:
            own[: self.jurors // 2, : self.own] = True
            return own
        for juror in own:
            juror[rng.choice(self.n, self.own, replace=False)] = True
        return own


def sizes(panel: Panel, fields: int, seed: int) -> tuple[float, float, float, float]:
    """Return shares of panels with a significant juror and with all significant, and coverages."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(fields):
        marks, own = panel.marks(rng), panel.whose(rng)
        result = compare_own_candidates(marks, own, list(map(str, range(panel.jurors))), at)
        tested = result.jurors[result.jurors["p"].notna()]
        held = (tested["low"] <= 0) & (tested["high"] >= 0)
        together = result.together
        found.append(
            (
                bool((tested["p_holm"] < LEVEL).any()),
                together.p < LEVEL,
                held.mean(),
                together.low <= 0 <= together.high,
            )
        )
    shares: tuple[float, float, float, float] = tuple(np.mean(found, axis=0).tolist())
    return shares


def power(panel: Panel, difference: float, fields: int, seed: int) -> float:
    """Return how often one juror is significant at the first step of Holm's method over 17."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(fields):
        marks = panel.marks(rng)
        own = np.zeros(marks.shape, dtype=bool)
        own[0, rng.choice(panel.n, panel.own, replace=False)] = True
        names = list(map(str, range(panel.jurors)))
        table = compare_by_juror(marks + difference * own, own, names, at)
        found.append(table["p"][0] * FAMILY < LEVEL)
    return float(np.mean(found))


def trend_sizes(rounds: int, jurors: int, fields: int, seed: int) -> tuple[float, float, float]:
    """Return sizes of the tests of all jurors' and of any juror's slope, and coverage of 0."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(fields):
        result = estimate_trend(_played(rng, rounds, jurors), list(map(str, range(jurors))), at)
        slope = result.slope
        found.append(
            (
                slope.p < LEVEL,
                bool((result.jurors["p_holm"] < LEVEL).any()),
                slope.low <= 0 <= slope.high,
            )
        )
    shares: tuple[float, float, float] = tuple(np.mean(found, axis=0).tolist())
    return shares


def _played(rng: np.random.Generator, rounds: int, jurors: int) -> list[PositionedRound]:
    """Rounds of 40 candidates, the better half of whom pass, each in an order of its own."""
    strength, severity = rng.normal(17, 2, 40), rng.normal(0, 1, (jurors, 1))
    kept, played = np.arange(40), []
    for at in range(rounds):
        position = rng.permutation(len(kept)) + 1.0
        marks = np.rint(strength[kept] + severity + rng.normal(0, 2.2, (jurors, len(kept))))
        ids = pd.Index([f"c{one:02}" for one in kept])
        played.append(PositionedRound(f"r{at}", ids, marks, position))
        kept = kept[np.sort(np.argsort(-marks.mean(axis=0))[: len(kept) // 2])]
    return played


def panels() -> list[Panel]:
    """Return the panels whose sizes are printed."""
    return [
        *(Panel(jurors, 40, 6, shared) for jurors in (5, 9, 17) for shared in (False, True)),
        *(Panel(jurors, 12, 3, recused=0.05) for jurors in (5, 9, 17)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fields", type=int, default=500, help="panels to simulate of each kind")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{'no difference':<58}{'any':>7}{'all':>7}{'covered':>9}{'of all':>8}")
    for panel in panels():
        shares = sizes(panel, given.fields, given.seed)
        print(
            f"{panel!s:<58}{shares[0]:>7.3f}{shares[1]:>7.3f}{shares[2]:>9.3f}{shares[3]:>8.3f}",
            flush=True,
        )
    for n, sigma in ((84, 2.2), (20, 1.8)):
        print(f"\npower, one of 17 jurors, {n} candidates, residuals of {sigma}, by difference")
        print(f"{'own':>5}" + "".join(f"{one:>7g}" for one in DIFFERENCES))
        for own in (one for one in PUPILS if one <= n // 2):
            panel = Panel(17, n, own, sigma=sigma)
            line = [power(panel, one, given.fields // 2, given.seed) for one in DIFFERENCES]
            print(f"{own:>5}" + "".join(f"{one:>7.2f}" for one in line), flush=True)
    print(f"\n{'trends, none':<58}{'slope':>7}{'any':>7}{'covered':>9}")
    for rounds, jurors in itertools.product((1, 3), (5, 9, 17)):
        shares = trend_sizes(rounds, jurors, given.fields, given.seed)
        name = f"{jurors:>2} jurors, {rounds} round{'s' * (rounds > 1)}"
        print(f"{name:<58}{shares[0]:>7.3f}{shares[1]:>7.3f}{shares[2]:>9.3f}", flush=True)


if __name__ == "__main__":
    main()
