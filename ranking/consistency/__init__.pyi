from .calibration import brier_score, vote_calibration
from .head_to_head import find_upsets, order_flips, win_shares
from .order_effect import first_win_rate, order_agreement, order_effect_log_odds
from .transitivity import (
    Triads,
    count_feedback_arcs,
    count_triads,
    find_long_cycles,
    widest_circular_triads,
)
from .vote_shares import best_and_worst_windows, shares_by_group, window_shares

__all__ = [
    "Triads",
    "best_and_worst_windows",
    "brier_score",
    "count_feedback_arcs",
    "count_triads",
    "find_long_cycles",
    "find_upsets",
    "first_win_rate",
    "order_agreement",
    "order_effect_log_odds",
    "order_flips",
    "shares_by_group",
    "vote_calibration",
    "widest_circular_triads",
    "win_shares",
    "window_shares",
]
