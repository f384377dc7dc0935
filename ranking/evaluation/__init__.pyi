from .accuracy import accuracy_by_distance, control_accuracy, macro_f1, pair_accuracy
from .agreement import juror_agreement, method_agreement, method_ranks, somers_d, tau_b
from .hit_rate import HitRateSummary, area_under_roc, hit_rate_curve, summarise_hit_rate
from .null_model import coin_flips, random_judges
from .paired import accuracy_difference, order_accuracy, rank_correlation
from .resampling import Estimate, pair_share

__all__ = [
    "Estimate",
    "HitRateSummary",
    "accuracy_by_distance",
    "accuracy_difference",
    "area_under_roc",
    "coin_flips",
    "control_accuracy",
    "hit_rate_curve",
    "juror_agreement",
    "macro_f1",
    "method_agreement",
    "method_ranks",
    "order_accuracy",
    "pair_accuracy",
    "pair_share",
    "random_judges",
    "rank_correlation",
    "somers_d",
    "summarise_hit_rate",
    "tau_b",
]
