"""Every figure that a study allows, drawn from its tables.

What a study does not have is not drawn: curves and rounds without results, windows and calibration
without votes, order flips where pairs were compared in one order only.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from icpc.competition.rounds import MAX_ROUNDS
from icpc.page.captions import figure_caption
from icpc.page.votes import study_calibration
from icpc.study.by_round import (
    predicted_by_actual_round_counts,
    reached_by_round,
    tier_by_candidate_and_tiers,
)
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.consistency.head_to_head import order_flip_share_matrix, win_share_matrix
from ranking.consistency.upsets import find_upsets, upset_columns, widest_upsets
from ranking.consistency.vote_shares import vote_shares_by_group_and_window, vote_shares_by_window
from ranking.errors import RankingError
from ranking.evaluation.agreement import method_tau_b_matrix, ranks_by_method

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_figures(study: Study) -> Iterator[tuple[str, "Figure"]]:
    """Yield the figures of a study's largest component, each with its file name without ending."""
    from plots.style import head_figure

    study = study.largest
    with suppress(RankingError):  # no results, or all or none passed
        yield "hitrate", study_hit_rate_curve(study).figure()
    for name, ax in (*_tournament(study), *_with_results(study), *_votes(study)):
        yield name, head_figure(ax.figure.figure, *figure_caption(study, name))


def _tournament(study: Study) -> Iterator[tuple[str, "Axes"]]:
    from plots.cells import draw_method_agreement
    from plots.head_to_head import draw_order_flips, draw_win_shares
    from plots.intervals import draw_rank_intervals

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
    yield "methods", draw_method_agreement(method_tau_b_matrix(ranks_by_method(study.tally)))


def _probabilities(study: Study) -> "Axes":
    from plots.probabilities import draw_rank_probabilities

    table = study.intervals.components[0].distribution.probabilities()
    names = study.results["name"].to_dict()
    cuts = {name: len(those) for name, those in reached_by_round(study).items()}
    return draw_rank_probabilities(table.loc[study.ranking["candidate"]], names, cuts)


def _with_results(study: Study) -> Iterator[tuple[str, "Axes"]]:
    from plots.cells import draw_round_confusion
    from plots.upsets import draw_upsets

    score = study.results["score"]
    if 2 <= score.nunique() <= MAX_ROUNDS:
        yield "rounds", draw_round_confusion(predicted_by_actual_round_counts(study))
    table = widest_upsets(find_upsets(study.tally, score.to_numpy(dtype=np.float64)))
    if len(table):
        tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
        rank = study.ranking.set_index("candidate")["rank"]
        names = study.results["name"].to_dict()
        columns = upset_columns(table, score, rank)
        yield "upsets", draw_upsets(table, columns, tier_by_candidate, rank, tiers, names)


def _votes(study: Study) -> Iterator[tuple[str, "Axes"]]:
    from plots.calibration import draw_calibration
    from plots.vote_shares import draw_group_vote_shares

    votes = study.comparisons.votes
    if votes is None:
        return
    tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
    if (tier_by_candidate != "").any():
        yield (
            "windows",
            draw_group_vote_shares(
                vote_shares_by_group_and_window(vote_shares_by_window(votes), tier_by_candidate),
                tiers,
            ),
        )
    table = study_calibration(study)
    if len(table):
        yield "calibration", draw_calibration(table)
