from .components import (
    paths_of_wins,
    strongly_connected_components,
    weakly_connected_components,
)
from .marks import mark_matrix, panel_comparisons, read_marks
from .pairs import ordered_pairs, with_truth
from .reading import read_comparisons
from .schedule import Schedule, both_orders, describe_schedule, schedule_follows_result
from .tally import Tally, WinMatrix, count_comparisons
from .votes import count_votes, read_votes

__all__ = [
    "Schedule",
    "Tally",
    "WinMatrix",
    "both_orders",
    "count_comparisons",
    "count_votes",
    "describe_schedule",
    "mark_matrix",
    "ordered_pairs",
    "panel_comparisons",
    "paths_of_wins",
    "read_comparisons",
    "read_marks",
    "read_votes",
    "schedule_follows_result",
    "strongly_connected_components",
    "weakly_connected_components",
    "with_truth",
]
