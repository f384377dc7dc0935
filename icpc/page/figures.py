"""Every figure that a study allows, drawn from its tables, with a caption.

What a study does not have is not drawn: curves and rounds without results, windows and calibration
without votes, order flips where pairs were compared in one order only.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from icpc.competition.rounds import MAX_ROUNDS
from icpc.findings.wording import percent
from icpc.page.first_screen import page_title, plain_first, who_compared
from icpc.page.votes import study_calibration
from icpc.study.by_round import (
    predicted_by_actual_round_counts,
    reached_by_round,
    tier_by_candidate_and_tiers,
)
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.consistency.calibration import brier_score
from ranking.consistency.head_to_head import order_flip_share_matrix, win_share_matrix
from ranking.consistency.order_effect import same_winner_rate_in_both_orders
from ranking.consistency.upsets import find_upsets, upset_columns, widest_upsets
from ranking.consistency.vote_shares import vote_shares_by_group_and_window, vote_shares_by_window
from ranking.errors import RankingError
from ranking.evaluation.agreement import method_tau_b_matrix, ranks_by_method

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class FigureTables:
    """Tables that a figure and its caption share, each made once.

    Parameters
    ----------
    study
        The ranking.
    """

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def method_taus(self) -> pd.DataFrame:
        """Kendall's tau-b of every two ranking methods."""
        return method_tau_b_matrix(ranks_by_method(self.study.tally))

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """How many were predicted for each round, and passed into it."""
        return predicted_by_actual_round_counts(self.study)

    @cached_property
    def upsets(self) -> pd.DataFrame:
        """Every upset."""
        score = self.study.results["score"].to_numpy(dtype=np.float64)
        return find_upsets(self.study.tally, score)

    @cached_property
    def window_shares(self) -> pd.DataFrame:
        """Share of votes that each candidate won in each window."""
        return vote_shares_by_window(self.study.comparisons.votes)


def draw_figures(study: Study) -> Iterator[tuple[str, "Figure"]]:
    """Yield the figures of a study's largest component, each with its file name without ending."""
    from plots.style import head_figure

    study = study.largest.with_titles
    with suppress(RankingError):  # no results, or all or none passed
        yield "hitrate", study_hit_rate_curve(study).figure()
    tables = FigureTables(study)
    for name, ax in (*_tournament(tables), *_with_results(tables), *_votes(tables)):
        yield name, head_figure(ax.figure.figure, *figure_caption(tables, name))


def _tournament(tables: FigureTables) -> Iterator[tuple[str, "Axes"]]:
    from plots.cells import draw_method_agreement
    from plots.head_to_head import draw_order_flips, draw_win_shares
    from plots.intervals import draw_rank_intervals

    study = tables.study
    tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
    names = study.results["name"].to_dict()
    rank = study.ranking.set_index("candidate")["rank"]
    best_first = [kind for kind in (*reversed(tiers), "") if (tier_by_candidate == kind).any()]
    level = tier_by_candidate.map({kind: at for at, kind in enumerate(best_first)})
    order = sorted(tier_by_candidate.index, key=lambda one: (level[one], rank[one], one))
    blocks = [(kind or "unknown", int((tier_by_candidate == kind).sum())) for kind in best_first]
    yield "intervals", draw_rank_intervals(study.ranking, tier_by_candidate, tiers, names)
    if study.intervals.components:
        yield "probabilities", _probabilities(study)
    yield "head-to-head", draw_win_shares(win_share_matrix(study.tally, order), names, blocks)
    if most_pairs_in_both_orders(study.tally):
        yield (
            "order-flips",
            draw_order_flips(order_flip_share_matrix(study.tally, order), names, blocks),
        )
    yield "methods", draw_method_agreement(tables.method_taus)


def _probabilities(study: Study) -> "Axes":
    from plots.probabilities import draw_rank_probabilities

    table = study.intervals.components[0].distribution.probabilities()
    names = study.results["name"].to_dict()
    cuts = {name: len(those) for name, those in reached_by_round(study).items()}
    return draw_rank_probabilities(table.loc[study.ranking["candidate"]], names, cuts)


