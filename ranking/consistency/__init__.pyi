from .calibration import brier_score, vote_calibration
from .concordance import Concordance, kendall_w, mean_spearman, panel_concordance
from .deviance import ModelFit, model_fit
from .head_to_head import order_flip_share_matrix, win_share_matrix
from .order_effect import first_win_rate, order_effect_log_odds, same_winner_rate_in_both_orders
from .transitivity import (
    Triads,
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
    find_long_cycle_per_component,
    widest_circular_triads,
)
from .upsets import find_upsets, widest_upsets
from .vote_shares import (
    best_and_worst_windows,
    vote_shares_by_group_and_window,
    vote_shares_by_window,
)

__all__ = [
    "Concordance",
    "ModelFit",
    "Triads",
    "best_and_worst_windows",
    "brier_score",
    "count_circular_triads",
    "count_feedback_arcs_and_decided_pairs",
    "find_long_cycle_per_component",
    "find_upsets",
    "first_win_rate",
    "kendall_w",
    "mean_spearman",
    "model_fit",
    "order_effect_log_odds",
    "order_flip_share_matrix",
    "panel_concordance",
    "same_winner_rate_in_both_orders",
    "vote_calibration",
    "vote_shares_by_group_and_window",
    "vote_shares_by_window",
    "widest_circular_triads",
    "widest_upsets",
    "win_share_matrix",
]
