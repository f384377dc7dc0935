"""The paper's Figure 2 from its own points.

Conventions
-----------
A point is a candidate: ``wins`` and the ``tier`` of the legend, the round progressed *from*; tier
``none`` did not pass the preliminary round. Most candidates are not named.

The null band is that of random judges under the release's counting: all ordered pairs of unequal
tier, ranked by raw wins. The comparisons are not published, only each candidate's wins, which are
all that Bradley-Terry strengths depend on. The figure's wins sum to 13,047, more than there are
such pairs; they are scaled to their number.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Figure 2.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally
from ranking.errors import CompetitionError
from ranking.evaluation.hit_rate import HitRateSummary, hit_rate_curve, summarise_hit_rate
from ranking.evaluation.null_model import random_judge_strengths
from ranking.files.table_reader import read_csv
from ranking.methods.bradley_terry import newton_step
from ranking.methods.counting import WINS
from ranking.methods.method import competition_rank
from ranking.tables import RANKING

TIERS = ("none", "prelim", "r1", "r2", "r3", "finals")


def read_published_points(path: Path) -> pd.DataFrame:
    """Return the points: candidate (a name, or "point 17"), wins, tier, hit_rate as drawn.

    Raises
    ------
    TableError
        If the file cannot be read.
    CompetitionError
        If a tier is unknown.
    """
    file = read_csv(path, ("point", "wins", "tier", "hit_rate", "named_in_figure"))
    bad = file.first_where(~file.rows["tier"].isin(TIERS))
    if bad is not None:
        raise CompetitionError(
            file.where(bad), f"tier {file.rows['tier'].iloc[bad]!r}", f"use {', '.join(TIERS)}"
        )
    named, number = file.rows["named_in_figure"], file.rows["point"].str.zfill(3)
    return pd.DataFrame(
        {
            "candidate": named.mask(named == "", "point " + number),
            "wins": file.numbers("wins"),
            "tier": file.rows["tier"],
            "hit_rate": file.numbers("hit_rate"),
        }
    )


def published_curve(points: pd.DataFrame, seed: int = 0) -> tuple[pd.DataFrame, HitRateSummary]:
    """Return the HITRATE table and its summary of the published points."""
    by_id = points.set_index("candidate").sort_index()
    wins = by_id["wins"].to_numpy()
    tier = by_id["tier"].map(TIERS.index).to_numpy()
    tally = _release_tally(by_id.index, wins, tier)
    null = random_judge_strengths(tally, WINS, seed)
    ranking = pd.DataFrame(
        {
            "rank": competition_rank(wins),
            "candidate": by_id.index,
            "wins": wins,
            "comparisons": tally.pair_counts.sum(axis=1).astype(int),
            "strength": wins,
        }
    ).reindex(columns=list(RANKING))
    passed = by_id["tier"] != "none"
    curve = hit_rate_curve(ranking, passed, by_id["tier"], null)
    return curve, summarise_hit_rate(ranking, curve, passed, null)


def _release_tally(candidates: pd.Index, wins: np.ndarray, tier: np.ndarray) -> Tally:
    """A tally with the published wins on the release's schedule, by Bradley-Terry's odds."""
    comparisons = (tier[:, np.newaxis] != tier[np.newaxis, :]).astype(float)
    pair_counts = 2 * comparisons
    totals = wins * comparisons.sum() / wins.sum()
    laplacian = np.diag(pair_counts.sum(axis=1)) - pair_counts + 1 / len(wins)
    potential = np.linalg.solve(laplacian, totals - pair_counts.sum(axis=1) / 2)
    linear = pair_counts * (
        0.5 + potential[:, np.newaxis] - potential[np.newaxis, :]
    )  # rows add up to the totals
    strength = np.zeros(len(wins))
    for _ in range(30):
        strength = newton_step(linear, strength)
    p_first = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    return Tally(candidates, comparisons, comparisons * p_first)
