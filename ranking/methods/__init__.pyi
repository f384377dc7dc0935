from .bradley_terry import BRADLEY_TERRY
from .counting import WIN_RATE, WINS
from .method import Method, competition_rank, rank_candidates
from .pagerank import PAGERANK
from .registry import METHODS, find_method

__all__ = [
    "BRADLEY_TERRY",
    "METHODS",
    "PAGERANK",
    "WINS",
    "WIN_RATE",
    "Method",
    "competition_rank",
    "find_method",
    "rank_candidates",
]
