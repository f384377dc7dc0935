from .by_round import predicted_by_actual_round_counts, result_tiers, tier_by_candidate_and_tiers
from .comparisons import Comparisons, load_comparisons
from .figure2 import published_curve, read_published_points
from .hit_rate import HitRateCurve, published_points_hit_rate_curve, study_hit_rate_curve
from .runs import load_run, save_run
from .settings import Settings
from .study import Study, run_study

__all__ = [
    "Comparisons",
    "HitRateCurve",
    "Settings",
    "Study",
    "load_comparisons",
    "load_run",
    "predicted_by_actual_round_counts",
    "published_curve",
    "published_points_hit_rate_curve",
    "read_published_points",
    "result_tiers",
    "run_study",
    "save_run",
    "study_hit_rate_curve",
    "tier_by_candidate_and_tiers",
]
