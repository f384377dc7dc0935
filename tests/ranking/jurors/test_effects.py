"""Effects of candidates and jurors: numpy's least squares with a dummy for each of them."""

import numpy as np
import pytest

from ranking.jurors.effects import fit_effects, residual_freedom


def dummies(there: np.ndarray) -> np.ndarray:
    juror, candidate = np.nonzero(there)
    return np.hstack([np.eye(there.shape[0])[juror], np.eye(there.shape[1])[candidate]])


@pytest.mark.parametrize("recused", [0.0, 0.3, 0.8])
def test_residuals_equal_those_of_a_fit_with_dummies(recused):
    rng = np.random.default_rng(int(10 * recused))
    values = rng.normal(size=(3, 6, 11))
    there = rng.random((6, 11)) >= recused
    found = fit_effects(values, there).residuals
    design = dummies(there)
    for own, left in zip(values, found, strict=True):
        given = own[there]
        expected = given - design @ np.linalg.lstsq(design, given)[0]
        np.testing.assert_allclose(left[there], expected, atol=1e-10)
        assert (left[~there] == 0).all()
    assert residual_freedom(there) == there.sum() - np.linalg.matrix_rank(design)


def test_effects_without_error_are_found():
    juror, candidate = np.array([-1.0, 0.0, 1.0]), np.array([3.0, 5.0, 4.0, 9.0])
    there = np.ones((3, 4), dtype=bool)
    there[0, 1] = there[2, 3] = False
    found = fit_effects(juror[:, np.newaxis] + candidate, there)
    np.testing.assert_allclose(found.jurors, juror, atol=1e-12)
    np.testing.assert_allclose(found.candidates, candidate)
    np.testing.assert_allclose(found.residuals, 0, atol=1e-12)


def test_marks_that_join_nobody_leave_no_freedom():
    assert residual_freedom(np.zeros((2, 3), dtype=bool)) == 0
    assert residual_freedom(np.eye(3, dtype=bool)) == 0
    assert np.isnan(fit_effects(np.ones((2, 3)), np.zeros((2, 3), dtype=bool)).candidates).all()
