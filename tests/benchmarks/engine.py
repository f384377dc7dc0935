"""Time the engine on a large tournament, each part as a ratio to another program's fit.

Run ``python tests/benchmarks/engine.py``; ``--candidates 100`` for a short one. All pairs are
compared in both orders: 1,000 candidates make 999,000 comparisons. They are simulated by the
Bradley-Terry model with strengths of standard deviation 1; ratios below 1 are faster than the other
program.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import choix
import evalica
import numpy as np
import pandas as pd

from icpc.competition.competitions import read_competition
from icpc.findings.checks import check_study
from icpc.study.comparisons import load_comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.comparisons.tally import WinMatrix, count_comparisons
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.methods.bradley_terry import bradley_terry_log_strengths


def tournament(n: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the roster and the comparisons of n candidates."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number:04}" for number in range(n)])
    score = np.sort(rng.integers(0, 4, n))
    strength = 0.3 * score + rng.standard_normal(n)
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    won = rng.random(len(i)) < 1 / (1 + np.exp(strength[j] - strength[i]))
    comparisons = pd.DataFrame(
        {"first": ids[i], "second": ids[j], "winner": np.where(won, ids[i], ids[j])}
    )
    return pd.DataFrame({"candidate": ids, "score": score}), comparisons


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds that a call took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def time_study(folder: Path) -> dict[str, float]:
    """Return the seconds from the files to the ranking, and from there to the findings."""
    ranked, study = timed(
        lambda: run_study(
            competition := read_competition(folder / "roster.csv"),
            load_comparisons(competition, folder / "comparisons.csv"),
            Settings(),
        )
    )
    checked, _ = timed(lambda: check_study(study))
    return {"read and rank": ranked, "check": checked}


def time_fits(comparisons: pd.DataFrame) -> dict[str, float]:
    """Return the seconds of the Bradley-Terry fit alone, by this program and by others."""
    wins = count_comparisons(comparisons.assign(votes=1, windows=1)).wins
    names = pd.Index(sorted(comparisons["first"].unique()))
    first, second = (names.get_indexer(comparisons[place]) for place in ("first", "second"))
    won = comparisons["winner"].to_numpy() == comparisons["first"].to_numpy()
    winner, loser = np.where(won, first, second), np.where(won, second, first)
    pairs = list(zip(winner.tolist(), loser.tolist(), strict=True))
    winners = [evalica.Winner.X if x else evalica.Winner.Y for x in won]
    first_ids, second_ids = comparisons["first"].tolist(), comparisons["second"].tolist()
    own_seconds, strengths = timed(lambda: bradley_terry_log_strengths(WinMatrix(wins)))
    choix_seconds, reference = timed(lambda: choix.opt_pairwise(len(names), pairs))
    evalica_seconds, scores = timed(
        lambda: evalica.bradley_terry(first_ids, second_ids, winners).scores
    )
    logs = np.log(scores.loc[names].to_numpy())
    for name, other in (("choix", reference), ("evalica", logs)):
        gap = np.abs(strengths - (other - other.mean())).max()
        print(f"largest difference from {name} in log-strength: {gap:.1e}")
    return {
        "fit": own_seconds,
        "choix.opt_pairwise": choix_seconds,
        "evalica.bradley_terry": evalica_seconds,
    }


def main() -> None:
    """Print a table of seconds and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=1000)
    n = parser.parse_args().candidates
    roster, comparisons = tournament(n)
    print(f"{n:,} candidates, {len(comparisons):,} comparisons")
    with tempfile.TemporaryDirectory() as name:
        for table, stem in ((roster, "roster"), (comparisons, "comparisons")):
            write_text(to_csv(table), Path(name) / f"{stem}.csv")
        seconds = time_study(Path(name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # without the other programs
    seconds |= time_fits(comparisons)
    print(f"{'':24} {'seconds':>8} {'÷ choix':>8} {'÷ evalica':>10}")
    for part, spent in seconds.items():
        ratios = [
            spent / seconds[other] for other in ("choix.opt_pairwise", "evalica.bradley_terry")
        ]
        print(f"{part:24} {spent:8.2f} {ratios[0]:8.3f} {ratios[1]:10.2f}")
    print(f"peak memory while reading, ranking and checking: {peak:.2f} GB")


if __name__ == "__main__":
    main()
