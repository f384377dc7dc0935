from .favouritism import OwnCandidates, compare_own_candidates
from .power import detectable_difference, jurors_needed, power_curve
from .trend import OrderTrend, PositionedRound, estimate_trend

__all__ = [
    "OrderTrend",
    "OwnCandidates",
    "PositionedRound",
    "compare_own_candidates",
    "detectable_difference",
    "estimate_trend",
    "jurors_needed",
    "power_curve",
]
