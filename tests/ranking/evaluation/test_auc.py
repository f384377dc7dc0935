"""The AUC with its interval: closed forms, the bootstrap, and coverage."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from ranking.comparisons.marks import marks_to_comparisons
from ranking.evaluation.auc import auc_variance, auc_with_interval, panel_auc
from ranking.evaluation.hit_rate import area_under_roc
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WINS


def field(rng: np.random.Generator, n: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Strengths that are normal, those of the ones who passed higher by so much."""
    passed = rng.random(n) < 0.4
    passed[:2], passed[2:4] = True, False
    return rng.normal(size=n) + apart * passed, passed


def panel(rng: np.random.Generator, strength: np.ndarray, jurors: int) -> pd.DataFrame:
    n = len(strength)
    marks = strength + rng.normal(size=(jurors, n))
    rows = [(f"j{j}", f"c{i:02}", marks[j, i], False) for j in range(jurors) for i in range(n)]
    return marks_to_comparisons(
        pd.DataFrame(rows, columns=["juror", "candidate", "mark", "recused"])
    )


def by_id(passed: np.ndarray) -> pd.Series:
    return pd.Series(passed, [f"c{i:02}" for i in range(len(passed))])


def test_the_value_is_that_of_scikit_learn_and_the_variance_that_of_the_bootstrap():
    rng = np.random.default_rng(0)
    strength, passed = field(rng, 60, 1.0)
    strength = np.round(strength, 1)  # ties
    found = auc_with_interval(strength, passed)
    assert found.value == pytest.approx(roc_auc_score(passed, strength))
    drawn = [rng.integers(0, 60, 60) for _ in range(2000)]
    aucs = [float(area_under_roc(strength[at], passed[at])) for at in drawn]
    assert np.sqrt(auc_variance(strength, passed)) == pytest.approx(np.std(aucs), rel=0.06)
    assert (found.low, found.high) == pytest.approx(np.quantile(aucs, [0.025, 0.975]), abs=0.025)


def test_the_variance_by_hand():
    """One of two who passed is above both others, one above one: shares 1 and 1/2, twice."""
    variance = auc_variance(np.array([4.0, 2.0, 3.0, 1.0]), np.array([True, True, False, False]))
    assert variance == pytest.approx(0.125 / 2 + 0.125 / 2)


def test_all_or_nothing_ends_at_the_bound_of_disjoint_pairs():
    passed = np.arange(8) < 3
    best, worst = (auc_with_interval(sign * np.arange(8.0), passed) for sign in (-1, 1))
    assert (best.value, best.low, best.high) == pytest.approx((1, 0.025 ** (1 / 3), 1))
    assert (worst.value, worst.low, worst.high) == pytest.approx((0, 0, 1 - 0.025 ** (1 / 3)))
    assert best.unit == "3 disjoint pairs"


def test_equals_and_two_jurors_have_no_interval():
    passed = np.arange(8) < 3
    assert np.isnan(auc_with_interval(np.zeros(8), passed).low)
    rng = np.random.default_rng(1)
    for jurors, given in ((2, False), (3, True)):
        table = panel(rng, 0.5 * passed, jurors)
        found = panel_auc(table, WINS, by_id(passed))
        assert np.isfinite(found.low) == given


def test_jurors_who_agree_add_nothing_and_others_do():
    rng = np.random.default_rng(2)
    strength, passed = field(rng, 20, 1.0)
    same = panel(rng, 1000 * strength, 5)
    alone = auc_with_interval(strength, passed)
    assert panel_auc(same, WINS, by_id(passed)).low == pytest.approx(alone.low, abs=0.03)
    found = panel_auc(panel(rng, strength, 5), WINS, by_id(passed))
    own = auc_with_interval(strength, passed)
    assert found.unit == "jurors and candidates"
    assert found.high - found.low > 0.9 * (own.high - own.low)


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 40])
@pytest.mark.parametrize("apart", [0.0, 1.0, 2.0])
def test_intervals_of_one_ranker_cover(n, apart):
    """The AUC of two normal distributions of variance 1 is known."""
    rng, true = np.random.default_rng(3), norm.cdf(apart / np.sqrt(2))
    found = [auc_with_interval(*field(rng, n, apart)) for _ in range(1000)]
    covered = np.mean([one.low <= true <= one.high for one in found])
    assert 0.93 <= covered <= 0.995


@pytest.mark.slow
@pytest.mark.parametrize("jurors", [3, 9])
@pytest.mark.parametrize("method", [WINS, BRADLEY_TERRY], ids=["wins", "bradley-terry"])
def test_intervals_of_a_panel_cover(jurors, method):
    """Mean marks have variance 1/4 over candidates of a kind, and 1 / J over jurors."""
    rng = np.random.default_rng(4)
    covered = []
    for seed in range(100):
        strength, passed = field(rng, 24, 0.0)
        strength = strength / 2 + 0.7 * passed
        true = norm.cdf(0.7 / np.sqrt(2 * (1 / 4 + 1 / jurors)))
        found = panel_auc(panel(rng, strength, jurors), method, by_id(passed), seed)
        covered.append(found.low <= true <= found.high)
    assert 0.93 <= np.mean(covered) <= 1
