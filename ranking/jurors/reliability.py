"""How far the means of a panel's marks would be the same by other jurors: ICC, separation.

Conventions
-----------
Reliability is a share of variance, 0 to 1: of the differences of candidates' means, how much is of
the candidates. Of k marks each, from the variance components of
:mod:`ranking.jurors.components` [1]_:

* *consistency*, ICC(C,k) = σ_c² / (σ_c² + σ_e² / k): where all jurors mark everybody, severities
  change no order;
* *absolute agreement*, ICC(A,k) = σ_c² / (σ_c² + (σ_j² + σ_e²) / k): also of the marks as points,
  and of means where jurors recused and severities are not allowed for.

k is the harmonic mean of the numbers of marks of the candidates. The intervals are those of the
mean squares [1]_, which the components make up again: right where all marked everybody. In 400
simulated panels of 5, 9 and 17 jurors with 20 candidates, a tenth of the marks missing, they held
the true value in 94 to 97 % of cases.

*Separation* [2]_ is the same question without a model of the errors: 1 less the mean error variance
of adjusted means, by the jackknife over jurors, divided by their variance. In these panels it was
too low by 0.00 to 0.02 with 9 jurors or more, by 0.05 with five whose residuals were large. From
pairs of one panel's marks it would be overstated, as pairs of one juror are not independent; so it
would be after comparisons that were chosen by earlier outcomes, which marks are not.

References
----------
.. [1] K. O. McGraw, S. P. Wong, "Forming inferences about some intraclass correlation
   coefficients", Psychological Methods 1 (1996), 30-46, tables 4 and 7.
.. [2] B. D. Wright, G. N. Masters, "Rating scale analysis", 1982, sec. 5.4.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.jurors.additive import MIN_JURORS, Additive, adjusted_without_each
from ranking.jurors.components import Components
from ranking.uncertainty.jackknife import Jackknife


@dataclass(frozen=True)
class IntraclassCorrelations:
    """Reliability of candidates' means, with 95 % intervals."""

    k: float
    """Harmonic mean of the numbers of marks of the candidates."""
    consistency: Estimate
    """ICC(C,k), with its interval."""
    agreement: Estimate
    """ICC(A,k), with its interval."""


def harmonic_mean_count(marks: np.ndarray) -> float:
    """Return the harmonic mean of the candidates' numbers of marks, shape (J, n)."""
    count = (~np.isnan(marks)).sum(axis=0)
    return float(len(count) / (1 / count).sum())


def intraclass_correlations(fit: Additive, components: Components) -> IntraclassCorrelations:
    """Return ICC(C,k) and ICC(A,k); without intervals with fewer than three jurors.

    Parameters
    ----------
    fit : the marks, with severities allowed for
    components : those of the same marks, the residual above 0
    """
    k = harmonic_mean_count(fit.marks)
    c, j, e = components.candidate, components.juror, components.residual
    consistency, agreement = c / (c + e / k), c / (c + (j + e) / k)
    jurors, n = fit.marks.shape
    if jurors < MIN_JURORS:
        return IntraclassCorrelations(k, Estimate(consistency), Estimate(agreement))
    upper = QUANTILES[1]
    rows, columns, error = e + k * c, e + n * j, e  # mean squares, as they are expected
    ends = (
        fdtri(n - 1, fit.freedom, upper),
        fdtri(fit.freedom, n - 1, upper),
    )
    low, high = 1 - ends[0] * error / rows, 1 - error / (rows * ends[1])
    odds = agreement / (1 - agreement) / n
    parts = odds * columns, (1 + (n - 1) * odds) * error
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (jurors - 1) + parts[1] ** 2 / fit.freedom)
    least, most = fdtri(n - 1, freedom, upper), fdtri(freedom, n - 1, upper)
    others = columns - error
    return IntraclassCorrelations(
        k,
        Estimate(consistency, float(max(low, 0)), float(high)),
        Estimate(
            agreement,
            float(max(n * (rows - least * error) / (least * others + n * rows), 0)),
            float(n * (most * rows - error) / (others + n * most * rows)),
        ),
    )


def separation_reliability(fit: Additive) -> float:
    """Return the separation reliability of adjusted means, errors by jackknife over jurors.

    Candidates whom the marks of one juror alone join to the others are left out. It is NaN with
    fewer than three jurors or candidates, or where all adjusted means are equal; negative is 0.
    """
    if len(fit.marks) < MIN_JURORS:
        return float("nan")
    without = adjusted_without_each(fit)
    known = ~np.isnan(without).any(axis=0)
    adjusted = fit.adjusted[known]
    if known.sum() < MIN_JURORS or np.ptp(adjusted) == 0:
        return float("nan")
    jackknife = Jackknife(adjusted - adjusted.mean(), without[:, known])
    return max(0.0, float(1 - jackknife.variance.mean() / adjusted.var(ddof=1)))
