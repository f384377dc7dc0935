"""Studies whose candidates cannot all be compared, or whose comparisons are counted or weighted."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.competition.competitions import read_competition
from icpc.findings.checks import check_study
from icpc.findings.compare import rankings_of
from icpc.page.figures import draw_figures
from icpc.page.page import report_page
from icpc.study.comparisons import load_comparisons
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.runs import load_run, run_record, save_run
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study

ROSTER = """candidate,name,country,reached,score
a,Anna,,final,2
b,Bo,,stage1,1
c,Cleo,,preliminary,0
d,Dora,,preliminary,0
x,Xenia,,final,2
y,Yuri,,preliminary,0
"""
CIRCLE = "a,b,a\nb,a,a\nb,c,b\nc,a,c\na,c,a\nc,d,c\nd,c,d\n"
APART = f"first,second,winner\n{CIRCLE}x,y,x\n"


def study_of(folder: Path, comparisons: str, **settings: object) -> Study:
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "mine.csv").write_text(comparisons)
    rounds = ("preliminary", "stage1", "final")
    competition = read_competition(folder / "roster.csv", rounds)
    return run_study(
        competition, load_comparisons(competition, folder / "mine.csv"), Settings(**settings)
    )


def test_the_largest_component_is_the_study_of_its_comparisons_alone(tmp_path):
    study = study_of(tmp_path, APART)
    alone = study_of(tmp_path, f"first,second,winner\n{CIRCLE}")
    assert study.ranking["candidate"].tolist()[-2:] == ["x", "y"]
    assert study.ranking["component"].tolist() == [1, 1, 1, 1, 2, 2]
    assert study.ranking["rank"].tolist()[-2:] == [1, 2]
    assert (study.largest.left_out, alone.largest.left_out) == (2, 0)
    assert alone.largest is alone
    assert study.largest.schedule == alone.schedule
    pd.testing.assert_frame_equal(study.largest.ranking, alone.ranking)
    pd.testing.assert_frame_equal(study.largest.comparisons.table, alone.comparisons.table)
    (remark,) = [one for one in study.remarks if one.startswith("not comparable")]
    assert "2 components, of 4 and 2 candidates" in remark
    assert "leave out 2 candidates" in remark
    assert not any("not comparable" in one for one in alone.remarks)


@pytest.mark.slow
def test_checks_hit_rate_figures_and_page_are_those_of_the_largest_component(tmp_path):
    study, alone = study_of(tmp_path, APART), study_of(tmp_path, f"first,second,winner\n{CIRCLE}")
    findings, others = check_study(study), check_study(alone)
    assert findings["left_out"].value == 2
    assert [one.sentence for one in findings][1:] == [one.sentence for one in others]
    curve = study_hit_rate_curve(study)
    pd.testing.assert_frame_equal(curve.curve, study_hit_rate_curve(alone).curve)
    assert any("leave out 2 candidates" in remark for remark in curve.remarks)
    assert rankings_of({"one": study})[0].strength.index.tolist() == ["a", "b", "c", "d"]
    assert {name for name, _ in draw_figures(study)} == {name for name, _ in draw_figures(alone)}
    page = report_page(study, run_record(study), "judge report")
    assert "leave out 2 candidates" in page
    (row,) = [row for row in page.split("<tr") if "Xenia" in row and "<th" in row]
    assert row.startswith(' class="unranked"')
    assert "no comparisons join them to the others" in row


def test_an_order_that_no_wins_determine_is_said(tmp_path):
    """Nothing leads from a to b or back."""
    study = study_of(tmp_path, "first,second,winner\na,c,a\nb,c,b\nc,d,c\n")
    (remark,) = [one for one in study.remarks if one.startswith("not determined")]
    assert "the order of one pair" in remark
    ranges = study.ranking.set_index("candidate")[["rank_low", "rank_high"]].astype(int)
    assert (ranges.loc[["a", "b"], "rank_low"] == 1).all()
    assert (ranges.loc[["a", "b"], "rank_high"] >= 2).all()


@pytest.mark.parametrize("column", ["count", "weight"])
def test_counts_and_weights_move_strengths(tmp_path, column):
    """choix.ilsr_pairwise_dense with alpha 0 gives the same."""
    study = study_of(tmp_path, f"first,second,winner,{column}\na,b,a,9\nb,c,b,6\nc,a,c,1\n")
    strength = study.ranking.set_index("candidate")["strength"]
    assert strength[["a", "b", "c"]].tolist() == pytest.approx([1.950, -0.156, -1.794], abs=5e-4)
    weighted = [one for one in study.remarks if "weights" in one]
    assert len(weighted) == (column == "weight")
    if weighted:
        assert "the 3 tell as much as 2.2 of equal weight" in weighted[0]  # 16² / 118
        assert study.ranking["comparisons"].tolist() == [2, 2, 2]
    else:
        assert study.comparisons.source == "16 comparisons"
        assert study.ranking["comparisons"].tolist() == [10, 15, 7]


@pytest.mark.slow
def test_the_scale_of_weights_changes_nothing(tmp_path):
    rows = [
        (first, second, winner, 1 + at % 3)
        for at, (first, second, winner) in enumerate(line.split(",") for line in CIRCLE.split())
    ]
    texts = [
        "first,second,winner,weight\n"
        + "".join(f"{a},{b},{w},{scale * weight:g}\n" for a, b, w, weight in rows)
        for scale in (1, 250)
    ]
    one, other = (study_of(tmp_path, text) for text in texts)
    pd.testing.assert_frame_equal(one.ranking, other.ranking)
    assert one.remarks == other.remarks
    assert [x.sentence for x in check_study(one)] == [x.sentence for x in check_study(other)]


def test_a_run_keeps_counts_weights_and_clusters(tmp_path):
    lines = [
        f"{line},{1 + at % 2},{1 / (3 + at)},s{at % 3}" for at, line in enumerate(CIRCLE.split())
    ]
    text = "first,second,winner,count,weight,session\n" + "\n".join(lines) + "\n"
    study = study_of(tmp_path, text)
    save_run(study, tmp_path / "run")
    again = load_run(tmp_path / "run")
    pd.testing.assert_frame_equal(study.ranking, again.ranking)
    pd.testing.assert_frame_equal(study.comparisons.table, again.comparisons.table)


def test_the_table_has_components_and_unbounded_strengths_and_csv_has_infinite_ends(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "mine.csv").write_text(f"first,second,winner,rater\n{by_raters(APART)}")
    files = ["--roster", str(tmp_path / "roster.csv"), "--rounds", "preliminary,stage1,final"]
    command = ["rank", *files, "--comparisons", str(tmp_path / "mine.csv")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0
    assert run.stdout.splitlines()[1].split()[:2] == ["component", "rank"]
    assert run.stdout.splitlines()[-1].split()[3:] == [
        "Yuri",
        "0/1",
        "0.000",
        "unbounded",
        "preliminary",
    ]
    assert "leave out 2 candidates" in run.stderr
    ranking = pd.read_csv(
        io.StringIO(CliRunner().invoke(app, [*command, "--format", "csv"]).stdout)
    ).set_index("candidate")
    assert ranking.loc["y", "strength_low"] == -np.inf
    assert ranking["component"].tolist() == [1, 1, 1, 1, 2, 2]


def by_raters(comparisons: str) -> str:
    """Give each line after the header one of three raters."""
    lines = comparisons.split()[1:]
    return "".join(f"{line},r{at % 3}\n" for at, line in enumerate(lines))
