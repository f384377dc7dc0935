"""Permutations on disk: those that are sound are not computed again, and no others are used."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from flips import flips
from remarks import Remarks

from ranking.judging.permutations import fit_permuted_results

FLIPS = 60
SCORE = pd.Series([0.0, 1.0, 2.0, 3.0], index=["ann", "bea", "cyd", "dov"])


def compared(score, store):
    """The one with the higher permuted result wins."""
    pairs = list(permutations(score.index, 2))
    first, second = zip(*pairs, strict=True)
    winner = [a if score[a] > score[b] else b for a, b in pairs]
    return pd.DataFrame({"first": first, "second": second, "winner": winner})


@pytest.fixture
def kept(tmp_path):
    fit_permuted_results(SCORE, 0, 2, tmp_path, compared)
    return tmp_path / "00001.npy"


def test_a_permutation_is_an_array_that_numpy_reads(kept):
    assert np.load(kept).shape == (4, 4)


def test_sound_permutations_are_not_computed_again(kept):
    again = fit_permuted_results(SCORE, 0, 2, kept.parent, None)
    assert np.array_equal(again.outcomes[1], np.load(kept))


def test_a_flip_in_a_permutation_is_found_and_it_is_computed_again(kept):
    right = kept.read_bytes()
    for _, flipped in flips(right, FLIPS):
        kept.write_bytes(flipped)
        fit_permuted_results(SCORE, 0, 2, kept.parent, compared, shown := Remarks())
        assert shown.remarks == [f"{kept} is damaged; this permutation is computed again"]
        assert kept.read_bytes() == right
