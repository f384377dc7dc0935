"""Swiss pairs of ten thousand recordings: seconds, memory, and agreement with all pairs of some.

Run ``python tests/benchmarks/large_field.py``. Strengths are normal, and the simulated ranker
upsets one pair in five. ``judge rank --pairs swiss`` takes the same way, but for the ranker: what
that takes beside it, a segment and a pair, ``allpairs.py`` and ``gpu_heads.py`` measure. Kendall's
tau is that with the ranking from all pairs of a thousand candidates drawn at random.
"""

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.judging.selected_pairs import Selection, compare_selected_windows
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates

NOISE = 2**0.5 * np.tan(np.pi / 5)
"""Standard deviation of what differences of strength are perceived with: one upset in five."""


class SimulatedRanker:
    """A ranker, and its scorer, of recordings of known strength, one window each."""

    def __init__(self, strength: np.ndarray, rng: np.random.Generator) -> None:
        self.strength, self.rng = strength, rng

    def scorer(self, _: object) -> "SimulatedRanker":
        """Return itself."""
        return self

    def better(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """How much better each first one is found than the second."""
        gap = self.strength[first] - self.strength[second]
        return gap + NOISE * self.rng.standard_normal(gap.shape)

    def score_pairs(self, _: object, pairs: np.ndarray, __: object) -> Iterator[np.ndarray]:
        """Yield probabilities of some pairs after the others."""
        for at in range(0, len(pairs), 1024):
            part = pairs[at : at + 1024]
            yield 1 / (1 + np.exp(-self.better(*part.T)))


class Windows:
    """What a selection asks of a bank: one window for each candidate."""

    def __init__(self, ids: list[str]) -> None:
        self.devices_on_disk: dict[str, object] = {}
        numbers = np.arange(len(ids))
        self.windows = pd.DataFrame(
            {"row": numbers, "candidate": ids, "window": 0, "start": 0.0, "stop": 300.0}
        )


def strengths(votes: pd.DataFrame) -> pd.Series:
    """Bradley-Terry strength of each candidate, from a VOTES table."""
    tally = count_comparisons(votes_to_comparisons(votes))
    return rank_candidates(tally, BRADLEY_TERRY).set_index("candidate")["strength"]


def main() -> None:
    """Choose pairs, rank, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=230_000)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    ranker = SimulatedRanker(rng.standard_normal(given.candidates), rng)
    ids = [f"c{number:05}" for number in range(given.candidates)]
    begun = time.perf_counter()
    selection = Selection("swiss", given.pairs, given.seed)
    found = compare_selected_windows(ranker, Windows(ids), selection)  # type: ignore[arg-type]
    ranking = strengths(found.votes)
    seconds = time.perf_counter() - begun
    some = np.sort(rng.choice(given.candidates, given.sample, replace=False))
    first, second = np.meshgrid(some, some, indexing="ij")
    won = ranker.better(first, second) > 0
    np.fill_diagonal(won, False)
    points = won.sum(axis=1) - won.sum(axis=0)
    own = ranking.loc[[ids[at] for at in some]].to_numpy()
    apart = first != second
    upset = (won != (ranker.strength[first] > ranker.strength[second]))[apart].mean()
    of_all = given.candidates * (given.candidates - 1) // 2
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{given.candidates:,} candidates, {len(found.compared):,} of {of_all:,} pairs")
    print(f"chosen and ranked in {seconds:.1f} s with at most {gigabytes:.2f} GB")
    print(f"of all pairs of {given.sample:,}: {upset:.3f} upset")
    print(f"tau with their ranking from all pairs: {kendalltau(own, points).statistic:.3f}")
    print(f"tau with the truth: {kendalltau(own, ranker.strength[some]).statistic:.3f}")


if __name__ == "__main__":
    main()
