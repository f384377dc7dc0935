"""Alpha equals the package's own and the published example; concordance is of whom all marked."""

import krippendorff
import numpy as np
import pytest
from marked import SHROUT_FLEISS, stage_marks

from ranking.consistency.concordance import kendall_w
from ranking.jurors.agreement import concordance_of_all, krippendorff_alpha

NAN = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)
"""K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, example C."""


def test_alpha_of_the_published_example():
    assert krippendorff_alpha(KRIPPENDORFF, "interval") == pytest.approx(0.849, abs=5e-4)
    assert krippendorff_alpha(KRIPPENDORFF, "ordinal") == pytest.approx(0.815, abs=5e-4)


def test_alpha_of_stage_one_is_that_of_the_package():
    marks = stage_marks("stage1")
    for level, value in (("interval", 0.223), ("ordinal", 0.218)):
        found = krippendorff_alpha(marks, level)
        assert found == pytest.approx(value, abs=5e-4)
        assert found == krippendorff.alpha(marks, level_of_measurement=level)


def test_alpha_is_missing_where_marks_say_nothing():
    assert np.isnan(krippendorff_alpha(np.full((3, 4), 5.0), "interval"))
    assert np.isnan(krippendorff_alpha(np.array([[1.0, NAN], [NAN, 2.0]]), "ordinal"))


def test_concordance_counts_whom_all_marked():
    marks = np.column_stack([SHROUT_FLEISS, [1, NAN, 2, 3]])
    w, shared = concordance_of_all(marks)
    assert (w, shared) == (kendall_w(SHROUT_FLEISS), 6)
    w, shared = concordance_of_all(marks[:, 5:])
    assert np.isnan(w)
    assert shared == 1
