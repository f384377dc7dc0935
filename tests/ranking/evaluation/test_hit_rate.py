"""Hit-rate curves, areas, and the band of judges without skill."""

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
    precision_at,
    summarise,
)
from ranking.evaluation.null_model import coin, no_skill
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


@given(vectors)
def test_hit_rate_is_the_precision_of_naming_everyone_at_the_threshold(rows):
    strength, passed = split(rows)
    rates = precision_at(strength, passed)
    falling = np.sort(strength)[::-1]
    for k, threshold in enumerate(falling):
        named = strength >= threshold
        assert rates[k] == pytest.approx(precision_score(passed, named))


@given(vectors)
def test_average_precision_is_that_of_scikit_learn(rows):
    strength, passed = split(rows)
    assert average_precision(strength, passed) == pytest.approx(
        average_precision_score(passed, strength)
    )


def test_stacked_rankings_give_stacked_curves():
    rng = np.random.default_rng(0)
    strength, passed = rng.integers(0, 9, (5, 30)).astype(float), rng.random(30) < 0.4
    stacked = precision_at(strength, passed)
    assert stacked == pytest.approx(np.stack([precision_at(one, passed) for one in strength]))


def ranking_of(strength: dict[str, float]) -> pd.DataFrame:
    wins = pd.Series(strength)
    table = pd.DataFrame({"candidate": wins.index, "wins": wins.to_numpy()})
    return table.assign(strength=table["wins"].astype(float))


def test_a_curve_by_hand():
    """Three of five passed; the two with 4 wins share a threshold."""
    ranking = ranking_of({"a": 9, "b": 4, "c": 4, "d": 2, "e": 1})
    passed = pd.Series({"a": True, "b": False, "c": True, "d": True, "e": False})
    chance = np.random.default_rng(0).random((200, 5))
    curve = hit_rate_curve(ranking, passed, passed.map(str), chance)
    assert curve["k"].tolist() == [1, 3, 3, 4, 5]
    assert curve["hit_rate"].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 3 / 4, 3 / 5])
    assert curve["recall"].tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1, 1])
    summary = summarise(ranking, curve, passed, chance)
    assert (summary.base_rate, summary.cut, summary.cut_passed) == (0.6, 1, 1)


def test_a_result_without_contrast_is_refused():
    ranking = ranking_of({"a": 2, "b": 1})
    everyone = pd.Series({"a": True, "b": True})
    with pytest.raises(RankingError, match="all of the 2 ranked candidates passed"):
        hit_rate_curve(ranking, everyone, everyone, np.zeros((3, 2)))


def tournament(rng: np.random.Generator, comparisons: np.ndarray, spread: float) -> Tally:
    """Verdicts of a judge whose preferences have nothing to do with any result."""
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
def test_the_band_covers_95_percent_of_judges_without_skill(comparisons):
    """Over 500 tournaments, each with the band of its own verdicts: 95 ± 2 % stay inside."""
    rng = np.random.default_rng(2024)
    passed = SCORE > 0
    inside = 0
    for seed in range(500):
        tally = tournament(rng, comparisons, spread=1.0)
        low, high = global_envelope(precision_at(no_skill(tally, WIN_RATE, seed), passed))
        own = precision_at(win_rates(tally.matrix), passed)
        inside += bool(((own >= low - 1e-12) & (own <= high + 1e-12)).all())
    assert 0.93 <= inside / 500 <= 0.97


def test_the_band_of_113_candidates_covers_fresh_judges():
    """Where the band is wide in candidates: 2,000 fresh curves against bands of 1,000 draws."""
    rng = np.random.default_rng(7)
    passed = np.arange(113) < 58
    low, high = global_envelope(precision_at(rng.random((1000, 113)), passed))
    fresh = precision_at(rng.random((2000, 113)), passed)
    inside = ((fresh >= low - 1e-12) & (fresh <= high + 1e-12)).all(axis=1).mean()
    assert 0.93 <= inside <= 0.97


def test_a_coin_looks_skilled_by_raw_wins_where_equal_results_never_met():
    """Section 5.1.1 read against itself: the number of comparisons tells the result."""
    tally = tournament(np.random.default_rng(0), UNEQUAL, spread=0.0)
    passed = SCORE > 0
    tossed = coin(tally, (WINS, WIN_RATE))
    by_wins = area_under_roc(tossed["wins"], passed).mean()
    by_rate = area_under_roc(tossed["win-rate"], passed).mean()
    assert by_wins > 0.95
    assert by_rate == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("method", ["bradley-terry", "wins", "win-rate", "pagerank"])
def test_no_skill_draws_are_centred_and_repeatable(by):
    tally = tournament(np.random.default_rng(1), COMPLETE, spread=1.0)
    draws = no_skill(tally, METHODS[by], seed=3, draws=300)
    assert np.array_equal(draws, no_skill(tally, METHODS[by], seed=3, draws=300))
    assert area_under_roc(draws, SCORE > 0).mean() == pytest.approx(0.5, abs=0.03)


def test_no_skill_judges_are_as_decided_as_the_real_one():
    """The spread of drawn strengths is that of the fitted ones."""
    tally = tournament(np.random.default_rng(1), COMPLETE, spread=1.5)
    own = rank_candidates(tally, BRADLEY_TERRY)["strength"].std()
    drawn = no_skill(tally, BRADLEY_TERRY, draws=300).std(axis=1).mean()
    assert drawn == pytest.approx(own, rel=0.1)
