from .additive import (
    Additive,
    fit_additive,
    joined_parts,
    juror_spreads,
    severity_intervals,
)
from .agreement import concordance_of_all, krippendorff_alpha
from .components import Components, estimate_components, moment_components, reml_components
from .favouritism import OwnCandidates, compare_own_candidates
from .left_out import WithoutJuror, leave_out
from .power import detectable_difference, jurors_needed, power_curve
from .reliability import (
    IntraclassCorrelations,
    intraclass_correlations,
    separation_reliability,
)
from .trend import OrderTrend, PositionedRound, estimate_trend

__all__ = [
    "Additive",
    "Components",
    "IntraclassCorrelations",
    "OrderTrend",
    "OwnCandidates",
    "PositionedRound",
    "WithoutJuror",
    "compare_own_candidates",
    "concordance_of_all",
    "detectable_difference",
    "estimate_components",
    "estimate_trend",
    "fit_additive",
    "intraclass_correlations",
    "joined_parts",
    "juror_spreads",
    "jurors_needed",
    "krippendorff_alpha",
    "leave_out",
    "moment_components",
    "power_curve",
    "reml_components",
    "separation_reliability",
    "severity_intervals",
]
