from .compare import Pairing, ResultCache, compare_windows
from .cross_fit import compare_held_out, split_candidates
from .fit import fit_ranker
from .probe_ranker import ProbeRanker, load_ranker
from .ranker import Ranker, Scorer

__all__ = [
    "Pairing",
    "ProbeRanker",
    "Ranker",
    "ResultCache",
    "Scorer",
    "compare_held_out",
    "compare_windows",
    "fit_ranker",
    "load_ranker",
    "split_candidates",
]
