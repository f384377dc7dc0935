"""Every candidate has a row that says what the ranking says."""

import itertools

import numpy as np
import pandas as pd
import pytest

from icpc.study.by_round import result_tiers
from icpc.study.study import result_labels
from plots.intervals import MAX_NAMED, draw_rank_intervals
from ranking.errors import TableError
from ranking.tables import RANKING

TIERS = ("first", "final")


def ranking_of(n):
    strength = np.linspace(2, -2, n)
    table = pd.DataFrame({"candidate": [f"c{at}" for at in range(n)], "strength": strength})
    ranks = {"rank": range(1, n + 1), "rank_low": range(1, n + 1), "rank_high": n}
    table = table.assign(**ranks, strength_low=strength - 1, strength_high=strength + 0.5)
    return table.reindex(columns=list(RANKING))


def test_dots_lines_and_ranks_are_those_of_the_table():
    table = ranking_of(4)
    result = pd.Series({"c0": "final", "c1": "first", "c2": "", "c3": "first"})
    ax = draw_rank_intervals(table, result, TIERS, {"c0": "Ana"})
    lines, *dots = ax.collections
    segments = np.array(lines.get_segments())
    np.testing.assert_allclose(segments[:, :, 0], table[["strength_low", "strength_high"]])
    drawn = {kind.get_label(): kind.get_offsets().tolist() for kind in dots}
    assert drawn["final (1)"] == [[2.0, 0.0]]
    assert sorted(row for _, row in drawn["first (2)"]) == [1, 3]
    assert [row for _, row in drawn["unknown (1)"]] == [2]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Ana", "c1", "c2", "c3"]
    (ranks,) = ax.child_axes
    assert [label.get_text() for label in ranks.get_yticklabels()] == ["1–4", "2–4", "3–4", "4–4"]


def test_an_order_without_intervals_claims_none():
    bare = ranking_of(4).assign(rank_low=np.nan, strength_low=np.nan, strength_high=np.nan)
    ax = draw_rank_intervals(bare, pd.Series({"c0": "final"}), TIERS, {})
    assert ax.get_xlabel() == "strength"
    assert not ax.child_axes
    assert sum(len(kind.get_offsets()) for kind in ax.collections[1:]) == 1


def test_names_do_not_overlap(study2015):
    names = study2015.results["name"].to_dict()
    tiers = result_tiers(study2015)
    ax = draw_rank_intervals(study2015.ranking, result_labels(study2015), tiers, names)
    ax.figure.canvas.draw()
    for axis in (ax, *ax.child_axes):
        boxes = [label.get_window_extent() for label in axis.get_yticklabels()]
        assert len(boxes) == 113
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


@pytest.mark.parametrize("n", [3, 12])
def test_the_legend_of_a_few_covers_no_interval(n):
    result = pd.Series("first", index=[f"c{at}" for at in range(n)])
    wide = ranking_of(n).assign(strength_high=5.0)
    ax = draw_rank_intervals(wide, result, TIERS, {})
    ax.figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    for ends in map(ax.transData.transform, ax.collections[0].get_segments()):
        assert not (
            legend.y0 <= ends[0, 1] <= legend.y1
            and ends[0, 0] <= legend.x1
            and legend.x0 <= ends[1, 0]
        )


def test_many_candidates_go_unnamed():
    n = MAX_NAMED + 1
    result = pd.Series("first", index=[f"c{at}" for at in range(n)])
    ax = draw_rank_intervals(ranking_of(n), result, TIERS, {})
    assert ax.child_axes == []
    assert not any(label.get_text().startswith("c") for label in ax.get_yticklabels())


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(TableError, match="strength_low"):
        draw_rank_intervals(ranking_of(3).drop(columns="strength_low"), pd.Series(), TIERS, {})
