"""Whether the results so far decided which pairs were compared, as comparisons themselves say.

Conventions
-----------
Comparisons say by their column ``pairs`` how each pair was chosen; those without it, or with an
empty field, were not chosen by results. Where every pair of candidates was compared equally often,
nothing was left to choose, whatever the column says.
"""

import numpy as np
import pandas as pd

from ranking.comparisons.tally import compared_candidates, row_counts
from ranking.selection.compared_pairs import all_pairs_of

RULE_WORDS = {
    "swiss": "chosen by the Swiss system",
    "active": "chosen as those that tell most",
    "random": "chosen at random",
}
"""How pairs were chosen, in words, by the rule."""
WHAT_HOLDS = (
    "since results so far decided which, ranges of rank hold, but how far apart strengths are is "
    "not known"
)
"""What holds of a ranking from pairs that were chosen by the results so far."""


def adaptive_rules(comparisons: pd.DataFrame) -> tuple[str, ...]:
    """Return the rules by which results decided pairs that were compared; none if they did not.

    Parameters
    ----------
    comparisons : COMPARISONS table of :mod:`ranking.tables`
    """
    return _rules_and_times(comparisons)[0]


def adaptive_remark(comparisons: pd.DataFrame) -> str:
    """Return how pairs were chosen by results, and what holds then; empty if they were not.

    Parameters
    ----------
    comparisons : COMPARISONS table of :mod:`ranking.tables`
    """
    rules, times, total = _rules_and_times(comparisons)
    if not rules:
        return ""
    chosen = row_counts(comparisons)[comparisons["pairs"].isin(rules).to_numpy()].sum()
    words = " or ".join(RULE_WORDS[rule] for rule in rules)
    which = "their pairs" if chosen == times.sum() else f"the pairs of {chosen:,.0f} of them"
    return (
        f"{len(times):,} of {total:,} pairs of candidates were compared "
        f"({100 * len(times) / total:.1f} %), in {times.sum():,.0f} comparisons, {which} {words}; "
        f"{WHAT_HOLDS}."
    )


def _rules_and_times(comparisons: pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray, int]:
    """The rules, how often each pair was compared, and how many pairs there are."""
    rules = {*comparisons["pairs"].unique()} - {"", "random"} if "pairs" in comparisons else set()
    if not rules:
        return (), np.zeros(0), 0
    times, total = _times_compared(comparisons)
    even = len(times) == total and times.min() == times.max()
    return () if even else tuple(sorted(rules)), times, total


def _times_compared(comparisons: pd.DataFrame) -> tuple[np.ndarray, int]:
    """How often each pair that was compared was, and how many pairs there are."""
    everyone = compared_candidates(comparisons)
    n = len(everyone)
    ends = np.sort(
        [everyone.get_indexer(comparisons[name]) for name in ("first", "second")], axis=0
    )
    _, pair = np.unique(ends[0] * n + ends[1], return_inverse=True)
    return np.bincount(pair, weights=row_counts(comparisons)), all_pairs_of(n)
