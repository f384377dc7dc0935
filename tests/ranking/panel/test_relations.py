"""Files of relations: pupils by name, compatriots by country, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

from ranking.errors import JudgeError
from ranking.files.names import Names
from ranking.panel.relations import own_matrix, read_relations, relations_in_marks

JURORS = ["Ada Kos", "Béla Kis", "Cem Arı"]
NAMES = Names(["zoe", "bo", "ewa"], ["Zoë Müller", "Bo Li", "Ewa Lis"])
COUNTRIES = pd.Series({"zoe": "GER", "bo": "CHN", "ewa": "POL"})


def written(folder: Path, text: str) -> Path:
    path = folder / "own.csv"
    path.write_text(text, encoding="utf-8")
    return path


def rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(table.itertuples(index=False, name=None))


def test_pupils_by_name_however_spelt(tmp_path):
    path = written(
        tmp_path, "Teacher,Pupil,note\nkis bela,Zoe Muller,x\nAda Kos,bo,\nAda Kos,bo,\n"
    )
    read = read_relations(path, JURORS, NAMES)
    assert rows(read.table) == [("Béla Kis", "zoe", "own"), ("Ada Kos", "bo", "own")]
    assert "2 jurors with own candidates: 2 own; column not used: note" in read.understood[0]
    assert any("'teacher' as juror" in one for one in read.understood)


def test_relations_have_words(tmp_path):
    path = written(tmp_path, "juror,candidate,relation\nAda Kos,bo,pupil\nAda Kos,ewa,Pupil\n")
    assert {*read_relations(path, JURORS, NAMES).table["relation"]} == {"Pupil"}


def test_compatriots_by_country(tmp_path):
    path = written(tmp_path, "juror,country\nAda Kos,pol\nBéla Kis,HUN\nCem Arı,\n")
    read = read_relations(path, JURORS, NAMES, COUNTRIES)
    assert rows(read.table) == [("Ada Kos", "ewa", "compatriot")]
    assert "1 of 3 jurors" in read.understood[0]
    assert "no candidate from HUN" in read.understood[0]


def test_a_file_of_marks_may_say_it(tmp_path):
    marks = "juror,candidate,mark,relation\n"
    text = f"{marks}A,zoe,20,Pupil\nA,bo,21,\nB,zoe,19,no\nB,bo,18,yes\nB,ewa,s,pupil\n"
    found = relations_in_marks(written(tmp_path, text), NAMES)
    assert rows(found) == [("A", "zoe", "Pupil"), ("B", "bo", "own"), ("B", "ewa", "Pupil")]
    for other in (f"{marks}A,zoe,20,\nA,bo,21,\n", "juror,candidate,mark\nA,zoe,20\nA,bo,21\n"):
        assert relations_in_marks(written(tmp_path, other), NAMES) is None


def test_own_matrix_leaves_out_who_is_not_there():
    table = pd.DataFrame({"juror": ["b", "a", "c"], "candidate": ["x", "y", "x"]})
    found = own_matrix(table, pd.Index(["a", "b"]), pd.Index(["x", "z"]))
    assert found.tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("juror,candidate\nAda Koss,bo\n", "line 2: 'Ada Koss' is not a juror of this panel"),
        ("juror,candidate\nAda Kos,ewo\n", "line 2: 'ewo' is not a candidate"),
        ("juror,candidate\n,ewa\n", "line 2: no juror"),
        ("juror,pet\nAda Kos,bo\n", "no column 'candidate'"),
        ("juror,country\nAda Kos,Poland\n", "no candidate comes from Poland"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, text, words):
    with pytest.raises(JudgeError) as caught:
        read_relations(written(tmp_path, text), JURORS, NAMES, COUNTRIES)
    assert words in str(caught.value)


def test_an_unknown_name_comes_with_a_guess(tmp_path):
    path = written(tmp_path, "juror,candidate\nAda Koss,bo\n")
    with pytest.raises(JudgeError, match="did you mean"):
        read_relations(path, JURORS, NAMES)


def test_countries_need_those_of_the_candidates(tmp_path):
    path = written(tmp_path, "juror,country\nAda Kos,POL\n")
    for countries in (None, pd.Series({"zoe": ""})):
        with pytest.raises(JudgeError, match="no candidate's country is known"):
            read_relations(path, JURORS, NAMES, countries)
