"""Newton steps are those of another solver."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, cg

from ranking.methods.newton import newton_direction, newton_direction_by_gradients


@pytest.mark.parametrize(("n", "share"), [(2, 1.0), (12, 0.3), (40, 1.0), (90, 0.1)])
def test_both_solve_the_equations_as_scipy_does(n, share):
    rng = np.random.default_rng(n)
    between = np.triu(rng.random((n, n)) * (rng.random((n, n)) < share), 1)
    between[np.arange(n - 1), np.arange(1, n)] = 1.0  # a path joins all
    between += between.T
    curvature = np.diag(between.sum(axis=1)) - between + 1 / n
    gradient = rng.standard_normal(n)
    gradient -= gradient.mean()
    scaled = LinearOperator((n, n), lambda v: v / curvature.diagonal(), dtype=float)
    step, unfinished = cg(curvature, gradient, rtol=1e-13, maxiter=60, M=scaled)
    own = newton_direction_by_gradients(curvature, gradient)
    if not unfinished:
        assert (own == step).all()
    np.testing.assert_allclose(curvature @ own, gradient, atol=1e-9)
    np.testing.assert_allclose(newton_direction(curvature, gradient), own, atol=1e-7)


def test_nothing_moves_without_a_slope():
    assert (newton_direction_by_gradients(np.eye(3), np.zeros(3)) == 0).all()
