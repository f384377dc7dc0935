"""Competitions are opened by name or by a roster, and listed."""

from pathlib import Path

import pytest

from icpc.competition.bundled import bundled_competition_names
from icpc.workflows.competitions import bundled_or_own_competition, list_competitions
from icpc.workflows.settings import Source
from ranking.errors import CompetitionError


def test_the_usual_competition_is_that_of_2015():
    assert bundled_or_own_competition(Source()).name == "icpc2015"
    assert bundled_or_own_competition(Source("icpc2025")).name == "icpc2025"


def test_a_roster_has_the_rounds_that_are_named(tmp_path):
    roster = tmp_path / "mine.csv"
    roster.write_text("candidate,reached\nann,final\nbob,one\n")
    assert bundled_or_own_competition(Source(roster=roster, rounds="one, final,")).rounds == (
        "one",
        "final",
    )


def test_a_bundled_competition_takes_no_rounds():
    with pytest.raises(CompetitionError, match="rounds: a bundled competition has its own rounds"):
        bundled_or_own_competition(Source("icpc2015", rounds="one,two"))


def test_a_run_is_not_opened_as_a_competition():
    with pytest.raises(CompetitionError, match="a run is no competition to open"):
        bundled_or_own_competition(Source(run=Path("runs/mine")))


def test_every_bundled_competition_is_listed_with_what_it_has():
    table = list_competitions().set_index("name")
    assert list(table.index) == bundled_competition_names()
    assert table.loc["icpc2015", "comparisons"] == "8,418 published comparisons"
    assert table.loc["icpc2015", "published_curve"] == "Figure 2"
    assert table.loc["icpc2025", "panel_rounds"].startswith("stage1")


def test_a_competition_knows_the_scores_of_all(icpc2015):
    score = icpc2015.score
    assert list(score.index) == list(icpc2015.roster["candidate"])
    assert score.name == "score"
