from .accuracy import control_accuracy, macro_f1, pair_accuracy, pair_accuracy_by_score_difference
from .agreement import accuracy_by_juror, method_tau_b_matrix, ranks_by_method, somers_d, tau_b
from .hit_rate import HitRateSummary, area_under_roc, hit_rate_curve, summarise_hit_rate
from .null_model import coin_flip_strengths, random_judge_strengths
from .paired import order_accuracy, order_accuracy_difference, tau_b_with_interval
from .rank_intervals import with_intervals, with_window_intervals
from .resampling import Estimate, bootstrap_pair_share

__all__ = [
    "Estimate",
    "HitRateSummary",
    "accuracy_by_juror",
    "area_under_roc",
    "bootstrap_pair_share",
    "coin_flip_strengths",
    "control_accuracy",
    "hit_rate_curve",
    "macro_f1",
    "method_tau_b_matrix",
    "order_accuracy",
    "order_accuracy_difference",
    "pair_accuracy",
    "pair_accuracy_by_score_difference",
    "random_judge_strengths",
    "ranks_by_method",
    "somers_d",
    "summarise_hit_rate",
    "tau_b",
    "tau_b_with_interval",
    "with_intervals",
    "with_window_intervals",
]
