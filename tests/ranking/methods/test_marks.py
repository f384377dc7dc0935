"""Rankings by marks: by hand, by their properties, and as a competition computed them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icpc.competition.bundled import BUNDLED
from ranking.methods.marks import (
    borda_shares,
    corrected_marks,
    corrected_means,
    mean_marks,
    mean_z_scores,
    trimmed_means,
)

NAN = float("nan")
MARKS = np.array([[20, 24, 18], [16, 22, NAN], [25, 21, 17], [15, 23, 19]])


def test_means_leave_out_who_gave_no_mark():
    assert mean_marks(MARKS).tolist() == [19, 22.5, 18]


def test_trimmed_means_leave_out_one_at_each_end():
    assert trimmed_means(MARKS).tolist() == [18, 22.5, 18]
    assert trimmed_means(MARKS[:2])[:2].tolist() == [18, 23]  # two marks: nothing left to trim
    assert np.isnan(trimmed_means(MARKS[1:2])[2])


def test_corrected_marks_are_at_most_so_far_from_the_mean():
    assert corrected_marks(MARKS, 2)[:, 0].tolist() == [20, 17, 21, 17]
    assert corrected_means(MARKS, limit=2)[0] == 18.75
    assert np.isnan(corrected_marks(MARKS, 2)[1, 2])


def test_the_competition_of_2025_corrected_its_marks_so():
    """Every corrected mark that it printed, to a hundredth: 3 points in stage 1, then 2."""
    table = pd.read_csv(BUNDLED / "icpc2025" / "marks.csv")
    table = table[(table["recused"] == "no") & table["mark"].notna()]
    for stage, own in table.groupby("round"):
        marks, official = (
            own.pivot_table(index="juror", columns="candidate", values=name)
            for name in ("mark", "corrected")
        )
        found = corrected_marks(marks.to_numpy(), 3 if stage == "stage1" else 2)
        np.testing.assert_allclose(found, official.to_numpy(), atol=0.0051)


def test_z_scores_weigh_every_juror_alike():
    severe = np.array([[1.0, 2, 3], [10, 30, 20]])
    expected = [-np.sqrt(1.5), np.sqrt(1.5) / 2, np.sqrt(1.5) / 2]
    assert mean_z_scores(severe) == pytest.approx(expected)
    assert mean_z_scores(np.array([[5.0, 5, 5], [1, 2, 3]]))[1] == 0


def test_borda_counts_who_is_put_below():
    assert borda_shares(np.array([[3.0, 2, 1, 0], [3, 3, 1, 0]])) == pytest.approx(
        [(3 + 2.5) / 6, (2 + 2.5) / 6, 1 / 3, 0]
    )
    assert borda_shares(MARKS)[2] == pytest.approx((0 + 0 + 0.5) / 3)
    assert np.isnan(borda_shares(np.array([[4.0, NAN]]))).all()


@settings(max_examples=20)
@given(st.integers(0, 99), st.floats(0.5, 3), st.floats(-5, 5))
def test_borda_and_z_scores_do_not_know_a_juror_s_scale(seed, scale, shift):
    marks = np.random.default_rng(seed).integers(0, 9, (5, 7)).astype(float)
    other = marks.copy()
    other[0] = scale * other[0] + shift
    assert borda_shares(other) == pytest.approx(borda_shares(marks))
    assert mean_z_scores(other) == pytest.approx(mean_z_scores(marks))
