"""Time the engine on a large tournament, each part as a ratio to another program's fit.

Run ``python tests/benchmarks/engine.py``; ``--candidates 100`` for a short one. All pairs are
compared in both orders: 1,000 candidates make 999,000 comparisons. ``--candidates 10000
--comparisons 300000`` compares random pairs instead; of more candidates than have arrays of all
pairs, evalica alone is timed beside, and nothing is checked. Comparisons are simulated by the
Bradley-Terry model with strengths of standard deviation 1; ratios below 1 are faster than the other
program. Of other programs, what they take from one list of rows to strengths is timed; of this
one, the fit alone, and counting with it.
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
from ranking.comparisons.graph.components import strongly_connected_components
from ranking.comparisons.graph.counts import MAX_DENSE
from ranking.comparisons.tally import WinMatrix, count_comparisons
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.methods.bradley_terry import bradley_terry_log_strengths

CHOIX, EVALICA = "choix.opt_pairwise", "evalica.bradley_terry"


def tournament(n: int, rows: int | None = None, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the roster of n candidates and comparisons of all pairs, or so many of random ones."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number:04}" for number in range(n)])
    score = np.sort(rng.integers(0, 4, n))
    strength = 0.3 * score + rng.standard_normal(n)
    if rows is None:
        i, j = np.nonzero(~np.eye(n, dtype=bool))
    else:
        i, apart = rng.integers(n, size=rows), rng.integers(1, n, size=rows)
        j = (i + apart) % n
    won = rng.random(len(i)) < 1 / (1 + np.exp(strength[j] - strength[i]))
    comparisons = pd.DataFrame(
        {"first": ids[i], "second": ids[j], "winner": np.where(won, ids[i], ids[j])}
    )
    return pd.DataFrame({"candidate": ids, "score": score}), comparisons


def of_largest_group(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons of those whom wins connect both ways: all strengths are finite."""
    tally = count_comparisons(comparisons)
    members = tally.candidates[max(strongly_connected_components(tally.wins), key=len)]
    return comparisons[comparisons["first"].isin(members) & comparisons["second"].isin(members)]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds that a call took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def time_study(folder: Path, *, with_check: bool) -> dict[str, float]:
    """Return the seconds from the files to the ranking, and from there to the findings."""
    ranked, study = timed(
        lambda: run_study(
            competition := read_competition(folder / "roster.csv"),
            load_comparisons(competition, folder / "comparisons.csv"),
            Settings(),
        )
    )
    if not with_check:
        return {"read and rank": ranked}
    checked, _ = timed(lambda: check_study(study))
    return {"read and rank": ranked, "check": checked}


def time_fits(comparisons: pd.DataFrame) -> dict[str, float]:
    """Return the seconds of the Bradley-Terry fit alone, by this program and by others."""
    comparisons = of_largest_group(comparisons.assign(votes=1, windows=1))
    tally_seconds, tally = timed(lambda: count_comparisons(comparisons))
    names = tally.candidates
    first, second = (names.get_indexer(comparisons[place]) for place in ("first", "second"))
    won = comparisons["winner"].to_numpy() == comparisons["first"].to_numpy()
    winner, loser = np.where(won, first, second), np.where(won, second, first)
    pairs = list(zip(winner.tolist(), loser.tolist(), strict=True))
    winners = [evalica.Winner.X if x else evalica.Winner.Y for x in won]
    first_ids, second_ids = comparisons["first"].tolist(), comparisons["second"].tolist()
    fit_seconds, strengths = timed(lambda: bradley_terry_log_strengths(WinMatrix(tally.wins)))
    others = {
        EVALICA: lambda: np.log(
            evalica.bradley_terry(first_ids, second_ids, winners, limit=100_000)
            .scores.loc[names]
            .to_numpy()
        )
    }
    if len(names) <= MAX_DENSE:
        others[CHOIX] = lambda: choix.opt_pairwise(len(names), pairs)
    seconds = {"fit": fit_seconds, "count and fit": tally_seconds + fit_seconds}
    for name, fit in others.items():
        seconds[name], other = timed(fit)
        gap = np.abs(strengths - (other - other.mean())).max()
        print(f"largest difference from {name} in log-strength: {gap:.1e}")
    return seconds


def main() -> None:
    """Print a table of seconds and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=1000)
    parser.add_argument("--comparisons", type=int, help="of random pairs; without, all pairs")
    given = parser.parse_args()
    n = given.candidates
    roster, comparisons = tournament(n, given.comparisons)
    print(f"{n:,} candidates, {len(comparisons):,} comparisons")
    with tempfile.TemporaryDirectory() as name:
        for table, stem in ((roster, "roster"), (comparisons, "comparisons")):
            write_text(to_csv(table), Path(name) / f"{stem}.csv")
        seconds = time_study(Path(name), with_check=n <= MAX_DENSE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # without the other programs
    seconds |= time_fits(comparisons)
    print(f"{'':24} {'seconds':>8} {'÷ choix':>8} {'÷ evalica':>10}")
    for part, spent in seconds.items():
        to_choix, to_evalica = (spent / seconds.get(other, np.nan) for other in (CHOIX, EVALICA))
        print(f"{part:24} {spent:8.2f} {to_choix:8.3f} {to_evalica:10.2f}")
    print(f"peak memory while reading, ranking and checking: {peak:.2f} GB")


if __name__ == "__main__":
    main()
