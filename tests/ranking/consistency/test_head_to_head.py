"""Square tables say what the tally says, in the order asked for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.consistency.head_to_head import order_flip_share_matrix, win_share_matrix
from ranking.consistency.order_effect import same_winner_rate_in_both_orders


def tally_of(*rows):
    table = pd.DataFrame(rows, columns=["first", "second", "winner"])
    return count_comparisons(table.assign(votes=1, windows=1))


def random_tally(n, seed):
    rng = np.random.default_rng(seed)
    comparisons = rng.integers(0, 3, (n, n)).astype(float)
    np.fill_diagonal(comparisons, 0)
    won = rng.binomial(comparisons.astype(int), 0.5).astype(float)
    return Tally(pd.Index([f"c{i}" for i in range(n)]), comparisons, won)


def test_shares_by_hand():
    tally = tally_of(("a", "b", "a"), ("b", "a", "b"), ("a", "c", "tie"), ("c", "a", "a"))
    shares = win_share_matrix(tally, ["c", "a", "b"])
    assert list(shares.index) == list(shares.columns) == ["c", "a", "b"]
    assert shares.loc["a", "b"] == 0.5
    assert shares.loc["a", "c"] == 0.75
    assert shares.loc["c", "a"] == 0.25
    assert np.isnan(shares.loc["b", "c"])
    assert np.isnan(np.diag(shares)).all()


@pytest.mark.parametrize(
    ("winners", "flip"), [(("a", "a"), 0), (("a", "b"), 1), (("b", "a"), 1), (("a", "tie"), 0.5)]
)
def test_a_flip_is_the_first_of_the_pair_winning_in_both_orders(winners, flip):
    flips = order_flip_share_matrix(
        tally_of(("a", "b", winners[0]), ("b", "a", winners[1])), ["a", "b"]
    )
    assert flips.loc["a", "b"] == flips.loc["b", "a"] == flip


def test_a_pair_in_one_order_only_is_missing():
    assert order_flip_share_matrix(tally_of(("a", "b", "a")), ["a", "b"]).isna().all(axis=None)


@given(st.integers(2, 8), st.integers(0, 10_000))
def test_shares_of_two_add_to_one_and_flips_average_to_the_disagreement(n, seed):
    tally = random_tally(n, seed)
    order = list(tally.candidates[::-1])
    shares = win_share_matrix(tally, order).to_numpy()
    compared = ~np.isnan(shares)
    np.testing.assert_allclose((shares + shares.T)[compared], 1)
    flips = order_flip_share_matrix(tally, order).to_numpy()
    agreement = same_winner_rate_in_both_orders(tally)
    if agreement.pairs:
        assert np.nanmean(flips) == pytest.approx(1 - agreement.value)
