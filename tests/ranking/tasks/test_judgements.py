"""Marks and comparisons as labels: jurors' leniency is taken out, errors are those of the model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ranking.errors import ComparisonsError, TableError
from ranking.tasks.judgements import Judgements, read_judgements, recording_marks

SHEET = "candidate;Ana;Ben;Cy\na;7,5;6;8\nb;6;5,5;s\nc;9;8;9,5\nd;;4;5\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("panel.csv").write_text(SHEET)
    Path("who.csv").write_text("recording,group,event\na,x,1\nb,x,1\nc,y,2\nd,z,2\ne,z,2\n")
    return tmp_path


def test_marks_are_those_of_the_additive_model(here):
    """Against dense least squares; the error is s / √n, with s² the mean square of residuals."""
    found = read_judgements(Judgements(panel=Path("panel.csv"))).recordings
    rows = [("a", "A", 7.5), ("a", "B", 6), ("a", "C", 8), ("b", "A", 6), ("b", "B", 5.5)]
    rows += [("c", "A", 9), ("c", "B", 8), ("c", "C", 9.5), ("d", "B", 4), ("d", "C", 5)]
    table = pd.DataFrame(rows, columns=["candidate", "juror", "mark"])
    design = pd.get_dummies(table[["candidate", "juror"]]).to_numpy(float)
    effect, _, rank, _ = np.linalg.lstsq(design, table["mark"])
    residual = table["mark"] - design @ effect
    error = np.sqrt((residual**2).sum() / (len(rows) - rank))
    assert found["mark"].diff().tolist()[1:] == pytest.approx(np.diff(effect[:4]))
    assert found["standard_error"].tolist() == pytest.approx(error / np.sqrt([3, 2, 3, 2]))
    assert found["raters"].tolist() == [3, 2, 3, 2]
    assert found["group"].tolist() == found["recording"].tolist() == list("abcd")
    assert set(found["event"]) == {""}


def test_a_strict_juror_makes_no_candidate_worse():
    rows = [(j, c, q - s) for j, s in (("A", 0), ("B", 3)) for c, q in (("a", 5.0), ("b", 6.0))]
    rows += [("B", "c", 4.0), ("A", "d", 7.0)]
    found = recording_marks(pd.DataFrame(rows, columns=["juror", "candidate", "mark"]))
    assert found["mark"].diff().tolist()[1:] == pytest.approx([1, 1, 0])
    assert found["standard_error"].tolist() == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_one_juror_has_no_errors_and_those_apart_are_of_other_events():
    rows = [("A", "a", 5.0), ("A", "b", 6.0), ("B", "c", 1.0), ("B", "d", 3.0)]
    found = recording_marks(pd.DataFrame(rows, columns=["juror", "candidate", "mark"]))
    assert found["standard_error"].isna().all()
    assert found["event"].tolist() == ["part 1", "part 1", "part 2", "part 2"]


def test_a_manifest_says_whose_they_are(here):
    found = read_judgements(Judgements(panel=Path("panel.csv")), Path("who.csv"))
    assert found.recordings["group"].tolist() == list("xxyz")
    assert found.recordings["event"].tolist() == list("1122")
    assert "e has no judgement, and is left out" in found.understood
    Path("few.csv").write_text("recording,group\na,x\nb,x\nc,y\n")
    with pytest.raises(ComparisonsError, match=r"panel\.csv, line 5.*'d'"):
        read_judgements(Judgements(panel=Path("panel.csv")), Path("few.csv"))


def test_comparisons_are_pairs_with_counts_within_events(here):
    rows = "first,second,winner,count\na,b,a,3\nb,a,b,1\na,b,tie,2\na,c,a,1\nc,d,d,1\n"
    Path("mine.csv").write_text(rows)
    whole = read_judgements(Judgements(comparisons=Path("mine.csv")))
    assert whole.pairs["count"].tolist() == [3, 1, 2, 1, 1]
    assert whole.recordings["recording"].tolist() == list("abcd")
    within = read_judgements(Judgements(comparisons=Path("mine.csv")), Path("who.csv"))
    assert within.pairs["first"].tolist() == ["a", "b", "a", "c"]
    assert within.recordings["group"].tolist() == list("xxyz")


def test_one_kind_of_judgements_is_read():
    with pytest.raises(TableError, match="two kinds of judgements; give one"):
        Judgements(Path("a"), Path("b"))
    with pytest.raises(TableError, match="no judgements; give one"):
        Judgements()
