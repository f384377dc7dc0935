"""Own candidates, order of appearance and jurors needed, from files as people have them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from icpc.workflows.panel import open_panel, panel_record
from icpc.workflows.settings import Source
from ranking.errors import JudgeError

JURORS = [f"Juror {letter}" for letter in "ABCDE"]
N = 16


def competition(folder: Path, *, trend: float = 0.0, extra: str = "") -> Source:
    """A competition of two rounds; juror A marks three of their own four points higher."""
    rng = np.random.default_rng(0)
    strength, order = rng.normal(18, 2, N), rng.permutation(N) + 1
    passed = strength.argsort().argsort() >= N // 2
    roster = pd.DataFrame(
        {
            "candidate": [f"c{at:02}" for at in range(N)],
            "country": np.where(np.arange(N) < 3, "POL", "JPN"),
            "reached": np.where(passed, "final", "first"),
            "appearance": order,
        }
    )
    rows = []
    for number, name in enumerate(("first", "final")):
        position = rng.permutation(N) + 1 if number else order
        for at, juror in enumerate(JURORS):
            for i in range(N):
                if number and not passed[i]:
                    continue
                mark = strength[i] + at / 2 + rng.normal(0, 1) + trend * position[i]
                own = 5.0 * (juror == "Juror A" and i < 3)
                rows.append((name, juror, f"c{i:02}", round(mark + own, 1), position[i]))
    marks = pd.DataFrame(rows, columns=["round", "juror", "candidate", "mark", extra or "unused"])
    roster.to_csv(folder / "roster.csv", index=False)
    marks.to_csv(folder / "marks.csv", index=False)
    return Source(
        roster=folder / "roster.csv",
        rounds="first,final",
        panel=folder / "marks.csv",
        round="first,final" if extra else "first",
    )


def written(folder: Path, text: str) -> Path:
    path = folder / "own.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_juror_of_own_pupils_is_found(tmp_path):
    own = written(
        tmp_path,
        "juror,candidate,relation\njuror a,c00,pupil\njuror a,c01,pupil\njuror a,c02,pupil\n"
        "Juror B,c05,pupil\n",
    )
    analysis = open_panel(competition(tmp_path), relations=own)
    table = analysis["own"].table.set_index("juror")
    assert table.loc["Juror A", "p_holm"] < 0.05
    assert table.loc["Juror A", "low"] < 5 < table.loc["Juror A", "high"]
    assert np.isnan(table.loc["Juror B", "detectable"])
    assert table.loc["all jurors", "own"] == 4
    sentences = " ".join(analysis["own"].sentences)
    assert "of 2 jurors with own candidates, Juror A" in sentences
    assert "differs from colleagues" in sentences
    assert "of 1, with too few own candidates, none" in sentences
    for word in ("bias", "favour", "unfair"):
        assert word not in sentences.lower()
    assert any(
        "own.csv: 2 jurors with own candidates: 4 pupil" in remark for remark in analysis.remarks
    )
    rows = panel_record(analysis)["sections"]["own"]["rows"]
    assert {row["relation"] for row in rows} == {"pupil"}


def test_compatriots_are_those_of_the_roster(tmp_path):
    own = written(tmp_path, "juror,country\nJuror A,Pol\nJuror C,FRA\n")
    table = open_panel(competition(tmp_path), relations=own)["own"].table
    assert table["juror"].tolist() == ["Juror A", "all jurors"]
    assert table["own"].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("juror,candidate\nJuror F,c00\n", "'Juror F' is not a juror of this panel"),
        ("juror,candidate\nJuror A,c99\n", "'c99' is not a candidate"),
        ("candidate,country\nc00,POL\n", "no column 'juror'"),
    ],
)
def test_unknown_names_are_refused(tmp_path, text, words):
    with pytest.raises(JudgeError) as caught:
        open_panel(competition(tmp_path), relations=written(tmp_path, text))
    assert words in str(caught.value)


def test_nobody_marked_their_own(tmp_path):
    own = written(tmp_path, "juror,candidate\nJuror A,c00\n")
    source = competition(tmp_path)
    marks = pd.read_csv(source.panel)
    gone = (marks["juror"] == "Juror A") & (marks["candidate"] == "c00")
    marks[~gone].to_csv(source.panel, index=False)
    section = open_panel(source, relations=own)["own"]
    assert section.table.empty
    assert section.not_applicable == ("own: nobody marked any of them",)


def test_one_juror_has_no_colleagues(tmp_path):
    own = written(tmp_path, "juror,candidate\nJ,a\n")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("candidate,J\na,3\nb,4\nc,5\n", encoding="utf-8")
    section = open_panel(Source(panel=sheet), relations=own)["own"]
    assert section.table.empty
    assert section.sentences == ()
    assert section.not_applicable == ("own: no colleague marked them, or not others as well",)


def test_without_relations_there_is_no_such_section(tmp_path):
    keys = [one.key for one in open_panel(competition(tmp_path)).sections]
    assert "own" not in keys
    assert {"appearance", "power"} <= set(keys)


def test_a_file_of_marks_says_whose_a_candidate_is(tmp_path):
    source = competition(tmp_path)
    marks = pd.read_csv(source.panel)
    own = (marks["juror"] == "Juror A") & marks["candidate"].isin(["c00", "c01", "c02"])
    marks.assign(relation=np.where(own, "pupil", "")).to_csv(source.panel, index=False)
    analysis = open_panel(source)
    assert analysis["own"].table["juror"].tolist() == ["Juror A", "all jurors"]
    assert "relation: for the analysis of a panel alone" in " ".join(analysis.remarks)


def test_one_round_has_an_association_with_the_rosters_order(tmp_path):
    section = open_panel(competition(tmp_path, trend=0.3))["appearance"]
    assert section.table["juror"].iloc[0] == "all jurors"
    assert len(section.table) == 1 + len(JURORS)
    assert "only if the order was drawn at random" in section.sentences[0]
    assert section.sentences[-1].startswith("order of appearance: without this trend")


def test_several_rounds_have_the_strengths_in_the_model(tmp_path):
    source = competition(tmp_path, trend=0.3, extra="appearance")
    section = open_panel(source)["appearance"]
    together = section.table.iloc[0]
    assert together["low"] < 0.3 < together["high"]
    assert together["p"] < 0.05
    assert "with the candidates' strengths in the model, from 8 who" in section.sentences[0]
    assert "(first)" in section.sentences[-1]


def test_days_are_positions(tmp_path):
    source = competition(tmp_path, extra="day")
    assert set(open_panel(source)["appearance"].table["position"]) == {"day"}


def test_a_session_in_words_is_named_and_the_rest_analysed(tmp_path):
    source = competition(tmp_path, extra="session")
    marks = pd.read_csv(source.panel).assign(session="evening")
    marks.to_csv(source.panel, index=False)
    analysis = open_panel(source)
    (reason,) = analysis["appearance"].not_applicable
    assert "line 2: 'session' is 'evening', which is not a number" in reason
    assert len(analysis["power"].table)


def test_jurors_needed_are_of_the_residual_variance(tmp_path):
    analysis = open_panel(competition(tmp_path))
    section = analysis["power"]
    sigma = np.sqrt(analysis.panel.fit.residual_variance)
    one = section.table.set_index("difference").loc[1.0, "jurors"]
    assert one == pytest.approx(2 * sigma**2 * 7.849 + 2, abs=1.5)
    assert f"{sigma:.2f} points" in section.sentences[1]
    freedom = (N - 1) * (len(JURORS) - 1)
    low, high = sigma * np.sqrt(freedom / chi2.ppf([0.975, 0.025], freedom))
    assert f"(95 % interval {low:.2f} to {high:.2f})" in section.sentences[1]


@pytest.mark.parametrize("marks", ["20,20\nb,20,20\nc,20,20", "20,21\nb,21,22\nc,18,19"])
def test_marks_without_rest_have_no_curve(tmp_path, marks):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"candidate,J1,J2\na,{marks}\n", encoding="utf-8")
    section = open_panel(Source(panel=sheet))["power"]
    assert section.table.empty
    assert "all marks follow from candidate and juror" in section.not_applicable[0]
