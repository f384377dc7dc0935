"""Two rankings compared: by hand, by scipy and scikit-learn, by enumeration."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import roc_auc_score

from ranking.evaluation.paired import order_accuracy, order_accuracy_difference, tau_b_with_interval
from ranking.evaluation.resampling import QUANTILES, bootstrap_counts

levels = st.integers(0, 4).map(float)
fields = st.integers(3, 9).flatmap(
    lambda n: st.tuples(*(st.lists(levels, min_size=n, max_size=n).map(np.array) for _ in "abc"))
)


def drawn(n, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.integers(0, 4, n).astype(float), rng.integers(0, 3, n) * 1.0


def test_three_candidates_by_hand():
    """The result is a, b, c; so is one ranking, the other is b, a, c."""
    score, one, other = np.array([2.0, 1, 0]), np.array([9.0, 5, 1]), np.array([0.2, 0.3, 0.1])
    assert tau_b_with_interval(one, other).value == pytest.approx(1 / 3)  # 2 pairs alike, 1 not
    assert order_accuracy(one, score) == 1
    assert order_accuracy(other, score) == pytest.approx(2 / 3)
    apart = order_accuracy_difference(one, other, score)
    assert apart.value == pytest.approx(1 / 3)
    assert apart.pairs == 3
    # ranks (1, 2, 3) and (2, 1, 3): to swap a or b alone ties the two in both rankings, to
    # swap c changes nothing. Of the eight differences two are 1/3, two -1/3, four 0
    assert apart.p == pytest.approx(2 * 2 / 8)


def test_opposite_rankings_of_three():
    score = np.array([2.0, 1, 0])
    assert tau_b_with_interval(score, -score).value == -1
    apart = order_accuracy_difference(score, -score, score)
    assert (apart.value, apart.p, apart.smallest_p) == (1, 0.5, 0.5)
    assert np.isnan([apart.low, apart.high]).all()  # every draw of the bootstrap would be 1


@pytest.mark.parametrize("seed", range(5))
def test_tau_is_that_of_scipy(seed):
    one, other, _ = drawn(23, seed)
    assert tau_b_with_interval(one, other).value == pytest.approx(kendalltau(one, other).statistic)


def test_its_interval_is_that_of_drawn_candidates():
    one, other, _ = drawn(12, 3)
    drawn_again = [np.repeat(np.arange(12), count.astype(int)) for count in bootstrap_counts(12, 7)]
    taus = [kendalltau(one[own], other[own]).statistic for own in drawn_again]
    estimate = tau_b_with_interval(one, other, seed=7)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(np.nanquantile(taus, QUANTILES)))


@pytest.mark.parametrize("seed", range(5))
def test_of_two_results_the_accuracy_is_the_area_under_the_curve(seed):
    _, strength, score = drawn(30, seed)
    passed = score > 0
    assert order_accuracy(strength, passed * 1.0) == pytest.approx(roc_auc_score(passed, strength))


@pytest.mark.slow
@given(fields)
def test_p_is_that_of_all_swaps(field):
    one, other, score = field
    found = order_accuracy_difference(one, other, score)
    if not found.pairs:
        assert np.isnan([found.value, found.p]).all()
        return
    ranks = np.array([[(strength > own).sum() for own in strength] for strength in (one, other)])
    swapped = []
    for swap in product([False, True], repeat=len(one)):
        own, others = np.where(swap, ranks[::-1], ranks)
        swapped.append(order_accuracy(-own * 1.0, score) - order_accuracy(-others * 1.0, score))
    tails = [np.mean(sign * (np.array(swapped) - found.value) >= -1e-9) for sign in (1, -1)]
    assert found.p == pytest.approx(min(1, 2 * min(tails)))


@given(fields)
def test_a_ranking_agrees_with_itself(field):
    one, _, score = field
    tau = tau_b_with_interval(one, one)
    if len(set(one)) > 1:
        assert tau.value == pytest.approx(1)
        assert np.isnan([tau.low, tau.high]).all()  # every draw of the bootstrap would be 1
    else:
        assert np.isnan(tau.value)
    apart = order_accuracy_difference(one, one, score)
    if apart.pairs:
        assert (apart.value, apart.p) == (0, 1)
        assert np.isnan([apart.low, apart.high]).all()


@pytest.mark.slow
@given(fields)
def test_swapping_the_rankings_mirrors_the_difference(field):
    one, other, score = field
    there, back = (
        order_accuracy_difference(one, other, score),
        order_accuracy_difference(other, one, score),
    )
    mirrored = (-back.value, -back.high, -back.low, back.p)
    assert (there.value, there.low, there.high, there.p) == pytest.approx(mirrored, nan_ok=True)
    taus = [tau_b_with_interval(*pair) for pair in ((one, other), (other, one))]
    assert taus[0].value == pytest.approx(taus[1].value, nan_ok=True)


def test_ranks_of_many_candidates_are_swapped_at_random_by_seed():
    one, other, score = drawn(30, 1)
    first, again, others = (
        order_accuracy_difference(one, other, score, seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.p == pytest.approx(others.p, abs=0.1)
    mirrored = order_accuracy_difference(other, one, score, 1)
    assert mirrored.p == pytest.approx(first.p)


def test_only_the_order_counts():
    one, other, score = drawn(20, 4)
    found = [order_accuracy_difference(own, other, score) for own in (np.exp(3 * one), one)]
    assert repr(found[0]) == repr(found[1])  # NaN equals nothing
    found = [tau_b_with_interval(own, other) for own in (np.exp(3 * one), one)]
    assert repr(found[0]) == repr(found[1])


def test_a_missing_result_leaves_its_pairs_out():
    one, other, score = drawn(20, 5)
    known = np.arange(20) != 7
    gap = np.where(known, score, np.nan)
    apart = order_accuracy_difference(one, other, gap)
    own = [order_accuracy(strength[known], score[known]) for strength in (one, other)]
    assert apart.value == pytest.approx(own[0] - own[1])
    assert apart.p == order_accuracy_difference(one[known], other[known], score[known]).p


def test_the_better_of_two_rankings_is_found():
    rng = np.random.default_rng(0)
    score = rng.integers(0, 5, 80).astype(float)
    good, poor = score + rng.normal(size=80), rng.normal(size=80)
    apart = order_accuracy_difference(good, poor, score)
    assert apart.p < 0.01
    assert apart.low > 0
