"""Methods agree where they must."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from ranking.comparisons.tally import Tally
from ranking.evaluation.agreement import (
    method_tau_b_matrix,
    ranks_by_applicable_method,
    ranks_by_method,
)
from ranking.methods.method import rank_candidates
from ranking.methods.registry import METHODS


def round_robin(n=12, seed=3):
    rng = np.random.default_rng(seed)
    comparisons = 1.0 - np.eye(n)
    return Tally(
        pd.Index([f"c{i:02}" for i in range(n)]),
        comparisons,
        (rng.random((n, n)) < 0.5) * comparisons,
    )


def test_wins_rate_and_bradley_terry_are_one_order_in_a_round_robin():
    agreement = method_tau_b_matrix(ranks_by_method(round_robin()))
    trio = ["wins", "win-rate", "bradley-terry"]
    np.testing.assert_allclose(agreement.loc[trio, trio], 1)
    assert agreement.loc["pagerank", "wins"] < 1


def test_agreement_is_symmetric_and_that_of_scipy_on_ranks():
    tally = round_robin(10)
    ranks = ranks_by_method(tally)
    agreement = method_tau_b_matrix(ranks)
    np.testing.assert_allclose(agreement, agreement.T)
    expected = kendalltau(ranks["wins"], ranks["bradley-terry"]).statistic
    assert agreement.loc["wins", "bradley-terry"] == pytest.approx(expected)


def test_ranks_are_those_of_the_ranking():
    tally = round_robin(10)
    ranks = ranks_by_method(tally)
    of_comparisons = [name for name, one in METHODS.items() if one.needs == "comparisons"]
    assert list(ranks.columns) == of_comparisons
    for name in of_comparisons:
        method = METHODS[name]
        own = rank_candidates(tally, method).set_index("candidate")["rank"]
        assert ranks[name].to_dict() == own.to_dict()


def test_methods_that_do_not_apply_say_why():
    """A panel of two jurors is even, and without marks there is nothing to rank by."""
    tally = round_robin(4)
    of_marks = [name for name, one in METHODS.items() if one.needs == "marks"]
    ranks, not_applicable = ranks_by_applicable_method(tally)
    assert list(not_applicable) == of_marks
    assert set(not_applicable.values()) == {"ranked by marks, and there are none"}
    marks = np.array([[1, 2, 3, 4], [2, 1, 4, 3.0]])
    more, not_applicable = ranks_by_applicable_method(tally, marks)
    assert not_applicable == {
        "skating": "the skating system needs an odd number of jurors, and there are 2"
    }
    assert more["mean-mark"].tolist() == [3, 3, 1, 1]
    pd.testing.assert_frame_equal(more[list(ranks)], ranks)
