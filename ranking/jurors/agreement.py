"""How far the jurors of a panel agree: Krippendorff's alpha, Kendall's W, each with the others.

Conventions
-----------
Marks are float arrays, shape (J, n), larger is better, NaN where a juror gave none.

*Krippendorff's alpha* [1]_ is 1 if all marks of a candidate are the same, and 0 if they differ as
much as marks of different candidates; by the differences of marks (interval level), or by their
order alone (ordinal level). Severe and mild jurors lower it. *Kendall's W* is of orders, which
severity does not change; only candidates whom all jurors marked count.

A juror's agreement with the others is Kendall's tau-b of the juror's marks and the ranking by the
others, whose marks the juror's own are not among.

References
----------
.. [1] K. Krippendorff, "Content analysis", 3rd ed. 2013, ch. 12; S. Castro, "Fast Krippendorff",
   the package krippendorff.
"""

from typing import Literal

import numpy as np

from ranking.consistency.concordance import kendall_w

MAX_SIZE = 20_000_000
"""Candidates times squared number of different marks, above which alpha takes too much memory."""


def krippendorff_alpha(marks: np.ndarray, level: Literal["interval", "ordinal"]) -> float:
    """Return Krippendorff's alpha of marks, shape (J, n).

    It is NaN where no candidate has two marks, where all marks are equal, and where more different
    marks were given than memory takes (:data:`MAX_SIZE`).

    Parameters
    ----------
    marks : float array, shape (J, n)
    level : whether differences of marks count, or their order alone
    """
    import krippendorff

    compared = marks[:, (~np.isnan(marks)).sum(axis=0) > 1]
    values = np.unique(compared[~np.isnan(compared)])
    if len(values) < 2 or compared.shape[1] * len(values) ** 2 > MAX_SIZE:
        return float("nan")
    return float(krippendorff.alpha(reliability_data=compared, level_of_measurement=level))


def concordance_of_all(marks: np.ndarray) -> tuple[float, int]:
    """Return Kendall's W of the candidates whom all jurors marked, and their number.

    W is NaN of fewer than two such candidates, or two jurors who ordered them.

    Parameters
    ----------
    marks : float array, shape (J, n)
    """
    shared = marks[:, ~np.isnan(marks).any(axis=0)]
    return (kendall_w(shared) if shared.shape[1] > 1 else float("nan")), shared.shape[1]
