"""Rankings side by side, as a function."""

from dataclasses import replace
from pathlib import Path

import pytest

from icpc.study.runs import save_run
from icpc.workflows.comparison import compare, load_runs
from ranking.errors import RunError


def test_two_rankings_are_compared_by_the_names_they_are_given(study2015):
    found = compare({"one": study2015, "again": study2015})
    (pair,) = found.pairs
    assert (pair.one, pair.other, pair.tau) == ("one", "again", pytest.approx(1))
    assert {"rank_one", "rank_again"} <= set(found.ranks)
    assert (found.ranks["apart"] == 0).all()
    assert "one and again rank 113 candidates" in found.sentences[0]


@pytest.mark.slow
def test_jurors_are_taken_apart(study2025):
    found = compare({"panel": study2025}, jurors=True)
    assert len(found.pairs) == 17


@pytest.mark.slow
def test_runs_are_called_by_their_folders_or_paths_where_these_repeat(study2015, tmp_path):
    named = replace(study2015, remarks=())
    for folder in ("a/run", "b/run", "b/other"):
        save_run(named, tmp_path / folder)
    assert list(load_runs([tmp_path / "a/run", tmp_path / "b/other"])) == ["run", "other"]
    twins = [tmp_path / "a/run", tmp_path / "b/run"]
    assert list(load_runs(twins)) == [str(folder) for folder in twins]
    with pytest.raises(RunError, match="named twice"):
        load_runs([tmp_path / "a/run", Path(tmp_path / "b" / ".." / "a" / "run")])
