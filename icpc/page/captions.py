"""What a figure shows: a title, whose ranking it is of, and one finding with its number."""

from collections.abc import Callable
from math import isnan

import numpy as np

from icpc.findings.wording import percent
from icpc.page.first_screen import page_title, plain_first, who_compared
from icpc.study.by_round import predicted_by_actual_round_counts
from icpc.study.study import Study
from ranking.consistency.calibration import brier_score
from ranking.consistency.order_effect import same_winner_rate_in_both_orders
from ranking.consistency.upsets import find_upsets
from ranking.consistency.vote_shares import vote_shares_by_window
from ranking.evaluation.agreement import method_tau_b_matrix, ranks_by_method


def figure_caption(study: Study, name: str) -> tuple[str, str, str]:
    """Return the title, the competition with its ranker, and the finding of a figure.

    Parameters
    ----------
    study
        The ranking.
    name
        Name of the figure, one of :data:`CAPTIONS`.
    """
    title, finding = CAPTIONS[name]
    ranker = f"{page_title(study)} · {who_compared(study)}, by {study.settings.method}"
    return title, ranker, finding(study)


def _ranges(study: Study) -> str:
    width = study.ranking["rank_high"] - study.ranking["rank_low"] + 1
    if width.isna().all():
        return f"No ranges: {study.intervals.uncertainty.reason or study.settings.method}."
    return f"Half of the 95 % ranges of rank are {width.median():.0f} ranks wide, or wider."


def _better_won(study: Study) -> str:
    strength = study.strengths
    above = strength[:, np.newaxis] > strength
    won, of = study.tally.wins[above].sum(), study.tally.pair_counts[above].sum()
    return f"{percent(won / of)} of comparisons went to the better ranked of the two." if of else ""


def _same_winner(study: Study) -> str:
    agreement = same_winner_rate_in_both_orders(study.tally)
    return (
        f"{percent(agreement.value)} of pairs compared in both orders had the same winner in both."
    )


def _least_alike(study: Study) -> str:
    taus = method_tau_b_matrix(ranks_by_method(study.tally)).rename_axis(index="one").stack()
    if taus.isna().all():
        return ""
    one, other = taus.idxmin()
    return f"The least alike are {one} and {other}, with a Kendall's tau-b of {taus.min():.2f}."


def _right_round(study: Study) -> str:
    counts = predicted_by_actual_round_counts(study).to_numpy()
    return (
        f"{np.trace(counts):,} of {counts.sum():,} are in the round that the ranking puts them in."
    )


def _upsets(study: Study) -> str:
    found = len(find_upsets(study.tally, study.results["score"].to_numpy(dtype=float)))
    times = "Once" if found == 1 else f"{found:,} times"
    return f"{times} someone beat a candidate who got further; the widest are shown."


def _windows(study: Study) -> str:
    shares = vote_shares_by_window(study.comparisons.votes).groupby("candidate")["share"]
    apart = 100 * (shares.max() - shares.min()).median()
    return f"Half of the candidates have {apart:.0f} points or more between best and worst window."


def _brier(study: Study) -> str:
    score = brier_score(study.comparisons.votes, study.results["score"])
    return "" if isnan(score) else f"Brier score {score:.3f}; 0.250 if all were one half."


CAPTIONS: dict[str, tuple[str, Callable[[Study], str]]] = {
    "intervals": ("Strengths, with 95 % intervals", _ranges),
    "probabilities": ("Probability of each rank", lambda study: f"{plain_first(study)}."),
    "head-to-head": ("Who beat whom", _better_won),
    "order-flips": ("Pairs whose winner depends on their order", _same_winner),
    "methods": ("How ranking methods agree", _least_alike),
    "rounds": ("Rounds predicted and reached", _right_round),
    "upsets": ("Upsets", _upsets),
    "windows": ("Votes won over the recital", _windows),
    "calibration": ("How far probabilities can be trusted", _brier),
}
"""Title and finding of each figure by its name; the hit-rate curve has its own."""
