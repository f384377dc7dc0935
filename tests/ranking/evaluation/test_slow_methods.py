"""A slow method ranks what was compared, and nothing that was simulated."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.consistency.null_transitivity import flip_coins, shuffle_marks
from ranking.evaluation.auc import panel_auc
from ranking.evaluation.null_model import random_judge_strengths
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.kemeny import KEMENY
from ranking.methods.method import Method

NAMES = list("abcdef")


def panel() -> pd.DataFrame:
    """Five jurors who compared six candidates, each in another order."""
    rng = np.random.default_rng(0)
    rows = []
    for juror in "vwxyz":
        order = list(rng.permutation(NAMES))
        rows += [
            (one, other, one, 1, 1, juror)
            for at, one in enumerate(order)
            for other in order[at + 1 :]
        ]
    return pd.DataFrame(rows, columns=["first", "second", "winner", "votes", "windows", "juror"])


@pytest.fixture
def recorded() -> tuple[Method, list[int]]:
    """Kemeny's method, and how often it was asked."""
    asked: list[int] = []

    def strengths(wins, weights, start):
        asked.append(len(wins))
        return KEMENY.strengths(wins, weights, start)

    return replace(KEMENY, strengths=strengths), asked


def test_random_judges_are_its_own_ranking_permuted(recorded):
    method, asked = recorded
    tally: Tally = count_comparisons(panel())
    drawn = random_judge_strengths(tally, method, draws=50)
    assert len(asked) == 1
    own = sorted(KEMENY.strengths(tally.matrix, None, None))
    assert (np.sort(drawn, axis=1) == own).all()
    assert len(np.unique(drawn, axis=0)) > 40


def test_an_auc_has_no_interval_over_jurors(recorded):
    method, asked = recorded
    passed = pd.Series([True, False] * 3, index=NAMES)
    found = panel_auc(panel(), method, passed)
    assert len(asked) == 1
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert found.value == panel_auc(panel(), KEMENY, passed).value


def test_comparisons_without_an_order_are_ranked_by_bradley_terry(recorded):
    method, asked = recorded
    tally = count_comparisons(panel())
    for own, other in (
        (flip_coins(tally, method), flip_coins(tally, BRADLEY_TERRY)),
        (shuffle_marks(panel(), method), shuffle_marks(panel(), BRADLEY_TERRY)),
    ):
        np.testing.assert_array_equal(own.feedback, other.feedback)
    assert asked == []
