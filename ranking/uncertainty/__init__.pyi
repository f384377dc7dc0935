from .jackknife import Jackknife, jackknife_strengths
from .normal_prior import laplace_posterior
from .probabilities import rank_probabilities
from .profile_likelihood import profile_intervals
from .rank_distribution import RankDistribution, empirical_bayes_draws
from .rank_intervals import Intervals, estimate_intervals, with_joint_ranges
from .units import Uncertainty, find_uncertainty
from .window_intervals import estimate_window_intervals

__all__ = [
    "Intervals",
    "Jackknife",
    "RankDistribution",
    "Uncertainty",
    "empirical_bayes_draws",
    "estimate_intervals",
    "estimate_window_intervals",
    "find_uncertainty",
    "jackknife_strengths",
    "laplace_posterior",
    "profile_intervals",
    "rank_probabilities",
    "with_joint_ranges",
]
