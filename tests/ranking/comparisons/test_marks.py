"""The marks of a panel become comparisons, ties kept."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.marks import marks_to_comparisons
from ranking.errors import ComparisonsError, TableError
from ranking.evaluation.agreement import accuracy_by_juror
from ranking.panel.options import MarkOptions
from ranking.panel.reading import read_marks
from ranking.tables import TIE

CANDIDATES = pd.Index(["a", "b", "c", "d"])


def marks(*rows):
    return pd.DataFrame(
        [(juror, name, mark, mark is None) for juror, name, mark in rows],
        columns=["juror", "candidate", "mark", "recused"],
    )


def read(folder, text, round_name=None):
    path = folder / "panel.csv"
    path.write_text(text, encoding="utf-8")
    return read_marks(path, CANDIDATES, MarkOptions(round=round_name)).table


def test_marks_order_every_two_candidates_a_juror_marked():
    table = marks_to_comparisons(
        marks(("X", "a", 20), ("X", "b", 18), ("X", "c", 20), ("Y", "b", 3), ("Y", "a", 2))
    )
    assert table[["juror", "first", "second", "winner"]].to_numpy().tolist() == [
        ["X", "a", "b", "a"],
        ["X", "a", "c", TIE],
        ["X", "b", "c", "c"],
        ["Y", "a", "b", "b"],
    ]


def test_recused_jurors_compare_nobody():
    table = marks_to_comparisons(marks(("X", "a", 5), ("X", "b", None), ("X", "c", 4)))
    assert table[["first", "second"]].to_numpy().tolist() == [["a", "c"]]


def test_no_two_marks_of_one_juror_are_refused():
    with pytest.raises(ComparisonsError, match="no juror marked two candidates"):
        marks_to_comparisons(marks(("X", "a", 5), ("Y", "b", 4)))


@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=5), min_size=1, max_size=4))
def test_a_juror_of_m_marks_makes_m_choose_2_comparisons_by_mark(panel):
    given_marks = marks(
        *(
            (f"J{juror}", f"c{at}", mark)
            for juror, row in enumerate(panel)
            for at, mark in enumerate(row)
        )
    )
    table = marks_to_comparisons(given_marks)
    assert len(table) == sum(len(row) * (len(row) - 1) // 2 for row in panel)
    own = table.set_index(["juror", "first", "second"])["winner"]
    for juror, row in enumerate(panel):
        for i, j in itertools.combinations(range(len(row)), 2):
            expected = TIE if row[i] == row[j] else f"c{i if row[i] > row[j] else j}"
            assert own[f"J{juror}", f"c{i}", f"c{j}"] == expected


def test_agreement_counts_ties_half_and_equal_results_not_at_all():
    table = marks_to_comparisons(
        marks(
            *(("X", name, mark) for name, mark in zip("abcd", (9, 9, 5, 1), strict=True)),
            *(("Y", name, mark) for name, mark in zip("abcd", (1, 5, 9, 9), strict=True)),
        )
    )
    agreement = accuracy_by_juror(table, pd.Series({"a": 2.0, "b": 1.0, "c": 0.0, "d": 0.0}))
    assert agreement.to_dict() == {"X": (0.5 + 4) / 5, "Y": 0.0}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("X,a,5,no\nX,e,4,no", "line 3: 'e' is not a candidate to be ranked"),
        ("X,a,,no\nX,b,4,no", "line 2: no mark, and not recused; give the mark, or write recused"),
        ("X,a,5,no\nX,a,4,no", "line 3: a second mark of 'X' for 'a'"),
        ("X,a,five,no", "line 2: 'mark' is 'five', which is not a number"),
        ("X,a,5,perhaps", "line 2: 'recused' is 'perhaps'; write yes or no"),
        (",a,5,no", "line 2: no juror"),
    ],
)
def test_faulty_marks_are_named_with_their_line(tmp_path, rows, words):
    with pytest.raises((ComparisonsError, TableError)) as caught:
        read(tmp_path, f"juror,candidate,mark,recused\n{rows}\n")
    assert words in str(caught.value)


def test_without_recused_everyone_marked(tmp_path):
    assert not read(tmp_path, "juror,candidate,mark\nX,a,5\nX,b,4\n")["recused"].any()


ROUNDS = "round,juror,candidate,mark\none,X,a,5\none,X,b,4\ntwo,X,a,3\n"


def test_a_round_is_chosen_by_name(tmp_path):
    assert read(tmp_path, ROUNDS, "two")["mark"].tolist() == [3]
    with pytest.raises(ComparisonsError, match="marks of several rounds: one, two; choose one"):
        read(tmp_path, ROUNDS)
    with pytest.raises(ComparisonsError, match=r"no marks of round 'thwo' \(did you mean 'two'"):
        read(tmp_path, ROUNDS, "thwo")
    with pytest.raises(ComparisonsError, match="it has no column round"):
        read(tmp_path, "juror,candidate,mark\nX,a,5\n", "one")


def test_spellings_of_a_juror_are_one_juror_unless_both_mark_somebody(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("juror,candidate,mark,note\nJ1,a,5,\nJ1,b,4,\nj1,c,3,\n")
    read_panel = read_marks(path, None)
    assert set(read_panel.table["juror"]) == {"J1"}
    assert any("read 'j1' as 'J1'" in sentence for sentence in read_panel.understood)
    assert any("not used: note" in sentence for sentence in read_panel.understood)
    with pytest.raises(ComparisonsError, match="line 4: a second mark of 'J1'"):
        read(tmp_path, "juror,candidate,mark\nJ1,a,5\nJ1,b,4\nj1,b,3\n")
