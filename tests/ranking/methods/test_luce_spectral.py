"""Spectral ranking gives choix's numbers."""

import choix
import numpy as np
import pytest

from ranking.methods import luce_spectral
from ranking.methods.luce_spectral import luce_spectral_log_strengths


def draw_wins(n, seed, fewest=1):
    wins = np.random.default_rng(seed).integers(fewest, 6, (n, n)).astype(float)
    np.fill_diagonal(wins, 0)
    return wins


@pytest.mark.parametrize("n", [2, 3, 20, 60])
@pytest.mark.parametrize("seed", range(5))
def test_it_gives_the_numbers_of_choix(n, seed):
    wins = draw_wins(n, seed)
    assert luce_spectral_log_strengths(wins) == pytest.approx(
        choix.ilsr_pairwise_dense(wins, max_iter=100), abs=1e-12, rel=0
    )


def test_where_steps_run_out_there_is_no_estimate(monkeypatch):
    wins = draw_wins(20, 0)
    with pytest.raises(RuntimeError, match="Did not converge"):
        choix.ilsr_pairwise_dense(wins, max_iter=2)
    monkeypatch.setattr(luce_spectral, "MAX_STEPS", 2)
    assert luce_spectral_log_strengths(wins) is None
