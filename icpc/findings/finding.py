"""What a finding is made of, and how its numbers read."""

from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import Estimate

Finding = tuple[str, float, float, float, float, str]
NAN = float("nan")


def both_orders(counted: Tally) -> bool:
    """Whether most compared pairs were judged in both orders."""
    games = counted.games
    return bool(((games > 0) & (games.T > 0)).sum() > 0.5 * (counted.met > 0).sum())


def beyond_chance(value: float, p: float) -> str:
    """Say what a two-sided p means for an association."""
    if p >= 0.05:
        return "chance does as much."
    return "more than chance." if value > 0 else "the wrong way round, more than chance."


def measured(name: str, estimate: Estimate, words: str) -> Finding:
    """Return a finding with its interval and p."""
    return (name, estimate.value, estimate.low, estimate.high, estimate.p, words)


def note(name: str, words: str) -> Finding:
    """Return a finding without a number."""
    return (name, NAN, NAN, NAN, NAN, words)


def interval(estimate: Estimate) -> str:
    """Return the 95 % interval of a share, in words."""
    return f"(95 % interval {100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f} %"
