from .graph import (
    paths_of_wins,
    strongly_connected_components,
    weakly_connected_components,
)
from .marks import juror_by_candidate_marks, marks_to_comparisons
from .pairs import ordered_pairs, with_truth
from .reading import read_comparisons
from .schedule import (
    Schedule,
    describe_schedule,
    equal_scores_rarely_compared,
    most_pairs_in_both_orders,
)
from .tally import Tally, WinMatrix, count_comparisons
from .votes import read_votes, votes_to_comparisons

__all__ = [
    "Schedule",
    "Tally",
    "WinMatrix",
    "count_comparisons",
    "describe_schedule",
    "equal_scores_rarely_compared",
    "juror_by_candidate_marks",
    "marks_to_comparisons",
    "most_pairs_in_both_orders",
    "ordered_pairs",
    "paths_of_wins",
    "read_comparisons",
    "read_votes",
    "strongly_connected_components",
    "votes_to_comparisons",
    "weakly_connected_components",
    "with_truth",
]
