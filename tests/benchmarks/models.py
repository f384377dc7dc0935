"""Coverage of 95 % intervals by Davidson's and Thurstone's models, and with an order effect.

    python tests/benchmarks/models.py --fields 100

Fields of 20 candidates whose true strengths are known: by one ranker, who compares all pairs in
both orders and follows the model, and by panels, whose marks are normal and rounded, so that some
tie.
True strengths of a panel are those of 4,000 such jurors. Printed are the shares of candidates whose
true strength and true rank are within their intervals.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from ranking.comparisons.marks import marks_to_comparisons
from ranking.comparisons.tally import Tally, WinMatrix, count_comparisons
from ranking.methods.method import Method, competition_rank, rank_candidates
from ranking.methods.registry import METHODS
from ranking.uncertainty.rank_intervals import estimate_intervals

N = 20
IDS = pd.Index([f"c{at:02}" for at in range(N)])
NU, ORDER_EFFECT = 0.8, 0.5  # of Davidson's ties, and of coming first
NOISE, STEP = 1.5, 0.5  # of a mark, in standard deviations of strength; marks are multiples of it


def ranker(rng: np.random.Generator, name: str, strength: np.ndarray) -> Tally:
    """All pairs in both orders, as a model has them."""
    difference = strength[:, np.newaxis] - strength
    win, tie = expit(difference), np.zeros((N, N))
    if name == "thurstone":
        win = norm.cdf(difference)
    elif name == "davidson":
        total = np.exp(difference / 2) + np.exp(-difference / 2) + NU
        win, tie = np.exp(difference / 2) / total, NU / total
    elif name == "bradley-terry-order":
        win = expit(difference + ORDER_EFFECT)
    drawn, others = rng.random((N, N)), ~np.eye(N, dtype=bool)
    won, tied = (drawn < win) & others, (drawn >= win) & (drawn < win + tie) & others
    return Tally(
        IDS, others.astype(float), won + tied / 2, tied.astype(float) if tied.any() else None
    )


def marks(rng: np.random.Generator, strength: np.ndarray, jurors: int) -> np.ndarray:
    return np.round((strength + rng.normal(0, NOISE, (jurors, N))) / STEP)


def true_strengths(rng: np.random.Generator, method: Method, strength: np.ndarray) -> np.ndarray:
    given = marks(rng, strength, 4000)
    above = (given[:, :, np.newaxis] > given[:, np.newaxis]).mean(axis=0)
    level = (given[:, :, np.newaxis] == given[:, np.newaxis]).mean(axis=0) * (1 - np.eye(N))
    return method.strengths(WinMatrix(above + level / 2, level), None, None)


def held(method: Method, jurors: int, seed: int) -> tuple[float, float]:
    """Shares of true strengths and true ranks within their intervals; 0 jurors are one ranker."""
    rng = np.random.default_rng([seed, jurors])
    if jurors:
        strength = rng.normal(0, 1, N)
        given = pd.DataFrame(marks(rng, strength, jurors), columns=IDS)
        table = given.rename_axis("juror").reset_index().melt("juror", IDS, "candidate", "mark")
        data = marks_to_comparisons(
            table.assign(juror="j" + table["juror"].astype(str), recused=False)
        )
        tally, true = count_comparisons(data), true_strengths(rng, method, strength)
    else:
        strength = rng.normal(0, 0.6, N)
        data = tally = ranker(rng, method.name, strength)
        true = strength - strength.mean()
    found = estimate_intervals(rank_candidates(tally, method), data, method, seed=seed).ranking
    found, rank = found.set_index("candidate").loc[IDS], competition_rank(true)
    strengths = (found["strength_low"] <= true) & (true <= found["strength_high"])
    ranks = (found["rank_low"] <= rank) & (rank <= found["rank_high"])
    return float(strengths.mean()), float(ranks.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", type=int, default=100, help="fields of each kind")
    given = parser.parse_args()
    for jurors in (0, 5, 9, 17):
        for name in ("bradley-terry", "bradley-terry-order", "davidson", "thurstone"):
            if jurors and name == "bradley-terry-order":
                continue  # the same as Bradley-Terry
            shares = np.mean(
                [held(METHODS[name], jurors, seed) for seed in range(given.fields)], axis=0
            )
            who = f"{jurors} jurors" if jurors else "one ranker"
            print(f"{who:12}{name:22}strengths {shares[0]:.3f}  ranks {shares[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
