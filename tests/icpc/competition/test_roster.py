"""Rosters: scores from rounds, faults by their line."""

import numpy as np
import pytest

from icpc.competition.roster import read_roster, understand_roster
from ranking.errors import RosterError, TableError
from ranking.tables import ROSTER

ROUNDS = ("preliminary", "stage1", "final")


def read(folder, text, rounds=ROUNDS):
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path, rounds)


def test_the_score_is_the_number_of_rounds_passed_into(tmp_path):
    table = read(tmp_path, "candidate,reached\na,preliminary\nb,stage1\nc,final\nd,\n")
    assert set(ROSTER) <= set(table.columns)
    np.testing.assert_array_equal(table["score"], [0, 1, 2, np.nan])


def test_an_explicit_score_wins_over_the_round_reached(tmp_path):
    """Passed and withdrew: passed is not played."""
    table = read(tmp_path, "candidate,reached,score\na,preliminary,1\nb,preliminary,\n")
    assert table["score"].tolist() == [1, 0]


def test_a_score_alone_needs_no_rounds(tmp_path):
    table = read(tmp_path, "candidate,score\na,3\nb,0.5\n", rounds=())
    assert table["score"].tolist() == [3, 0.5]


def test_only_the_id_is_needed(tmp_path):
    table = read(tmp_path, "candidate\nb\na\n", rounds=())
    assert table["candidate"].tolist() == table["name"].tolist() == ["b", "a"]
    assert table["score"].isna().all()
    assert not table["exempt"].any()


def test_an_empty_name_is_the_id(tmp_path):
    assert read(tmp_path, "candidate,name\na,\nb,Bo\n")["name"].tolist() == ["a", "Bo"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("candidate,name\na,A\nb,B\na,C\n", "line 4: candidate 'a' is on line 2 already"),
        ("candidate,reached\na,stage11\n", "'stage11', but the rounds are preliminary, stage1"),
        ("candidate,reached\na,stage11\n", "did you mean 'stage1'?"),
        ("candidate,name\n,A\n", "line 2: no candidate id"),
        ("candidate\nTie\n", "line 2: the id 'tie' is reserved for ties"),
        ("candidate,score\na,-1\n", "line 2: 'score' is -1; count the rounds passed into"),
        ("candidate,score\na,1e300\n", "line 2: 'score' is 1e+300; count the rounds"),
        ("candidate,score\na,first\n", "line 2: 'score' is 'first', which is not a number"),
        ("candidate,exempt\na,x\n", "line 2: 'exempt' is 'x'"),
        ("candidate,seconds\na,long\n", "line 2: 'seconds' is 'long'"),
        ("name,reached\nA,final\n", "line 1: no column 'candidate'"),
    ],
)
def test_faults_are_named_with_line_value_and_remedy(tmp_path, text, words):
    with pytest.raises((RosterError, TableError)) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert "mine.csv" in caught.value.where
    assert caught.value.remedy


def test_composed_and_decomposed_names_are_one_candidate(tmp_path):
    with pytest.raises(RosterError, match="is on line 2 already"):
        read(tmp_path, "candidate\nŻ\u00f3łć\nZ\u0307o\u0301łc\u0301\n")


def test_rounds_are_asked_for_where_they_are_needed(tmp_path):
    with pytest.raises(RosterError, match="line 2: 'reached' is 'final', but the rounds are not"):
        read(tmp_path, "candidate,reached\na,final\n", rounds=())


@pytest.mark.parametrize(
    ("text", "seems"),
    [
        ("first,second,winner\na,b,a\n", "comparisons of two candidates each"),
        ("Home,Away,Home goals,Away goals\na,b,2,1\n", "comparisons of two candidates each"),
        ("juror,candidate,mark\nJ,a,5\n", "the marks of a panel"),
        ("name,J1,J2,J3\na,5,4,3\nb,4,4,4\n", "the marks of a panel"),
        ("first,second,first_window,second_window,p_first\na,b,0,0,0.5\n", "votes on windows"),
        ("recording,level\na.wav,1\n", "a manifest of recordings"),
    ],
)
def test_a_table_of_another_kind_is_refused_with_what_it_seems_to_be(tmp_path, text, seems):
    with pytest.raises(TableError, match=f"not a roster of candidates: it seems to be {seems}"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "score", "understood"),
    [
        ("candidate\na\nb\n", [np.nan, np.nan], "2 candidates, no results"),
        (
            "candidate,reached\na,final\nb,\n",
            [2, np.nan],
            "2 candidates, the result of 1 not known",
        ),
        (
            "candidate,reached\na,FINAL\nb,withdrawn\n",
            [2, np.nan],
            "2 candidates, the result of 1 not known ('withdrawn')",
        ),
        (
            "candidate,score,age\na,3,20\nb,dns,21\n",
            [3, np.nan],
            "the result of 1 not known ('dns')",
        ),
        ("candidate,reached,Hair\na,Preliminary\u0020,x\nb,stage1,y\n", [0, 1], "not used: hair"),
    ],
)
def test_results_that_are_not_known_are_said(tmp_path, text, score, understood):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    read_table = understand_roster(path, ROUNDS)
    np.testing.assert_array_equal(read_table.table["score"], score)
    assert understood in read_table.understood[0]
