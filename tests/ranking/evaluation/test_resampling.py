"""Windows are drawn within each recording, and what they tell has the variance it should have."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ranking.evaluation.resampling import resampled_window_counts, window_units
from ranking.tables import VOTES

EFFECTS = {"a": [0.10, -0.02, 0.05], "b": [0.03, -0.08], "c": [0.0, 0.04, 0.01, -0.06]}
"""How much better each window of a recording is than the average performance."""
DRAWS = 2000


def cast(first: str, second: str, aligned: bool) -> list[tuple[str, str, int, int, float]]:
    """The votes of one ordered pair: by so much as the first window is better than the second."""
    one, other = (list(enumerate(EFFECTS[name])) for name in (first, second))
    both = zip(one, other, strict=False) if aligned else product(one, other)
    return [(first, second, i, j, 0.5 + better - worse) for (i, better), (j, worse) in both]


def table(*pairs: str, aligned: bool = False) -> pd.DataFrame:
    rows = [row for first, second in pairs for row in cast(first, second, aligned)]
    return pd.DataFrame(rows, columns=list(VOTES))


def drawn_means(votes: pd.DataFrame, first: str, second: str) -> np.ndarray:
    own = ((votes["first"] == first) & (votes["second"] == second)).to_numpy()
    p, drawn = votes["p_first"][own], resampled_window_counts(votes, DRAWS, seed=1)
    return np.array([np.average(p, weights=times[own]) for times in drawn])


def test_of_all_windows_the_variance_of_a_mean_is_that_of_two_independent_means():
    """Closed form: var(a) / 3 + var(b) / 2, where votes are a difference of effects."""
    means = drawn_means(table("ab", "ac", "bc"), "a", "b")
    expected = sum(np.var(EFFECTS[name]) / len(EFFECTS[name]) for name in "ab")
    assert np.var(means) == pytest.approx(expected, rel=0.1)
    assert means.mean() == pytest.approx(table("ab")["p_first"].mean(), abs=0.005)


def test_of_aligned_windows_it_is_that_of_the_mean_of_their_differences():
    """Closed form: var(a − c) / 3, drawing a number for both."""
    votes = table("ac", aligned=True)
    difference = np.subtract(EFFECTS["a"], EFFECTS["c"][:3])
    assert np.var(drawn_means(votes, "a", "c")) == pytest.approx(np.var(difference) / 3, rel=0.1)


def test_every_pair_keeps_as_many_votes_as_it_had():
    votes = table("ab", "ac", "bc", "cb")
    size = votes.groupby(["first", "second"]).size()
    for times in resampled_window_counts(votes, 20, seed=3):
        one = votes.loc[np.repeat(votes.index, times)]
        pd.testing.assert_series_equal(one.groupby(["first", "second"]).size(), size)


def test_a_window_is_drawn_equally_often_in_all_its_votes():
    votes = table("ab", "ac")
    for times in resampled_window_counts(votes, 20, seed=4):
        one = votes.loc[np.repeat(votes.index, times)]
        b, c = (
            one.loc[one["second"] == name, "first_window"].value_counts(normalize=True)
            for name in "bc"
        )
        pd.testing.assert_series_equal(b.sort_index(), c.sort_index())


def test_units_are_windows_of_recordings_or_aligned_numbers():
    assert window_units(table("ab", "ac", "bc")).stratum.tolist() == [0] * 3 + [1] * 2 + [2] * 4
    assert window_units(table("ab", "ac", aligned=True)).stratum.tolist() == [0] * 3
