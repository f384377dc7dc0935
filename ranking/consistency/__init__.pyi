from .calibration import brier_score, vote_calibration
from .head_to_head import order_flips, upsets, win_shares
from .order_effect import first_position_share, order_agreement, position_term
from .transitivity import Triads, back_arcs, count_triads, long_cycles, widest_triads
from .vote_shares import best_and_worst, shares_by_group, window_shares

__all__ = [
    "Triads",
    "back_arcs",
    "best_and_worst",
    "brier_score",
    "count_triads",
    "first_position_share",
    "long_cycles",
    "order_agreement",
    "order_flips",
    "position_term",
    "shares_by_group",
    "upsets",
    "vote_calibration",
    "widest_triads",
    "win_shares",
    "window_shares",
]
