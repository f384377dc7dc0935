from .compare import Judging, Kept, compare_windows
from .cross_fit import compare_unheard, split_candidates
from .fit_half import fit_ranker
from .probe_ranker import ProbeRanker, load_ranker
from .ranker import Ranker, Scorer

__all__ = [
    "Judging",
    "Kept",
    "ProbeRanker",
    "Ranker",
    "Scorer",
    "compare_unheard",
    "compare_windows",
    "fit_ranker",
    "load_ranker",
    "split_candidates",
]
