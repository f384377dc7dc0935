"""Calibration by scikit-learn, and its interval by simulation."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from ranking.consistency.calibration import brier_score, vote_calibration
from ranking.tables import VOTES


def cast(n=60, calibrated=True, seed=0):
    """Votes whose probabilities are right given the scores, or overconfident."""
    rng = np.random.default_rng(seed)
    ids = [f"c{i:02}" for i in range(n)]
    score = pd.Series(rng.integers(0, 3, n).astype(float), ids)
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    unequal = score.to_numpy()[i] != score.to_numpy()[j]
    i, j = i[unequal], j[unequal]
    truth = score.to_numpy()[i] > score.to_numpy()[j]
    p = rng.beta(3, 2, len(i))
    p = np.where(rng.random(len(i)) < p, p, 1 - p)  # right with probability p
    p_first = np.where(truth, p, 1 - p)
    if not calibrated:
        p_first = 1 / (1 + (1 / p_first - 1) ** 3)
    names = np.array(ids)
    votes = pd.DataFrame({"first": names[i], "second": names[j], "p_first": p_first})
    votes = votes.assign(first_window=0, second_window=0)
    return votes, score, truth


def test_bins_are_those_of_scikit_learn():
    votes, score, truth = cast()
    table = vote_calibration(votes, score)
    observed, predicted = calibration_curve(truth, votes["p_first"], n_bins=10)
    np.testing.assert_allclose(table["observed"], observed)
    np.testing.assert_allclose(table["predicted"], predicted)
    assert table["votes"].sum() == len(votes)
    assert brier_score(votes, score) == pytest.approx(brier_score_loss(truth, votes["p_first"]))


def test_calibrated_votes_lie_on_the_diagonal_and_overconfident_ones_do_not():
    table = vote_calibration(*cast()[:2])
    inside = (table["low"] <= table["predicted"]) & (table["predicted"] <= table["high"])
    assert inside.mean() >= 0.8
    overconfident = vote_calibration(*cast(calibrated=False)[:2])
    assert overconfident["low"].iloc[0] > overconfident["predicted"].iloc[0]
    assert overconfident["high"].iloc[-1] < overconfident["predicted"].iloc[-1]


def test_equal_and_unknown_scores_are_left_out():
    votes = pd.DataFrame(
        [("a", "b", 0, 0, 0.9), ("a", "c", 0, 0, 0.9), ("a", "d", 0, 0, 0.9)],
        columns=list(VOTES),
    )
    score = pd.Series({"a": 1.0, "b": 0.0, "c": 1.0, "d": np.nan})
    table = vote_calibration(votes, score)
    assert table["votes"].sum() == 1
    assert table["observed"].iloc[0] == 1
    assert vote_calibration(votes, score * 0).empty
    assert np.isnan(brier_score(votes, score * 0))


def test_probability_one_falls_into_the_last_bin():
    votes = pd.DataFrame(
        [("a", "b", 0, 0, 1.0), ("b", "a", 0, 0, 0.0)],
        columns=list(VOTES),
    )
    table = vote_calibration(votes, pd.Series({"a": 1.0, "b": 0.0}))
    assert list(table["observed"]) == [0, 1]
    assert list(table["predicted"]) == [0, 1]