def _with_results(tables: FigureTables) -> Iterator[tuple[str, "Axes"]]:
    from plots.cells import draw_round_confusion
    from plots.upsets import draw_upsets

    study = tables.study
    score = study.results["score"]
    if 2 <= score.nunique() <= MAX_ROUNDS:
        yield "rounds", draw_round_confusion(tables.rounds)
    table = widest_upsets(tables.upsets)
    if len(table):
        tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
        rank = study.ranking.set_index("candidate")["rank"]
        names = study.results["name"].to_dict()
        columns = upset_columns(table, score, rank)
        yield "upsets", draw_upsets(table, columns, tier_by_candidate, rank, tiers, names)


def _votes(tables: FigureTables) -> Iterator[tuple[str, "Axes"]]:
    from plots.calibration import draw_calibration
    from plots.vote_shares import draw_group_vote_shares

    study = tables.study
    if study.comparisons.votes is None:
        return
    tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
    if (tier_by_candidate != "").any():
        yield (
            "windows",
            draw_group_vote_shares(
                vote_shares_by_group_and_window(tables.window_shares, tier_by_candidate),
                tiers,
            ),
        )
    table = study_calibration(study)
    if len(table):
        yield "calibration", draw_calibration(table)


def figure_caption(tables: FigureTables, name: str) -> tuple[str, str, str]:
    """Return the title, the competition with its ranker, and the finding of a figure.

    Parameters
    ----------
    tables
        Tables of the ranking.
    name
        Name of the figure, one of :data:`CAPTIONS`.
    """
    title, finding = CAPTIONS[name]
    study = tables.study
    ranker = f"{page_title(study)} · {who_compared(study)}, by {study.settings.method}"
    return title, ranker, finding(tables)


def _ranges(tables: FigureTables) -> str:
    study = tables.study
    width = study.ranking["rank_high"] - study.ranking["rank_low"] + 1
    if width.isna().all():
        return f"No ranges: {study.intervals.uncertainty.reason or study.settings.method}."
    return f"Half of the 95 % ranges of rank are {width.median():.0f} ranks wide, or wider."


def _better_won(tables: FigureTables) -> str:
    study = tables.study
    strength = study.strengths
    above = strength[:, np.newaxis] > strength
    won, of = study.tally.wins[above].sum(), study.tally.pair_counts[above].sum()
    return f"{percent(won / of)} of comparisons went to the better ranked of the two." if of else ""


def _same_winner(tables: FigureTables) -> str:
    agreement = same_winner_rate_in_both_orders(tables.study.tally)
    return (
        f"{percent(agreement.value)} of pairs compared in both orders had the same winner in both."
    )


def _furthest_methods(tables: FigureTables) -> str:
    taus = tables.method_taus
    values = taus.to_numpy()
    if np.isnan(values).all():
        return ""
    one, other = (taus.index[at] for at in np.unravel_index(np.nanargmin(values), values.shape))
    return (
        f"The least alike are {one} and {other}, with a Kendall's tau-b of {np.nanmin(values):.2f}."
    )


def _right_round(tables: FigureTables) -> str:
    counts = tables.rounds.to_numpy()
    return (
        f"{np.trace(counts):,} of {counts.sum():,} are in the round that the ranking puts them in."
    )


def _upsets(tables: FigureTables) -> str:
    found = len(tables.upsets)
    times = "Once" if found == 1 else f"{found:,} times"
    return f"{times} someone beat a candidate who got further; the widest are shown."


def _windows(tables: FigureTables) -> str:
    shares = tables.window_shares.groupby("candidate")["share"]
    apart = 100 * (shares.max() - shares.min()).median()
    return f"Half of the candidates have {apart:.0f} points or more between best and worst window."


def _brier(tables: FigureTables) -> str:
    study = tables.study
    score = brier_score(study.comparisons.votes, study.results["score"])
    return "" if isnan(score) else f"Brier score {score:.3f}; 0.250 if all were one half."


CAPTIONS: dict[str, tuple[str, Callable[[FigureTables], str]]] = {
    "intervals": ("Strengths, with 95 % intervals", _ranges),
    "probabilities": ("Probability of each rank", lambda tables: f"{plain_first(tables.study)}."),
    "head-to-head": ("Who beat whom", _better_won),
    "order-flips": ("Pairs whose winner depends on their order", _same_winner),
    "methods": ("How ranking methods agree", _furthest_methods),
    "rounds": ("Rounds predicted and reached", _right_round),
    "upsets": ("Upsets", _upsets),
    "windows": ("Votes won over the recital", _windows),
    "calibration": ("How far probabilities can be trusted", _brier),
}
"""Title and finding of each figure by its name; the hit-rate curve has its own."""
