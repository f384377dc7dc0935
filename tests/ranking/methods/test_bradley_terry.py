"""Bradley-Terry by its equations and by other programs."""

import choix
import evalica
import numpy as np
import pytest
from tournaments import random_wins

from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import (
    bradley_terry_log_strengths,
    fisher_information,
    ghost_fit,
    newton_step,
)


@pytest.mark.parametrize("seed", range(5))
def test_strengths_are_the_maximum_of_the_likelihood(seed):
    """Expected wins equal the wins, whatever the schedule (Zermelo's equations)."""
    wins = random_wins(15, seed)
    wins[2, 3:] = wins[3:, 2] = 0  # an uneven schedule
    wins[2, 0] = wins[0, 2] = 1
    strength = bradley_terry_log_strengths(WinMatrix(wins))
    probability = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    assert ((wins + wins.T) * probability).sum(axis=1) == pytest.approx(wins.sum(axis=1), abs=1e-9)
    assert strength.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_choix_and_evalica_agree(seed):
    """Two other programs, 0.01 in log-strength; each with its own stopping rule."""
    wins = random_wins(20, seed)
    assert (wins.sum(axis=0) > 0).all()
    assert (wins.sum(axis=1) > 0).all()
    winner, loser = np.nonzero(wins)
    weights = wins[winner, loser]
    names = [f"c{i:02}" for i in range(20)]
    result = evalica.bradley_terry(
        [names[i] for i in winner],
        [names[i] for i in loser],
        [evalica.Winner.X] * len(winner),
        weights=weights.tolist(),
        tolerance=1e-10,
        limit=10_000,
    )
    theirs = np.log(result.scores.loc[names].to_numpy())
    pairs = [(i, j) for i, j in zip(winner, loser, strict=True) for _ in range(int(wins[i, j]))]
    choice = choix.opt_pairwise(20, pairs)
    ours = bradley_terry_log_strengths(WinMatrix(wins))
    assert ours == pytest.approx(theirs - theirs.mean(), abs=0.01)
    assert ours == pytest.approx(choice - choice.mean(), abs=0.01)
    spectral = choix.ilsr_pairwise_dense(wins)
    assert ours == pytest.approx(spectral - spectral.mean(), abs=1e-6)


@pytest.mark.parametrize(("n", "times"), [(30, 50), (60, 1_000_000)])
def test_one_upset_in_a_long_chain_of_wins_is_fitted_without_a_warning(n, times):
    """Each beat the next so many times, and the last the first once: choix overflows at a million.

    The upset is certain to rounding, so each step has odds of times - 1 to 1.
    """
    wins = np.zeros((n, n))
    at = np.arange(n - 1)
    wins[at, at + 1] = times
    wins[-1, 0] = 1
    strength = bradley_terry_log_strengths(WinMatrix(wins))
    assert strength[0] - strength[-1] == pytest.approx((n - 1) * np.log(times - 1), rel=1e-9)


def test_one_newton_step_reaches_the_reweighted_maximum_nearly():
    """The interval's shortcut against a full fit of the same weights."""
    wins = random_wins(40, 1)
    weights = np.random.default_rng(0).dirichlet(np.ones(40)) * 40
    fitted = bradley_terry_log_strengths(WinMatrix(wins))
    exact = fitted
    for _ in range(20):
        exact = newton_step(wins, exact, weights)
    step = newton_step(wins, fitted, weights)
    assert np.abs(step - exact).max() < 0.15 * np.abs(exact - fitted).max()


@pytest.mark.parametrize("wide", [True, False], ids=["all compared", "compared in a chain"])
def test_a_newton_step_solves_its_equations(wide):
    """By conjugate gradients or by factoring: the step times the information is the gradient."""
    wins = random_wins(300, 0)
    if not wide:
        wins *= np.abs(np.subtract.outer(np.arange(300), np.arange(300))) == 1
    start = np.random.default_rng(1).normal(0, 0.5, 300)
    step = newton_step(wins, start) - start
    probability = 1 / (1 + np.exp(start[np.newaxis, :] - start[:, np.newaxis]))
    gradient = (wins - (wins + wins.T) * probability).sum(axis=1)
    curvature = fisher_information(wins, start) - 1 / 300
    assert curvature @ step == pytest.approx(gradient, abs=1e-8)


def test_fisher_information_gives_the_standard_error_of_two_candidates():
    """For n comparisons at even odds the variance of the log-odds is 4 / n; half of it each way."""
    wins = np.array([[0.0, 8.0], [8.0, 0.0]])
    inverse = np.linalg.inv(fisher_information(wins, np.zeros(2))) - 1 / 2
    assert inverse[0, 0] + inverse[1, 1] - 2 * inverse[0, 1] == pytest.approx(4 / 16)


@pytest.mark.parametrize("weight", [1.0, 0.01])
def test_a_ghost_is_one_more_candidate_whom_everyone_ties(weight):
    """Against the fit of a field that has the ghost in it, and everyone's ties with it."""
    wins = np.triu(random_wins(9, 0), 1)  # wins run one way only
    field = np.full((10, 10), weight / 2)
    field[:9, :9] = wins
    field[9, 9] = 0
    with_ghost = bradley_terry_log_strengths(WinMatrix(field))
    assert ghost_fit(wins, weight) == pytest.approx(with_ghost[:9] - with_ghost[9], abs=1e-9)


@pytest.mark.parametrize("n", [2, 9, 120])
def test_a_light_ghost_is_fitted_where_everyone_lost_to_the_one_before(n):
    """The expected number of wins equals the number, although strengths span hundreds."""
    strength = ghost_fit(np.diag(np.ones(n - 1), 1), 1e-6)
    loss = 1 / (1 + np.exp(strength[:-1] - strength[1:]))
    slope = np.append(loss, 0) - np.append(0, loss) - 0.5e-6 * np.tanh(strength / 2)
    assert slope == pytest.approx(np.zeros(n), abs=1e-14)
    assert (np.diff(strength) < -9).all()


def test_a_ghost_of_weight_zero_leaves_the_maximum_of_the_likelihood():
    """A beats B 9 times, B beats C 6 times, C beats A once; choix.ilsr_pairwise_dense agrees."""
    wins = np.array([[0, 9, 0], [0, 0, 6], [1, 0, 0]], dtype=float)
    expected = [1.94963948, -0.15609177, -1.79354771]
    assert ghost_fit(wins, 0) == pytest.approx(expected, abs=1e-8)
    assert ghost_fit(wins, 0, np.array([30.0, -40.0, 3.0])) == pytest.approx(expected, abs=1e-8)
