from .by_round import result_tiers, round_confusion_matrix, tier_by_candidate_and_tiers
from .comparisons import Comparisons, load_comparisons
from .figure2 import published_curve, read_published_points
from .hit_rate import HitRate, published_hit_rate, study_hit_rate
from .runs import load_run, save_run
from .study import Settings, Study, run_study

__all__ = [
    "Comparisons",
    "HitRate",
    "Settings",
    "Study",
    "load_comparisons",
    "load_run",
    "published_curve",
    "published_hit_rate",
    "read_published_points",
    "result_tiers",
    "round_confusion_matrix",
    "run_study",
    "save_run",
    "study_hit_rate",
    "tier_by_candidate_and_tiers",
]
