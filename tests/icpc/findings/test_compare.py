"""Rankings side by side: the bundled competitions, and three candidates by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from icpc.cli.remedies import message
from icpc.competition.competitions import Competition
from icpc.findings.compare import (
    REST,
    NamedRanking,
    Paired,
    compare_rankings,
    every_two_rankings,
    juror_and_others_rankings,
    paired_table,
    rank_side_by_side,
    rankings_of,
)
from icpc.findings.compare_sentences import (
    juror_sentences,
    misleading_accuracy_remarks,
    paired_sentences,
)
from icpc.findings.finding import Outcome
from icpc.study.comparisons import Comparisons, load_comparisons
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.marks import marks_to_comparisons
from ranking.errors import RunError
from ranking.methods.method import Method
from ranking.tables import PAIRED

SCORE = pd.Series({"ann": 2.0, "bob": 1.0, "cyd": 0.0})


def ranking(name: str, order: str) -> NamedRanking:
    """A ranking that puts candidates in an order, the best first, by their initials."""
    return NamedRanking(name, pd.Series({one: -float(order.index(one[0])) for one in SCORE.index}))


def study_of(comparisons: pd.DataFrame, score: pd.Series) -> Study:
    roster = pd.DataFrame({"candidate": score.index, "name": score.index.str.title()})
    roster = roster.assign(country="", reached="", score=score.to_numpy(), exempt=False)
    competition = Competition("three", "Three", (), roster, Path("roster.csv"))
    return run_study(competition, Comparisons(comparisons, "some"), Settings())


@pytest.fixture
def panel():
    """Three jurors of three candidates; the third did not mark bob."""
    marks = [
        *(("x", one, mark) for one, mark in (("ann", 9), ("bob", 7), ("cyd", 5))),
        *(("y", one, mark) for one, mark in (("ann", 9), ("bob", 7), ("cyd", 5))),
        *(("z", one, mark) for one, mark in (("ann", 1), ("cyd", 5))),
    ]
    table = pd.DataFrame(marks, columns=["juror", "candidate", "mark"]).assign(recused=False)
    return study_of(marks_to_comparisons(table), SCORE)


@pytest.fixture
def stage2(study2025):
    competition = study2025.competition
    return run_study(competition, load_comparisons(competition, round_name="stage2"), Settings())


def test_the_sentences_on_three_candidates_are_right_by_hand():
    (pair,) = every_two_rankings([ranking("one", "abc"), ranking("other", "bac")])
    found = compare_rankings([pair], SCORE)
    assert list(paired_table(found).columns) == list(PAIRED)
    correlation, accuracy = paired_sentences(found[0])
    assert correlation.startswith("one and other rank 3 candidates: Kendall's tau-b +0.333 ")
    assert accuracy.startswith(
        "Of 3 pairs of unequal result, one puts 100.0 % in the order of the result and other "
        "66.7 %, a difference of +33.3 percentage points"
    )
    assert accuracy.endswith(
        "p = 0.5: the difference cannot be told from chance with so few candidates (smallest p "
        "possible: 0.5)."
    )


def test_every_pair_of_three_rankings():
    rankings = [ranking("one", "abc"), ranking("two", "bac"), ranking("three", "cba")]
    found = compare_rankings(every_two_rankings(rankings), SCORE)
    assert [(pair.one, pair.other) for pair in found] == [
        ("one", "two"),
        ("one", "three"),
        ("two", "three"),
    ]
    assert [pair.tau for pair in found] == pytest.approx([1 / 3, -1, -1 / 3])


def test_without_results_a_sentence_says_that_nobody_can_tell():
    pair = (ranking("one", "abc"), ranking("other", "bac"))
    (unknown,) = compare_rankings([pair], SCORE * np.nan)
    *_, last = paired_sentences(unknown)
    assert "cannot be told" in last
    assert unknown.outcome is Outcome.NOT_APPLICABLE
    assert paired_table([unknown])[["accuracy", "other_accuracy", "p"]].isna().all(axis=None)


def test_a_ranking_of_equals_has_no_correlation():
    alike = NamedRanking("alike", pd.Series(0.0, SCORE.index))
    (found,) = compare_rankings([(ranking("one", "abc"), alike)], SCORE)
    first, second = paired_sentences(found)
    assert "no correlation" in first
    assert "alike 50.0 %" in second


def test_too_few_candidates_are_refused():
    stranger = NamedRanking("stranger", pd.Series({"ann": 1.0, "eve": 0.0}))
    with pytest.raises(RunError, match="candidates in both rankings: 1"):
        compare_rankings([(ranking("one", "abc"), stranger)], SCORE)


def test_ranks_are_those_among_candidates_in_all_rankings(study2025, stage2):
    rankings = rankings_of({"stage1": study2025, "stage2": stage2})
    table = rank_side_by_side(rankings, study2025)
    assert len(table) == len(stage2.ranking)
    own = study2025.ranking.set_index("candidate")["strength"].loc[table["candidate"]]
    expected = own.rank(ascending=False, method="min")
    assert table["rank_stage1"].tolist() == expected.tolist()
    assert (table["apart"] == (table["rank_stage1"] - table["rank_stage2"]).abs()).all()
    assert table["apart"].is_monotonic_decreasing
    assert table.loc[0, "reached"] == study2025.results.loc[table.loc[0, "candidate"], "reached"]


def test_the_stages_of_2025_correlate_as_scipy_says(study2025, stage2):
    studies = {"stage1": study2025, "stage2": stage2}
    score = study2025.competition.roster.set_index("candidate")["score"]
    (row,) = compare_rankings(every_two_rankings(rankings_of(studies)), score)
    own, others = (study.ranking.set_index("candidate")["rank"] for study in studies.values())
    shared = others.index
    assert row.candidates == len(shared)
    assert row.tau == pytest.approx(kendalltau(own[shared], others[shared]).statistic)
    remarks = list(misleading_accuracy_remarks(studies))
    assert ["the marks of a panel" in one for one in remarks] == [True, True]


def test_marks_that_decided_the_result_are_compared_without_interval_and_p(study2025, stage2):
    """All who were marked in stage 2 had passed stage 1, so the marks of stage 2 alone decided."""
    studies = {"stage1": study2025, "stage2": stage2}
    score = study2025.competition.score
    (row,) = compare_rankings(every_two_rankings(rankings_of(studies)), score)
    assert row.decided == ("stage2",)
    assert np.isnan([row.p, row.difference_low, row.difference_high]).all()
    assert row.outcome is Outcome.NOT_APPLICABLE
    *_, last = paired_sentences(row)
    assert last.endswith("The marks behind stage2 decided this result: neither interval nor p.")


def test_two_rankings_in_the_same_order_have_no_interval():
    (same,) = compare_rankings([(ranking("one", "abc"), ranking("two", "abc"))], SCORE)
    first, second = paired_sentences(same)
    assert first == (
        "one and two rank 3 candidates: Kendall's tau-b +1.000 (1: the same order, 0: nothing in "
        "common)."
    )
    assert second.endswith("a difference of +0.0 percentage points: no candidate's rank differs.")


def test_raw_wins_on_the_schedule_of_2015_are_no_measure_of_skill(study2015):
    wins = run_study(study2015.competition, study2015.comparisons, Settings(method="wins"))
    (remark,) = misleading_accuracy_remarks({"fair": study2015, "raw": wins})
    assert remark.startswith("raw ranks by raw wins")


def test_a_juror_is_compared_with_the_panel_without_that_juror(panel):
    pairs = juror_and_others_rankings("panel", panel)
    assert [one.name for one, _ in pairs] == ["x", "y", "z"]
    assert {other.name for _, other in pairs} == {REST}
    found = compare_rankings(pairs, SCORE)
    assert [pair.candidates for pair in found] == [3, 3, 2]
    assert found[2].tau == -1  # x and y put ann above cyd, z does not
    of_z = pairs[2][1].strength
    assert of_z.sort_values(ascending=False).index.tolist() == ["ann", "bob", "cyd"]
    first, second = juror_sentences(found)
    assert "-1.000 (z)" in first
    assert "a juror puts 100.0 %" in second


@pytest.mark.slow
def test_a_jurors_marks_are_in_one_of_the_two_rankings_only(study2025):
    """Another mark by a juror changes nothing in the panel that the juror is compared with."""
    comparisons = study2025.comparisons.table
    own = comparisons["juror"] == "John Rink"
    loser = comparisons["first"].where(
        comparisons["winner"] != comparisons["first"], comparisons["second"]
    )
    turned = comparisons.assign(winner=comparisons["winner"].mask(own, loser))
    comparisons = replace(study2025.comparisons, table=turned)
    before, after = (
        {one.name: (one, other) for one, other in juror_and_others_rankings("panel", study)}
        for study in (study2025, replace(study2025, comparisons=comparisons))
    )
    pd.testing.assert_series_equal(before["John Rink"][1].strength, after["John Rink"][1].strength)
    assert not before["John Rink"][0].strength.equals(after["John Rink"][0].strength)
    assert not before["Sa Chen"][1].strength.equals(after["Sa Chen"][1].strength)


def test_a_run_without_jurors_is_refused(study2015):
    with pytest.raises(RunError, match="not those of several jurors") as caught:
        juror_and_others_rankings("run", study2015)
    assert message(caught.value).endswith("; name a run made with --panel")


def test_other_candidates_are_refused(study2015, study2025):
    with pytest.raises(RunError, match=r"a and b: two competitions \(icpc2015, icpc2025\)"):
        rankings_of({"a": study2015, "b": study2025})


def test_another_result_of_the_same_candidates_is_refused(panel):
    roster = panel.competition.roster.assign(score=[2.0, 2.0, 0.0])
    later = replace(panel, competition=replace(panel.competition, roster=roster))
    with pytest.raises(RunError, match="bob another result; make both runs again"):
        rankings_of({"before": panel, "after": later})


def test_unknown_results_are_the_same_result(panel):
    roster = panel.competition.roster.assign(score=np.nan)
    before = replace(panel, competition=replace(panel.competition, roster=roster))
    assert len(rankings_of({"one": before, "other": before})) == 2


@pytest.mark.parametrize(("difference", "nearer"), [(0.7, "one"), (-0.7, "other")])
def test_who_is_nearer_to_the_result_follows_the_outcome(difference, nearer):
    found = Paired("one", "other", 6, 0.1, 0.0, 0.2, 15, 0.9, 0.2, difference, 0.5, 0.9, 0.01)
    *_, sure = paired_sentences(found)
    assert sure.endswith(f"p = 0.01: {nearer} is nearer to the result.")
    *_, unsure = paired_sentences(replace(found, p=0.05, smallest_p=0.031))
    assert unsure.endswith(
        "p = 0.05: the difference cannot be told from chance (smallest p possible: 0.031)."
    )
    *_, two = paired_sentences(replace(found, p=0.002, at_floor=True, tests=2))
    assert f"p ≤ 0.002 (corrected for 2 pairs of rankings): {nearer} is nearer" in two


def test_a_method_that_ranks_by_marks_has_those_of_the_juror_alone(study2025, monkeypatch):
    mean = Method("mean", lambda marks, *_: np.nanmean(marks, axis=0), needs="marks")
    monkeypatch.setattr(Settings, "ranking_method", mean)
    own = next(
        one for one, _ in juror_and_others_rankings("panel", study2025) if one.name == "John Rink"
    )
    marks = study2025.comparisons.marks
    given = marks[(marks["juror"] == "John Rink") & ~marks["recused"]]
    expected = given.set_index("candidate")["mark"].loc[own.strength.index]
    assert own.strength.tolist() == pytest.approx(expected.tolist())
