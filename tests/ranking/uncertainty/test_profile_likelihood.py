"""Profile-likelihood intervals against closed forms, a general optimiser and simulation."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit
from scipy.stats import chi2

from ranking.uncertainty import profile_likelihood
from ranking.uncertainty.profile_likelihood import (
    profile_intervals,
    reference_group,
    unbounded_ends,
)

DROP = chi2.ppf(0.95, 1) / 2


def tournament(strength, share, rng):
    n = len(strength)
    compared = np.triu(rng.random((n, n)) < share, 1).astype(int)
    won = rng.binomial(compared, expit(strength[:, np.newaxis] - strength))
    return (won + (compared - won).T).astype(float)


def test_two_candidates_have_the_likelihood_interval_of_a_binomial_share():
    """7 wins and 3 losses; a strength is half the log-odds of a win."""

    def fall(gap):
        own = 7 * np.log(expit(gap)) + 3 * np.log(expit(-gap))
        return own - 7 * np.log(0.7) - 3 * np.log(0.3) + DROP

    ends = [brentq(fall, *bracket) / 2 for bracket in ((-5, logit(0.7)), (logit(0.7), 5))]
    low, high = profile_intervals(np.array([[0.0, 7.0], [3.0, 0.0]]))
    np.testing.assert_allclose([low[0], high[0]], ends, atol=2e-3)
    np.testing.assert_allclose([low[1], high[1]], [-high[0], -low[0]], atol=2e-3)


def test_an_unbeaten_candidate_has_a_one_sided_bound():
    """Five wins of five: a chance of a win below 0.025^(1/5) would have given them in 2.5 %."""
    low, high = profile_intervals(np.array([[0.0, 5.0], [0.0, 0.0]]))
    assert low[1] == -np.inf
    assert high[1] == pytest.approx(-logit(0.025 ** (1 / 5)), abs=2e-3)
    assert (low[0], high[0]) == (-np.inf, np.inf)  # from whom the other is measured


def test_the_ends_are_those_of_a_general_optimiser():
    wins = tournament(np.linspace(-1, 1, 5), 1.0, np.random.default_rng(0))
    wins += tournament(np.linspace(-1, 1, 5), 1.0, np.random.default_rng(1))
    assert reference_group(wins).all()
    low, high = profile_intervals(wins)

    def loss(strength):
        return -(wins * np.log(expit(strength[:, np.newaxis] - strength))).sum()

    smallest = minimize(loss, np.zeros(5), tol=1e-12).fun
    for i in (0, 3):
        for end in (low[i], high[i]):
            held = {"type": "eq", "fun": lambda s, i=i, end=end: s[i] - s.mean() - end}
            fell = minimize(loss, np.zeros(5), constraints=[held], tol=1e-12, method="SLSQP")
            assert fell.fun - smallest == pytest.approx(DROP, abs=5e-3)


def test_ends_are_unbounded_where_no_chain_of_wins_ends_them():
    """One beats a cycle of three who beat another; the last lost to the first alone."""
    wins = np.zeros((6, 6))
    for winner, loser in ((0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (0, 5)):
        wins[winner, loser] = 1
    reference = reference_group(wins)
    assert reference.tolist() == [False, True, True, True, False, False]
    below, above = unbounded_ends(wins, reference)
    assert below.tolist() == [False, False, False, False, True, True]
    assert above.tolist() == [True, False, False, False, False, True]
    low, high = profile_intervals(wins)
    assert (np.isinf(low) == below).all()
    assert (np.isinf(high) == above).all()


def test_many_candidates_have_normal_intervals(monkeypatch):
    rng = np.random.default_rng(2)
    wins = sum(tournament(np.linspace(-1, 1, 20), 1.0, rng) for _ in range(20))
    exact = profile_intervals(wins)
    monkeypatch.setattr(profile_likelihood, "MAX_PROFILED", 10)
    wald = profile_intervals(wins)
    np.testing.assert_allclose(wald, exact, atol=0.02)
    assert np.abs(wald[0] - exact[0]).max() > 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_intervals_cover_true_strengths(share):
    """40 candidates; where each met four others a bootstrap over candidates covers 67 to 82 %."""
    rng, covered = np.random.default_rng(3), []
    for _ in range(60):
        strength = rng.normal(0, 1, 40)
        wins = tournament(strength, share, rng)
        low, high = profile_intervals(wins)
        true = strength - strength[reference_group(wins)].mean()
        covered.append(((low <= true) & (true <= high)).mean())
    assert 0.9 < np.mean(covered) < 0.97
