"""Random judges of fields whose wins do not connect all candidates."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from ranking.comparisons.tally import Tally, WinMatrix
from ranking.evaluation.null_model import coin_flip_strengths, random_judge_strengths
from ranking.methods.bradley_terry import BRADLEY_TERRY, bradley_terry_log_strengths
from ranking.methods.counting import WINS


@pytest.fixture(scope="module")
def sparse() -> Tally:
    """Fifty candidates, two opponents each, in a ring: hardly ever strongly connected."""
    comparisons = np.roll(np.eye(50), 1, axis=1)
    first = comparisons * (np.random.default_rng(0).random((50, 50)) < 0.7)
    return Tally(pd.Index([f"c{i:02}" for i in range(50)]), comparisons, first)


def test_random_judges_have_finite_strengths_where_wins_do_not_connect(sparse):
    assert not sparse.matrix.connected
    drawn = random_judge_strengths(sparse, BRADLEY_TERRY, draws=100)
    assert np.abs(drawn).max() < 50
    assert drawn.std(axis=0).min() > 0.1


def test_one_step_from_the_strengths_simulated_orders_as_wins_do_in_a_round_robin():
    """From equal strengths, as of coin flips: wins are sufficient."""
    pairs = 1 - np.eye(12)
    tally = Tally(pd.Index(list("abcdefghijkl")), pairs, pairs / 2)
    flips = coin_flip_strengths(tally, (BRADLEY_TERRY, WINS), draws=20)
    for own, wins in zip(flips["bradley-terry"], flips["wins"], strict=True):
        assert spearmanr(own.round(9), wins).statistic == pytest.approx(1)


def test_one_step_is_near_the_fit():
    rng = np.random.default_rng(1)
    strength = rng.normal(0, 0.7, 30)
    chance = 1 / (1 + np.exp(strength - strength[:, np.newaxis]))
    upper = np.triu(rng.binomial(4, chance), 1).astype(float)
    wins = WinMatrix(upper + np.tril(4 - upper.T, -1))
    step = bradley_terry_log_strengths(wins, None, strength)
    assert step == pytest.approx(bradley_terry_log_strengths(wins), abs=0.25)


def test_weights_of_pairs_reach_random_judges():
    """A pair of weight 0.001 decides next to nothing."""
    comparisons = np.zeros((3, 3))
    comparisons[0, 1] = comparisons[1, 2] = 50
    weighted = WinMatrix(np.array([[0, 25, 0], [25, 0, 0.025], [0, 0.025, 0]]))
    tally = Tally(pd.Index(list("abc")), comparisons, comparisons / 2, weighted=weighted)
    drawn = random_judge_strengths(tally, WINS, draws=50)
    assert drawn[:, 2].max() <= 0.05
    assert drawn[:, :2].min() > 1
