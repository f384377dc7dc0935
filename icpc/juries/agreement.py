"""The section on agreement: variance components, reliability, alpha and concordance."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.evaluation.resampling import Estimate
from ranking.jurors.additive import MIN_JURORS
from ranking.jurors.agreement import concordance_of_all, krippendorff_alpha
from ranking.jurors.components import estimate_components
from ranking.jurors.reliability import intraclass_correlations, separation_reliability

CONCORDANCE = "Kendall's W"
RELIABLE, UNRELIABLE = 0.8, 0.5
"""Reliability from which another panel gives much the same order, and below which another one."""
COLUMNS = (
    Column("measure"),
    Column("value", format_spec="z.3f"),
    Column("low", "95 %", "z.2f", upper="high"),
    Column("about"),
)
ABOUT = {
    "variance of candidates": "squared points",
    "variance of severities": "squared points",
    "residual variance": "squared points",
    "ICC(C,k)": "order of means of k marks, by other such jurors",
    "ICC(A,k)": "means as points, by other such jurors",
    "separation reliability": "order of adjusted means, errors by juror",
    "Krippendorff's alpha, interval": "single marks, as points",
    "Krippendorff's alpha, ordinal": "single marks, by their order",
}
"""What each measure is of."""


def agreement_section(panel: Panel) -> Section:
    """Return the section on agreement.

    The columns of its table are ``measure``; ``value``; ``low``, ``high`` its 95 % interval, where
    there is one; ``about`` what the measure is of. Measures that do not apply are missing.
    """
    found: dict[str, Estimate] = {}
    reasons: list[str] = []
    k, shared = np.nan, 0
    if len(panel.jurors) < 2:
        reasons.append("agreement: there is one juror")
    else:
        k = _add_reliability(panel, found, reasons)
        shared = _add_orders(panel, found, reasons)
    about = ABOUT | {
        "ICC(C,k)": ABOUT["ICC(C,k)"].replace("k", f"{k:.3g}", 1),
        CONCORDANCE: f"orders of single jurors, of {shared} candidates whom all marked",
    }
    table = pd.DataFrame(
        [(name, one.value, one.low, one.high, about[name]) for name, one in found.items()],
        columns=["measure", "value", "low", "high", "about"],
    )
    return Section(
        "agreement",
        "How far the jurors agree",
        table,
        COLUMNS,
        tuple(_sentences(found, k)),
        tuple(reasons),
        ("measure", "about"),
    )


def _add_reliability(panel: Panel, found: dict[str, Estimate], reasons: list[str]) -> float:
    """Add components and reliability; return the number k of marks of a candidate's mean."""
    fit = panel.fit
    if panel.marks.shape[1] < 2:
        reasons.append("components and reliability: there is one candidate")
        return float("nan")
    if fit.freedom < 1:
        reasons.append("components and reliability: too few marks to tell residuals from effects")
        return float("nan")
    if fit.is_exact:
        reasons.append(
            "components and reliability: all marks are equal, or follow from candidate and juror "
            "without rest"
        )
        return float("nan")
    components = estimate_components(fit)
    if not components.reml:
        reasons.append(
            "restricted maximum likelihood, which takes minutes for so many marks: the components "
            "are by Henderson's method III, which differs little from it"
        )
    found["variance of candidates"] = Estimate(components.candidate)
    found["variance of severities"] = Estimate(components.juror)
    found["residual variance"] = Estimate(components.residual)
    icc = intraclass_correlations(fit, components)
    found["ICC(C,k)"] = icc.consistency
    if panel.without_severities:
        del found["variance of severities"]
        reasons.append("variance of severities, and ICC(A,k): pooling rounds took severities out")
    else:
        found["ICC(A,k)"] = icc.agreement
    if len(panel.jurors) < MIN_JURORS:
        reasons.append(
            f"intervals of reliability, and separation: two jurors; it takes {MIN_JURORS} to see "
            "how much they differ"
        )
        return icc.k
    separation = separation_reliability(fit)
    if np.isnan(separation):
        reasons.append("separation: too few candidates whom several jurors join")
    else:
        found["separation reliability"] = Estimate(separation)
    return icc.k


def _add_orders(panel: Panel, found: dict[str, Estimate], reasons: list[str]) -> int:
    """Add alpha and concordance; return the number of candidates whom all jurors marked."""
    for level in ("interval", "ordinal"):
        alpha = krippendorff_alpha(panel.marks, level)
        if np.isnan(alpha):
            reasons.append(
                f"Krippendorff's alpha, {level}: no candidate has two marks, all marks are equal, "
                "or more different ones were given than memory takes"
            )
        else:
            found[f"Krippendorff's alpha, {level}"] = Estimate(alpha)
    w, shared = concordance_of_all(panel.marks)
    if np.isnan(w):
        reasons.append(
            f"Kendall's W: all jurors marked {shared} candidate{'s' * (shared != 1)}, and it takes "
            "two, and two jurors who ordered them"
        )
    else:
        found[CONCORDANCE] = Estimate(w)
    return shared


def _sentences(found: dict[str, Estimate], k: float) -> Iterator[str]:
    if "ICC(C,k)" not in found:
        return
    parts = [found[name].value for name in found if "variance" in name]
    shares = [f"{100 * part / sum(parts):.0f} %" for part in parts]
    severities = f", {shares[1]} of severities" if len(parts) > 2 else ""
    yield (
        f"Of the variance of marks {shares[0]} is of candidates{severities}, and {shares[-1]} of "
        f"{'neither' if severities else 'what is left'}."
    )
    icc = found["ICC(C,k)"]
    ends = "" if np.isnan(icc.low) else f" (95 % interval {icc.low:.2f} to {icc.high:.2f})"
    yield (
        f"Another such panel, with {k:.3g} marks for each candidate, {_would_order(icc)}: "
        f"reliability {icc.value:.2f}{ends}, where 1 is the same order."
    )


def _would_order(icc: Estimate) -> str:
    """How another panel would order the candidates, as far as the interval tells."""
    low, high = (icc.value,) * 2 if np.isnan(icc.low) else (icc.low, icc.high)
    if low >= RELIABLE:
        return "would order them much as this one did"
    if high < UNRELIABLE:
        return "would order them quite otherwise"
    if low < UNRELIABLE and high >= RELIABLE:
        return "may order them much as this one did, or quite otherwise"
    return "would order them otherwise in part"
