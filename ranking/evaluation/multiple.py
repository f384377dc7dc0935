"""Several tests of one question: p-values corrected together.

Conventions
-----------
Tests that answer one question are a *family*. Corrected by Holm's method [1]_, at most one family
in twenty has any false alarm at 5 %, however its tests depend on each other.

References
----------
.. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 1979.
"""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> np.ndarray:
    """Return the p-values of a family, corrected; float, shape (m,).

    The smallest is multiplied by their number m, the next by m − 1, and so on; none becomes smaller
    than one before it.

    Examples
    --------
    >>> from ranking.evaluation.multiple import holm
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=float)
    order = np.argsort(given, kind="stable")
    scaled = given[order] * np.arange(len(given), 0, -1)
    corrected = np.empty(len(given))
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return corrected
