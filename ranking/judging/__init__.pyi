from .compare import Pairing, ResultCache, compare_windows
from .cross_fit import held_out_votes, stratified_candidate_folds
from .fit import fit_ranker
from .probe_ranker import ProbeRanker, load_own_or_shipped_ranker
from .ranker import Ranker, Scorer

__all__ = [
    "Pairing",
    "ProbeRanker",
    "Ranker",
    "ResultCache",
    "Scorer",
    "compare_windows",
    "fit_ranker",
    "held_out_votes",
    "load_own_or_shipped_ranker",
    "stratified_candidate_folds",
]
