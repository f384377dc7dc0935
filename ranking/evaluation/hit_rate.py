"""Hit-rate of a ranking: how many of the candidates it puts on top passed the round.

Conventions
-----------
At each threshold the hit-rate is the share of the candidates at or above it who passed (precision
at k, "hit-rate" in the paper [1]_); candidates of equal strength share a threshold. Candidates
whose result is unknown are left out. AUC is the probability that one who passed is ranked above
one who did not; AP is the mean hit-rate over those who passed.

The null band of the curve is *simultaneous*, a global envelope [2]_: of a hundred random judges
given the same pairs, about 95 stay inside it over the whole curve. A curve that leaves it anywhere,
upwards or downwards, is seldom that of a random judge. The bands of the top half and of the AUC are
*pointwise*: 95 % of random judges are within each, at that one place.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Figure 2.
.. [2] M. Myllymäki et al., "Global envelope tests for spatial processes", J. R. Stat. Soc. B 2017.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.errors import RankingError
from ranking.evaluation.resampling import LEVEL, QUANTILES
from ranking.methods.method import TIE_TOLERANCE
from ranking.tables import HITRATE

ROUNDING = 1e-12  # that shares of the same counts may differ by


@dataclass(frozen=True)
class HitRateSummary:
    """The hit-rate curve in a few numbers."""

    candidates: int
    """Number of candidates with a known result."""
    passed: int
    """Number of them who passed the round."""
    base_rate: float
    """Share of all candidates who passed: the hit-rate at k = n."""
    top_half: int
    """Number of candidates in the top half of the ranking, fewer where a tie straddles it."""
    top_half_passed: int
    """Number of the top half who passed."""
    top_half_hit_rate: float
    """Share of the top half who passed."""
    top_half_low: float
    """Lower end of the pointwise 95 % null band of the hit-rate of the top half."""
    top_half_high: float
    """Upper end of the pointwise 95 % null band of the hit-rate of the top half."""
    auc: float
    """Area under the ROC curve."""
    auc_low: float
    """Lower end of the 95 % null band of the AUC."""
    auc_high: float
    """Upper end of the 95 % null band of the AUC."""
    average_precision: float
    """Mean of the hit-rates at the thresholds of those who passed."""
    above_band: bool
    """Whether the curve leaves the null band upwards anywhere."""
    below_band: bool
    """Whether the curve leaves the null band downwards anywhere."""

    @property
    def has_band(self) -> bool:
        """Whether there is a null band."""
        return not np.isnan(self.auc_low)

    @property
    def outside_band(self) -> bool:
        """Whether the curve leaves the null band anywhere."""
        return self.above_band or self.below_band


def precision_at_every_k(strength: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """Return the hit-rate at every k = 1 … n, ties counted together.

    Parameters
    ----------
    strength : float array, shape (..., n)
        Larger is better.
    passed : bool array, shape (n,)

    Returns
    -------
    float array, shape (..., n)
        At a k inside a tie, the hit-rate at the tie's end.
    """
    order = np.argsort(-strength, axis=-1, kind="stable")
    falling = np.take_along_axis(strength, order, axis=-1)
    n = strength.shape[-1]
    ends = np.full(strength.shape, n - 1)
    ends[..., :-1] = np.where(
        falling[..., :-1] - falling[..., 1:] > TIE_TOLERANCE, np.arange(n - 1), n - 1
    )
    ends = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    share = np.cumsum(passed[order], axis=-1) / np.arange(1, n + 1)
    return np.take_along_axis(share, ends, axis=-1)


def hit_rate_curve(
    ranking: pd.DataFrame, passed: pd.Series, reached: pd.Series, null_strengths: np.ndarray | None
) -> pd.DataFrame:
    """Return the HITRATE table of a RANKING table, best candidate first.

    Parameters
    ----------
    ranking : table of RANKING
        Only of candidates in ``passed``.
    passed : bool Series by candidate
        Whether each passed the round.
    reached : str Series by candidate
        How to print the result of each.
    null_strengths : float array, shape (draws, n), or None
        Strengths that random judges gave, candidates in order of id; see
        :func:`ranking.evaluation.null_model.random_judge_strengths`. None: there is no null band.

    Raises
    ------
    RankingError
        If everyone passed, or nobody.
    """
    own = ranking.sort_values(["strength", "candidate"], ascending=[False, True])
    hit = passed.loc[own["candidate"]].to_numpy(dtype=bool)
    if hit.all() or not hit.any():
        raise RankingError(
            "hit-rate",
            f"{'all' if hit.all() else 'none'} of the {len(hit)} ranked candidates passed",
            "say which score means passed, or compare candidates of both kinds",
            key="say-passing-score",
        )
    strength = own["strength"].to_numpy()
    by_id = passed.loc[sorted(own["candidate"])].to_numpy(dtype=bool)
    low = high = np.full(len(hit), np.nan)
    if null_strengths is not None:
        low, high = global_envelope(precision_at_every_k(null_strengths, by_id))
    rate = precision_at_every_k(strength, hit)
    k = np.rint(_tie_end(strength)).astype(int)
    columns = {
        "k": k,
        "candidate": own["candidate"].to_numpy(),
        "wins": own["wins"].to_numpy(),
        "reached": reached.loc[own["candidate"]].to_numpy(),
        "passed": hit,
        "hit_rate": rate,
        "recall": np.cumsum(hit)[k - 1] / hit.sum(),
        "null_low": low[k - 1],
        "null_high": high[k - 1],
    }
    return pd.DataFrame(columns)[list(HITRATE)]


def summarise_hit_rate(
    ranking: pd.DataFrame,
    curve: pd.DataFrame,
    passed: pd.Series,
    null_strengths: np.ndarray | None,
) -> HitRateSummary:
    """Return base rate, hit-rate of the top half, AUC and AP, with their null bands.

    Parameters
    ----------
    ranking : table of RANKING
        Only of candidates in ``passed``.
    curve : table of :func:`hit_rate_curve`
    passed : bool Series by candidate
        Whether each passed the round.
    null_strengths : float array, shape (draws, n), or None
        Strengths that random judges gave, candidates in order of id. None: bands are missing.
    """
    by_id = ranking.set_index("candidate").sort_index()
    hit = passed.loc[by_id.index].to_numpy(dtype=bool)
    strength = by_id["strength"].to_numpy()
    n = len(hit)
    within = curve["k"][curve["k"] <= max(n // 2, curve["k"].min())]
    top_half = int(within.max())
    row = curve[curve["k"] == top_half].iloc[-1]
    top_half_low = top_half_high = auc_low = auc_high = np.nan
    if null_strengths is not None:
        top_half_low, top_half_high = np.quantile(
            precision_at_every_k(null_strengths, hit)[:, top_half - 1], QUANTILES
        )
        auc_low, auc_high = np.quantile(area_under_roc(null_strengths, hit), QUANTILES)
    return HitRateSummary(
        candidates=n,
        passed=int(hit.sum()),
        base_rate=float(hit.mean()),
        top_half=top_half,
        top_half_passed=round(row["hit_rate"] * top_half),
        top_half_hit_rate=float(row["hit_rate"]),
        top_half_low=float(top_half_low),
        top_half_high=float(top_half_high),
        auc=float(area_under_roc(strength, hit)),
        auc_low=float(auc_low),
        auc_high=float(auc_high),
        average_precision=average_precision(strength, hit),
        above_band=bool((curve["hit_rate"] > curve["null_high"] + ROUNDING).any()),
        below_band=bool((curve["hit_rate"] < curve["null_low"] - ROUNDING).any()),
    )


def area_under_roc(strength: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """Probability that one who passed is stronger than one who did not, ties half.

    Parameters
    ----------
    strength : float array, shape (..., n)
    passed : bool array, shape (n,)
    """
    from scipy.stats import rankdata  # half a second to load

    ranks = rankdata(np.round(strength / TIE_TOLERANCE), axis=-1)
    hits, misses = passed.sum(), (~passed).sum()
    area: np.ndarray = (ranks[..., passed].sum(axis=-1) - hits * (hits + 1) / 2) / (hits * misses)
    return area


def average_precision(strength: np.ndarray, passed: np.ndarray) -> float:
    """Return the mean hit-rate at the thresholds of those who passed, as scikit-learn does."""
    from sklearn.metrics import average_precision_score  # half a second to load

    return float(average_precision_score(passed, np.round(strength / TIE_TOLERANCE)))


def global_envelope(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds that 95 % of the curves stay within everywhere, by directional quantiles [2]_.

    The distance of a curve from the mean is measured in units of the 2.5 % point below the mean and
    the 97.5 % point above it, so that the bounds follow a skewed distribution; the largest distance
    of each curve counts.

    Parameters
    ----------
    curves : float array, shape (draws, n)

    Returns
    -------
    low, high : float arrays, shape (n,)
    """
    middle = curves.mean(axis=0)
    tails = np.quantile(curves, QUANTILES, axis=0)
    down, up = np.maximum(middle - tails[0], 1e-9), np.maximum(tails[1] - middle, 1e-9)
    departure = np.maximum((curves - middle) / up, (middle - curves) / down).max(axis=1)
    width = np.quantile(departure, LEVEL)
    return np.clip(middle - width * down, 0, 1), np.clip(middle + width * up, 0, 1)


def _tie_end(strength: np.ndarray) -> np.ndarray:
    """Return how many candidates are at least as strong as each, for falling strengths (n,)."""
    return (strength[np.newaxis, :] >= strength[:, np.newaxis] - TIE_TOLERANCE).sum(axis=1)
