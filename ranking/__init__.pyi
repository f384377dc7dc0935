from .comparisons import Tally, count_comparisons, votes_to_comparisons
from .encoders import ENCODERS, load_encoder
from .errors import JudgeError
from .evaluation import pair_accuracy
from .judging import compare_windows, load_own_or_shipped_ranker
from .methods import METHODS, Method, find_method, rank_candidates
from .progress import Progress
from .tasks import TASKS, find_task
from .uncertainty import estimate_intervals

__version__: str

__all__ = [
    "ENCODERS",
    "METHODS",
    "TASKS",
    "JudgeError",
    "Method",
    "Progress",
    "Tally",
    "compare_windows",
    "count_comparisons",
    "estimate_intervals",
    "find_method",
    "find_task",
    "load_encoder",
    "load_own_or_shipped_ranker",
    "pair_accuracy",
    "rank_candidates",
    "votes_to_comparisons",
]
