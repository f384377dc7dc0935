from .calibration import draw_calibration
from .cells import draw_method_agreement, draw_round_confusion
from .head_to_head import draw_order_flips, draw_win_shares
from .hit_rate import draw_hit_rate, hit_rate_figure
from .intervals import draw_rank_intervals
from .style import plot_style, write_figure
from .upsets import draw_upsets
from .vote_shares import draw_group_vote_shares

__all__ = [
    "draw_calibration",
    "draw_group_vote_shares",
    "draw_hit_rate",
    "draw_method_agreement",
    "draw_order_flips",
    "draw_rank_intervals",
    "draw_round_confusion",
    "draw_upsets",
    "draw_win_shares",
    "hit_rate_figure",
    "plot_style",
    "write_figure",
]
