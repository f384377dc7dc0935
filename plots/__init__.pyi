from .answers import (
    draw_grade_probabilities,
    draw_technique_times,
    grades_figure,
    techniques_figure,
)
from .average_precision import average_precision_figure, draw_average_precisions
from .calibration import draw_calibration
from .cells import confusion_figure, draw_confusion, draw_method_agreement, draw_round_confusion
from .head_to_head import draw_order_flips, draw_win_shares
from .hit_rate import draw_hit_rate, hit_rate_figure
from .intervals import draw_rank_intervals
from .jurors_needed import draw_jurors_needed
from .panel import draw_adjusted_places, draw_severities, panel_figure
from .style import plot_style, write_figure
from .training import draw_losses, draw_validation_metric, training_figure
from .upsets import draw_upsets
from .vote_shares import draw_group_vote_shares

__all__ = [
    "average_precision_figure",
    "confusion_figure",
    "draw_adjusted_places",
    "draw_average_precisions",
    "draw_calibration",
    "draw_confusion",
    "draw_grade_probabilities",
    "draw_group_vote_shares",
    "draw_hit_rate",
    "draw_jurors_needed",
    "draw_losses",
    "draw_method_agreement",
    "draw_order_flips",
    "draw_rank_intervals",
    "draw_round_confusion",
    "draw_severities",
    "draw_technique_times",
    "draw_upsets",
    "draw_validation_metric",
    "draw_win_shares",
    "grades_figure",
    "hit_rate_figure",
    "panel_figure",
    "plot_style",
    "techniques_figure",
    "training_figure",
    "write_figure",
]
