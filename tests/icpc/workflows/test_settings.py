"""Settings that contradict each other are refused when they are put together."""

from pathlib import Path

import pytest

from icpc.workflows.settings import RecordingOptions, Source
from ranking.errors import CompetitionError

FOLDER = Path("recordings")


def test_one_competition_is_named():
    with pytest.raises(CompetitionError, match="competition and roster: each names a competition"):
        Source("icpc2015", roster=Path("mine.csv"))
    with pytest.raises(CompetitionError, match="roster and run"):
        Source(roster=Path("mine.csv"), run=Path("runs/mine"))


def test_a_source_knows_whether_a_file_of_comparisons_is_named():
    assert not Source("icpc2015").from_file
    assert Source(votes=Path("votes.csv")).from_file
    assert Source(round="stage2").from_file


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"windows": "all", "fit_half": True}, "windows and fit half: no recordings to compare"),
        ({"recordings": FOLDER, "fit_half": True, "folds": 3}, "each says whom to fit on"),
        ({"recordings": FOLDER, "epochs": 3}, "epochs: nothing is fitted; fit on a half"),
    ],
)
def test_options_that_contradict_each_other_are_refused(given, words):
    with pytest.raises(CompetitionError, match=words):
        RecordingOptions(**given)


def test_folders_of_caches_need_no_recordings():
    assert RecordingOptions(store=Path("elsewhere"), weights_dir=Path("w")).recordings is None
