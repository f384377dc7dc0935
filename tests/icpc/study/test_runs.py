"""Runs are read back as they were, or refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import load_competition
from icpc.study.comparisons import FileOptions, load_comparisons
from icpc.study.runs import load_run, load_run_record, read_run, save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.deprecation import RenamedWarning
from ranking.errors import FileWarning, RunError
from ranking.files.hashing import file_sha256, write_sums
from ranking.panel.options import MarkOptions
from ranking.tables import RANK_PROBABILITIES

KEPT = Path(__file__).parents[2] / "data" / "run-0.1.0"


@pytest.fixture
def run(study2015, tmp_path):
    save_run(study2015, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture(scope="module")
def stage3():
    """By the marks of the third stage: 20 candidates, 11 of whom passed."""
    competition = load_competition("icpc2025")
    return run_study(competition, load_comparisons(competition, round_name="stage3"), Settings())


def test_a_run_is_read_back_as_it_was(study2015, run):
    again = load_run(run)
    pd.testing.assert_frame_equal(again.ranking, study2015.ranking)
    assert again.settings == study2015.settings
    assert again.remarks == study2015.remarks
    pd.testing.assert_series_equal(again.passed, study2015.passed)


@pytest.mark.parametrize("method", ["bradley-terry", "mean-mark"])
def test_a_run_of_a_panel_is_read_back_with_its_marks(stage3, tmp_path, method):
    study = run_study(
        stage3.competition, stage3.comparisons, Settings(method=method), with_intervals=False
    )
    save_run(study, tmp_path / "run")
    again = load_run(tmp_path / "run")
    pd.testing.assert_frame_equal(again.comparisons.marks, stage3.comparisons.marks)
    assert again.comparisons.rounds == ("stage3",)
    columns = ["rank", "candidate", "strength"]
    pd.testing.assert_frame_equal(again.ranking[columns], study.ranking[columns])


@pytest.mark.parametrize(
    "how",
    [
        MarkOptions(round="stage1,stage2"),
        MarkOptions(round="stage2,stage3", pool="best"),
        MarkOptions(round="final", unmarked="last"),
        MarkOptions(round="final", lower_is_better=True),
    ],
)
def test_marks_are_read_back_as_they_were_meant(stage3, tmp_path, how):
    competition = stage3.competition
    comparisons = load_comparisons(
        competition, marks_file=competition.panel, options=FileOptions(how)
    )
    study = run_study(competition, comparisons, Settings(), with_intervals=False)
    save_run(study, tmp_path / "run")
    _, again, _ = read_run(tmp_path / "run")
    before = comparisons.marks.reset_index(drop=True)
    pd.testing.assert_frame_equal(again.marks, before, rtol=1e-5)  # six digits on disk


def test_a_run_whose_marks_changed_is_refused(stage3, tmp_path):
    save_run(stage3, tmp_path / "run")
    marks = tmp_path / "run" / "marks.csv"
    marks.write_text(marks.read_text("utf-8").replace(",20,", ",25,"), "utf-8")
    with pytest.raises(RunError, match="changed"):
        load_run(tmp_path / "run")


def test_a_run_of_version_0_1_0_is_read(tmp_path):
    """The same order comes of it, and it is written again under today's names.

    Strengths of an unbeaten candidate and intervals are estimated otherwise since.
    """
    with pytest.warns(RenamedWarning) as warned, pytest.warns(FileWarning, match="cannot be told"):
        study = load_run(KEPT)
    assert len(warned) == 2  # run.json and votes.csv
    kept = pd.read_csv(KEPT / "ranking.csv").rename(columns={"games": "comparisons"})
    same = ["rank", "candidate", "wins", "comparisons", "win_rate"]
    pd.testing.assert_frame_equal(
        study.ranking[same], kept[same], check_dtype=False, rtol=1e-5
    )  # six digits on disk
    assert study.settings == Settings(seed=5)
    save_run(study, tmp_path / "run")
    for name in ("roster.csv", "comparisons.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (KEPT / name).read_bytes()
    votes = pd.read_csv(KEPT / "votes.csv")  # of aligned windows, both with the one number
    votes.insert(3, "second_window", votes["position"])
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "run" / "votes.csv"),
        votes.rename(columns={"position": "first_window"}),
    )
    with pytest.warns(RenamedWarning), pytest.warns(FileWarning):
        old = load_run_record(KEPT)
    new = load_run_record(tmp_path / "run")
    for part in ("competition", "comparisons", "settings"):
        assert old[part] == new[part]


@pytest.mark.slow
def test_a_panels_run_keeps_its_round(study2025, tmp_path):
    save_run(study2025, tmp_path / "run")
    again = load_run(tmp_path / "run")
    assert again.comparisons.source == study2025.comparisons.source
    assert again.passed.sum() == study2025.passed.sum()
    pd.testing.assert_frame_equal(again.ranking, study2025.ranking)


def test_a_run_of_votes_keeps_them(icpc2015, tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text(
        "first,second,first_window,second_window,p_first\n"
        + "".join(
            f"{first},{second},{window},{window},{0.3 + 0.2 * window}\n"
            for first, second in (("kate-liu", "airi-katada"), ("airi-katada", "kate-liu"))
            for window in range(3)
        )
    )
    study = run_study(
        icpc2015, load_comparisons(icpc2015, votes_file=path), Settings(resample="windows")
    )
    save_run(study, tmp_path / "run")
    pd.testing.assert_frame_equal(load_run(tmp_path / "run").ranking, study.ranking)
    assert not (tmp_path / "run" / "rank-probabilities.csv").exists()  # windows were resampled


def test_a_run_has_the_probabilities_of_ranks_and_of_passing(stage3, tmp_path):
    save_run(stage3, tmp_path / "run")
    table = pd.read_csv(tmp_path / "run" / "rank-probabilities.csv")
    assert tuple(table) == RANK_PROBABILITIES
    distribution = stage3.intervals.components[0].distribution
    passed = table[table["rank"] == stage3.passed.sum()].set_index("candidate")["at_most"]
    pd.testing.assert_series_equal(
        passed.sort_index(), distribution.above_cut(11), check_names=False
    )
    assert passed.index.tolist() == stage3.ranking["candidate"].tolist()
    np.testing.assert_allclose(table.groupby("rank")["probability"].sum(), 1, atol=1e-9)
    better = pd.read_csv(tmp_path / "run" / "better-probabilities.csv")
    assert len(better) == 20 * 19 / 2
    first = better.iloc[0]
    assert first["p_better"] == distribution.better().loc[first["candidate"], first["other"]]


@pytest.mark.parametrize("unknown", [1, 20])
def test_who_passed_is_known_only_if_every_result_is(stage3, tmp_path, unknown):
    competition, first = stage3.competition, stage3.ranking["candidate"].head(unknown)
    roster = competition.roster
    roster = roster.assign(score=roster["score"].mask(roster["candidate"].isin(first)))
    study = replace(stage3, competition=replace(competition, roster=roster))
    assert study.passed_by_id is None
    save_run(study, tmp_path / "run")
    assert (pd.read_csv(tmp_path / "run" / "rank-probabilities.csv")["probability"] > 0).all()


def test_probabilities_of_an_earlier_run_are_removed_and_are_no_input(stage3, tmp_path):
    folder = tmp_path / "run"
    save_run(stage3, folder)
    assert "rank-probabilities.csv" not in load_run_record(folder)["written"]
    (folder / "rank-probabilities.csv").unlink()
    again = load_run(folder)
    (folder / "rank-probabilities.csv").write_text("old")
    with pytest.warns(FileWarning, match="rank-probabilities.csv: changed since the run"):
        load_run(folder)
    save_run(replace(again, intervals=replace(again.intervals, components=())), folder)
    assert not (folder / "rank-probabilities.csv").exists()


@pytest.mark.slow
def test_a_run_keeps_its_joint_ranges_and_can_have_those_of_each(stage3, tmp_path):
    """Ranges alone differ; a record that names no ranges, as of version 0.1.0, means each."""
    save_run(stage3, tmp_path / "each")
    joint = load_run(tmp_path / "each", ranges="joint")
    save_run(joint, tmp_path / "joint")
    again = load_run(tmp_path / "joint")
    pd.testing.assert_frame_equal(again.ranking, joint.ranking)
    assert again.remarks == joint.remarks != stage3.remarks
    back = load_run(tmp_path / "joint", ranges="each")
    pd.testing.assert_frame_equal(back.ranking, stage3.ranking)
    path = tmp_path / "each" / "run.json"
    record = json.loads(path.read_text())
    del record["settings"]["ranges"]
    path.write_text(json.dumps(record))
    write_sums(tmp_path / "each")
    assert load_run(tmp_path / "each").settings == Settings()
    differing = stage3.ranking.compare(joint.ranking).columns.get_level_values(0)
    assert set(differing) == {"rank_low", "rank_high"}
    assert (joint.ranking["rank_low"] <= joint.ranking["rank"]).all()
    assert (joint.ranking["rank"] <= joint.ranking["rank_high"]).all()


def test_runs_are_the_same_bytes_every_time(study2015, run, tmp_path):
    save_run(study2015, tmp_path / "other")
    for path in run.iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_the_record_says_what_went_in(icpc2015, run):
    facts = json.loads((run / "run.json").read_text())
    assert facts["sha256"]["comparisons"] == file_sha256(icpc2015.comparisons)
    assert facts["settings"] == {
        "method": "bradley-terry",
        "vote": "majority",
        "count": "all",
        "resample": "auto",
        "ranges": "each",
        "seed": 0,
    }
    assert (facts["intervals"]["unit"], facts["intervals"]["count"]) == ("candidate", 113)
    assert {"numpy", "scipy"} <= set(facts["libraries"])


def test_a_run_can_be_ranked_another_way(run):
    assert load_run(run, method="wins").settings == Settings(method="wins")


def test_a_run_is_replaced_but_other_files_are_not(study2015, run, tmp_path):
    save_run(study2015, run)
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(RunError, match="the folder has other files in it"):
        save_run(study2015, tmp_path)
    with pytest.raises(RunError, match="this is a file"):
        save_run(study2015, tmp_path / "diary.txt")


@pytest.mark.parametrize("name", ["comparisons.csv", "roster.csv"])
def test_a_changed_or_missing_file_is_noticed(run, name):
    with (run / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(RunError, match=rf"{name}: missing, or changed since the run"):
        load_run(run)
    (run / name).unlink()
    with pytest.raises(RunError, match=name):
        load_run(run)


@pytest.mark.parametrize(
    "record", ["", "{", "[]", '{"competition": 3}', '{"competition": {}, "written": {}}', "null"]
)
def test_a_record_that_is_none_is_refused(run, record):
    (run / "run.json").write_text(record)
    write_sums(run)
    with pytest.raises(RunError, match="not the record of a run"):
        load_run(run)


def test_a_record_with_settings_of_another_version_is_refused(run):
    facts = json.loads((run / "run.json").read_text())
    facts["settings"]["colour"] = "red"
    (run / "run.json").write_text(json.dumps(facts))
    write_sums(run)
    with pytest.raises(RunError, match="not the record of a run"):
        load_run(run)


def test_figures_of_an_earlier_run_are_removed(study2015, run):
    for name in ("hitrate.png", "report.html", "order-flips.svg"):
        (run / name).write_bytes(b"old")
    save_run(study2015, run)
    assert sorted(path.name for path in run.iterdir()) == [
        "SHA256SUMS",
        "better-probabilities.csv",
        "comparisons.csv",
        "rank-probabilities.csv",
        "ranking.csv",
        "roster.csv",
        "run.json",
    ]


def test_an_unfinished_run_is_refused(run):
    (run / "run.json").unlink()
    with pytest.raises(RunError, match="no finished run"):
        load_run(run)


def test_what_was_understood_of_a_file_is_a_remark_and_is_kept(stage3, tmp_path):
    sentence = "mine.csv: 46 comparisons of 12 candidates; columns not used: venue, notes"
    comparisons = replace(stage3.comparisons, understood=(sentence,))
    study = run_study(stage3.competition, comparisons, stage3.settings)
    assert study.remarks == (sentence, *stage3.remarks)
    save_run(study, tmp_path / "run")
    assert load_run(tmp_path / "run").remarks == study.remarks
    save_run(stage3, tmp_path / "without")
    assert "understood" not in (tmp_path / "without" / "run.json").read_text()
