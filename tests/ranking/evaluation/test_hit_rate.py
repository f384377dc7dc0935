"""Hit-rate curves, areas, and the null band of random judges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import average_precision_score, precision_score, roc_auc_score

from ranking.comparisons.tally import Tally
from ranking.errors import RankingError
from ranking.evaluation.agreement import somers_d
from ranking.evaluation.hit_rate import (
    area_under_roc,
    average_precision,
    global_envelope,
    hit_rate_curve,
    precision_at_every_k,
    summarise_hit_rate,
)
from ranking.evaluation.null_model import coin_flip_strengths, random_judge_strengths
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE, WINS, win_rates
from ranking.methods.method import rank_candidates
from ranking.methods.registry import METHODS

vectors = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=25).filter(
    lambda rows: 0 < sum(passed for _, passed in rows) < len(rows)
)


def split(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    strength, passed = zip(*rows, strict=True)
    return np.array(strength, dtype=float), np.array(passed)


@given(vectors)
def test_auc_is_that_of_scikit_learn_and_of_somers_d(rows):
    strength, passed = split(rows)
    auc = float(area_under_roc(strength, passed))
    assert auc == pytest.approx(roc_auc_score(passed, strength))
    assert auc == pytest.approx((1 + somers_d(strength, passed.astype(float))) / 2)


@pytest.mark.slow
@given(vectors)
def test_hit_rate_is_the_precision_of_naming_everyone_at_the_threshold(rows):
    strength, passed = split(rows)
    rates = precision_at_every_k(strength, passed)
    falling = np.sort(strength)[::-1]
    for k, threshold in enumerate(falling):
        named = strength >= threshold
        assert rates[k] == pytest.approx(precision_score(passed, named))


@pytest.mark.slow
@given(vectors)
def test_average_precision_is_that_of_scikit_learn(rows):
    strength, passed = split(rows)
    assert average_precision(strength, passed) == pytest.approx(
        average_precision_score(passed, strength)
    )


def test_stacked_rankings_give_stacked_curves():
    rng = np.random.default_rng(0)
    strength, passed = rng.integers(0, 9, (5, 30)).astype(float), rng.random(30) < 0.4
    stacked = precision_at_every_k(strength, passed)
    assert stacked == pytest.approx(
        np.stack([precision_at_every_k(one, passed) for one in strength])
    )


def ranking_of(strength: dict[str, float]) -> pd.DataFrame:
    wins = pd.Series(strength)
    table = pd.DataFrame({"candidate": wins.index, "wins": wins.to_numpy()})
    return table.assign(strength=table["wins"].astype(float))


def test_a_curve_by_hand():
    """Three of five passed; the two with 4 wins share a threshold."""
    ranking = ranking_of({"a": 9, "b": 4, "c": 4, "d": 2, "e": 1})
    passed = pd.Series({"a": True, "b": False, "c": True, "d": True, "e": False})
    null = np.random.default_rng(0).random((200, 5))
    curve = hit_rate_curve(ranking, passed, passed.map(str), null)
    assert curve["k"].tolist() == [1, 3, 3, 4, 5]
    assert curve["hit_rate"].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 3 / 4, 3 / 5])
    assert curve["recall"].tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1, 1])
    summary = summarise_hit_rate(ranking, curve, passed, null)
    assert (summary.base_rate, summary.top_half, summary.top_half_passed) == (0.6, 1, 1)


def test_a_result_without_contrast_is_refused():
    ranking = ranking_of({"a": 2, "b": 1})
    everyone = pd.Series({"a": True, "b": True})
    with pytest.raises(RankingError, match="all of the 2 ranked candidates passed"):
        hit_rate_curve(ranking, everyone, everyone, np.zeros((3, 2)))


def tournament(rng: np.random.Generator, comparisons: np.ndarray, spread: float) -> Tally:
    """Comparisons by a random judge: preferences that have nothing to do with any result."""
    n = len(comparisons)
    strength = rng.normal(0, spread, n)
    won = (
        rng.random((n, n)) < expit(strength[:, np.newaxis] - strength[np.newaxis, :])
    ) * comparisons
    return Tally(pd.Index([f"c{i:02}" for i in range(n)]), comparisons, won.astype(float))


SCORE = np.repeat([0, 1, 2, 3], [12, 6, 4, 2])
COMPLETE = 1.0 - np.eye(24)
UNEQUAL = (SCORE[:, np.newaxis] != SCORE[np.newaxis, :]).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize(
    "comparisons", [COMPLETE, UNEQUAL], ids=["complete", "unequal results only"]
)
def test_the_band_covers_95_percent_of_random_judges(comparisons):
    """Over 500 tournaments, each with the null band of its comparisons: 95 ± 2 % stay inside."""
    rng = np.random.default_rng(2024)
    passed = SCORE > 0
    inside = 0
    for seed in range(500):
        tally = tournament(rng, comparisons, spread=1.0)
        low, high = global_envelope(
            precision_at_every_k(random_judge_strengths(tally, WIN_RATE, seed), passed)
        )
        own = precision_at_every_k(win_rates(tally.matrix), passed)
        inside += bool(((own >= low - 1e-12) & (own <= high + 1e-12)).all())
    assert 0.93 <= inside / 500 <= 0.97


def test_the_band_of_113_candidates_covers_other_random_curves():
    """The band of 1,000 draws of many candidates covers 95 ± 2 % of 2,000 other curves."""
    rng = np.random.default_rng(7)
    passed = np.arange(113) < 58
    low, high = global_envelope(precision_at_every_k(rng.random((1000, 113)), passed))
    others = precision_at_every_k(rng.random((2000, 113)), passed)
    inside = ((others >= low - 1e-12) & (others <= high + 1e-12)).all(axis=1).mean()
    assert 0.93 <= inside <= 0.97


def test_coin_flips_look_skilled_by_raw_wins_where_equal_results_were_not_compared():
    """Section 5.1.1 against itself: the number of comparisons gives the result away."""
    tally = tournament(np.random.default_rng(0), UNEQUAL, spread=0.0)
    passed = SCORE > 0
    null = coin_flip_strengths(tally, (WINS, WIN_RATE))
    by_wins = area_under_roc(null["wins"], passed).mean()
    by_rate = area_under_roc(null["win-rate"], passed).mean()
    assert by_wins > 0.95
    assert by_rate == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_random_judges_are_centred_and_repeatable(method):
    tally = tournament(np.random.default_rng(1), COMPLETE, spread=1.0)
    marks = np.random.default_rng(2).normal(size=(5, len(tally.candidates)))  # of who needs them
    draws = random_judge_strengths(tally, method, seed=3, draws=300, marks=marks)
    again = random_judge_strengths(tally, method, seed=3, draws=300, marks=marks)
    assert np.array_equal(draws, again)
    assert area_under_roc(draws, SCORE > 0).mean() == pytest.approx(0.5, abs=0.03)


def test_random_judges_are_as_decided_as_the_actual_one():
    """The spread of drawn strengths is that of the fitted ones."""
    tally = tournament(np.random.default_rng(1), COMPLETE, spread=1.5)
    own = rank_candidates(tally, BRADLEY_TERRY)["strength"].std()
    drawn = random_judge_strengths(tally, BRADLEY_TERRY, draws=300).std(axis=1).mean()
    assert drawn == pytest.approx(own, rel=0.1)
