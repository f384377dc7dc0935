"""Rounds in tables, by hand, and against the check that counts them another way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import Competition
from icpc.competition.rounds import round_or_score_label
from icpc.findings.checks import check_study
from icpc.study.by_round import (
    predicted_by_actual_round_counts,
    ranking_with_probabilities,
    reached_by_round,
    result_tiers,
    tier_by_candidate_and_tiers,
)
from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study

ROUNDS = ("first", "second", "final")


@pytest.fixture
def small():
    """Three candidates: a beat b and c, b beat c; c reached the final, a the first round."""
    roster = pd.DataFrame(
        {
            "candidate": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "country": "",
            "reached": list(ROUNDS),
            "score": [0.0, 1.0, 2.0],
            "exempt": False,
        }
    )
    comparisons = pd.DataFrame(
        [("a", "b", "a", 1, 1), ("a", "c", "a", 1, 1), ("c", "b", "b", 1, 1)],
        columns=["first", "second", "winner", "votes", "windows"],
    )
    competition = Competition("small", "Small", ROUNDS, roster, Path("roster.csv"))
    return run_study(competition, Comparisons(comparisons, "three comparisons"), Settings())


def known(study, **columns):
    roster = study.competition.roster.assign(**columns)
    return replace(study, competition=replace(study.competition, roster=roster))


def test_prediction_by_hand(small):
    table = predicted_by_actual_round_counts(small)
    assert list(table.index) == list(table.columns) == list(ROUNDS)
    assert table.loc["final", "first"] == 1  # a is put into the final, and went out in the first
    assert table.loc["second", "second"] == 1
    assert table.loc["first", "final"] == 1
    assert table.to_numpy().sum() == 3


def test_who_passed_and_withdrew_counts_where_the_score_says(study2015):
    table = predicted_by_actual_round_counts(study2015)
    score = study2015.results["score"]
    expected = {
        study2015.competition.rounds[int(level)]: n for level, n in score.value_counts().items()
    }
    assert table.sum(axis=0).to_dict() == table.sum(axis=1).to_dict() == expected
    played = study2015.results["reached"].value_counts()
    assert (
        played["preliminary"] - table["preliminary"].sum()
        == ((score == 1) & (study2015.results["reached"] == "preliminary")).sum()
        > 0
    )


@pytest.mark.parametrize("judged", ["study2015", pytest.param("study2025", marks=pytest.mark.slow)])
def test_the_counts_of_the_check_are_in_the_table(request, judged):
    study = request.getfixturevalue(judged)
    findings = check_study(study)
    table = predicted_by_actual_round_counts(study)
    for level, name in enumerate(table.index[1:], start=1):
        there = table.loc[name:, name:].to_numpy().sum()
        assert there / table.loc[name:].to_numpy().sum() == pytest.approx(
            findings[f"passed_into_{level}"].value
        )


def test_unknown_results_stay_out_of_the_prediction(small):
    study = known(small, reached=["first", "", "final"], score=[0.0, np.nan, 2.0])
    assert predicted_by_actual_round_counts(study).to_numpy().sum() == 2
    assert result_tiers(study) == ROUNDS


def test_scores_that_are_no_rounds_are_named_and_follow_the_rounds(small):
    study = known(small, reached=["", "", "final"], score=[0.5, 2.5, 2.0])
    assert result_tiers(study) == (*ROUNDS, "score 0.5", "score 2.5")
    assert list(predicted_by_actual_round_counts(study).index) == [
        "score 0.5",
        "final",
        "score 2.5",
    ]
    assert round_or_score_label((), 3.0) == "score 3"


def test_few_results_are_groups_themselves_and_many_are_passed_or_not(small, icpc2015, study2015):
    groups, kinds = tier_by_candidate_and_tiers(small)
    assert groups.to_dict() == {"a": "first", "b": "second", "c": "final"}
    assert kinds == ROUNDS
    score = np.linspace(0, 2, len(icpc2015.roster))
    score[::10] = np.nan
    marked = known(study2015, reached="", score=score)
    groups, kinds = tier_by_candidate_and_tiers(marked)
    assert kinds == ("did not pass", "passed")
    assert (groups == "").sum() == marked.results["score"].isna().sum() > 0
    assert (groups == "passed").sum() == (marked.results["score"] >= 1).sum() > 0


def test_a_ranking_has_probabilities_of_being_among_as_many_as_reached_each_round(small):
    assert reached_by_round(small) == {"second": {"b", "c"}, "final": {"c"}}
    table = ranking_with_probabilities(small).set_index("candidate")
    distribution = small.intervals.components[0].distribution
    assert table["p_first_place"].tolist() == distribution.above_cut(1)[table.index].tolist()
    assert table["p_reach_final"].tolist() == table["p_first_place"].tolist()
    assert table["p_reach_second"].tolist() == distribution.above_cut(2)[table.index].tolist()


def test_where_a_result_is_not_known_there_are_no_rounds_to_be_among(small):
    unknown = known(small, score=[0.0, np.nan, 2.0])
    assert reached_by_round(unknown) == {}
    assert "p_first_place" in ranking_with_probabilities(unknown)


def test_without_draws_probabilities_are_missing(small):
    without = run_study(small.competition, small.comparisons, Settings(), with_intervals=False)
    table = ranking_with_probabilities(without)
    assert table["p_first_place"].isna().all() and len(table) == 3
