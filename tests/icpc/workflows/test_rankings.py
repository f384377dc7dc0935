"""A ranking is made from known comparisons, or from a run."""

from pathlib import Path

import pandas as pd
import pytest

from icpc.study.comparisons import load_comparisons
from icpc.study.runs import save_run
from icpc.study.settings import Settings
from icpc.workflows.rankings import open_study, rank, settings_from_options
from icpc.workflows.settings import RankingOptions, Source
from ranking.errors import CompetitionError


@pytest.fixture(scope="module")
def run(study2015, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    save_run(study2015, folder)
    return folder


def test_a_competition_is_ranked_by_the_comparisons_that_come_with_it(icpc2015, study2015):
    pd.testing.assert_frame_equal(rank(icpc2015).ranking, study2015.ranking)


def test_comparisons_that_are_given_are_ranked(icpc2015):
    few = load_comparisons(icpc2015)
    few = type(few)(few.table.head(500), "500 of them")
    assert rank(icpc2015, few).comparisons.source == "500 of them"


def test_the_papers_counting_is_by_wins_unless_a_method_is_named():
    assert settings_from_options(RankingOptions(count="paper"), 3) == Settings(
        method="wins", count="paper", seed=3
    )
    assert settings_from_options(RankingOptions()) == Settings()


def test_a_run_is_ranked_again_as_it_was_or_another_way(run, study2015):
    pd.testing.assert_frame_equal(open_study(Source(run=run)).ranking, study2015.ranking)
    other = open_study(Source(run=run), RankingOptions(method="wins", passing_score=2), seed=4)
    assert (other.settings.method, other.settings.seed, other.comparisons.passing_score) == (
        "wins",
        4,
        2,
    )


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ({}, RankingOptions(vote="mean"), "run and vote: a run has its own comparisons"),
        ({"round": "stage2"}, RankingOptions(), "run: a run has its own comparisons"),
        ({"rounds": "one,two"}, RankingOptions(), "run: a run has its own comparisons"),
        ({"votes": Path("v.csv")}, RankingOptions(count="paper"), "run and count: a run has"),
    ],
)
def test_a_run_has_its_comparisons(run, given, options, words):
    with pytest.raises(CompetitionError, match=words):
        open_study(Source(run=run, **given), options)
