"""Rankings side by side, as a function."""

from dataclasses import replace
from pathlib import Path

import pytest

from icpc.study.runs import save_run
from icpc.study.study import Study
from icpc.workflows.comparison import compare, compare_methods, load_runs
from icpc.workflows.rankings import open_study
from icpc.workflows.settings import Source
from ranking.errors import RunError
from ranking.methods.registry import METHODS


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


def study_of(rows: list[tuple[str, str, str]], reached: dict[str, str], tmp_path: Path) -> Study:
    """A study of comparisons of candidates, of whom it is known who passed."""
    roster = [
        "candidate,name,reached",
        *(f"{one},{one.title()},{to}" for one, to in reached.items()),
    ]
    (tmp_path / "roster.csv").write_text("\n".join(roster))
    (tmp_path / "comparisons.csv").write_text(
        "\n".join(["first,second,winner", *map(",".join, rows)])
    )
    source = Source(
        roster=tmp_path / "roster.csv",
        rounds="first,final",
        comparisons=tmp_path / "comparisons.csv",
    )
    return open_study(source, with_intervals=False)


def test_methods_are_compared_by_who_passes(tmp_path):
    """Ann beats all, Bob beats Cyd, who beat Dan ten times: only raw wins put Cyd before Bob."""
    rows = [("ann", "bob", "ann"), ("ann", "cyd", "ann"), ("ann", "dan", "ann")]
    rows += [("bob", "cyd", "bob"), ("bob", "dan", "bob"), *[("cyd", "dan", "cyd")] * 10]
    reached = {"ann": "final", "bob": "final", "cyd": "first", "dan": "first"}
    found = compare_methods(study_of(rows, reached, tmp_path))
    assert found.methods == [name for name, one in METHODS.items() if one.needs == "comparisons"]
    assert found.passing == 2
    table = found.table.set_index("candidate")
    assert table.loc["cyd", "rank_wins"] == 1
    assert table.loc["cyd", "rank_kemeny"] == 3
    assert table.loc["bob", "rank_wins"] == 3
    cut = table.filter(like="rank_")
    for one in ("ann", "bob", "cyd", "dan"):
        assert table.loc[one, "passes_by"] == (cut.loc[one] <= 2).sum()  # nobody ties here
        assert (table.loc[one, "best"], table.loc[one, "worst"]) == (
            cut.loc[one].min(),
            cut.loc[one].max(),
        )
    assert table["tied_by"].tolist() == [0, 0, 0, 0]
    assert "2 passed. Among the first 2 by every method: Ann." in found.sentences
    (some,) = [one for one in found.sentences if one.startswith("By some methods: ")]
    assert f"Cyd ({table.loc['cyd', 'passes_by']} of {len(found.methods)})" in some
    assert found.remarks[0] == (
        "WARNING: ranking by wins or pagerank favours those who were compared more often."
    )
    assert set(found.not_applicable) == {one for one in METHODS if METHODS[one].needs == "marks"}


def test_who_ties_across_the_cut_passes_in_part(tmp_path):
    """Two of three candidates who beat each other in a cycle passed."""
    rows = [("ann", "bob", "ann"), ("bob", "cyd", "bob"), ("cyd", "ann", "cyd")]
    reached = {"ann": "final", "bob": "final", "cyd": "first"}
    found = compare_methods(study_of(rows, reached, tmp_path))
    ordered = found.table.set_index("candidate")["passes_by"]
    assert ordered.sum() == 2  # Kemeny's order has no ties
    assert (ordered + found.table.set_index("candidate")["tied_by"]).max() == len(found.methods)
    assert found.sentences[-1] == "Who ties across the cut is not counted among the first."


def test_without_results_there_is_no_cut(tmp_path):
    found = compare_methods(study_of([("ann", "bob", "ann")], {"ann": "", "bob": ""}, tmp_path))
    assert found.passing is None
    assert "passes_by" not in found.table
    assert found.sentences[0].startswith("First: Ann (")
    assert found.sentences[-1].endswith("no cut.")
