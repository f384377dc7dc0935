"""What marks mean: places, zeros and no marks, as told, or refused where they turn a ranking."""

import numpy as np
import pandas as pd
import pytest
from sheets import by_openpyxl, transposed, write_text

from ranking.comparisons.marks import marks_to_comparisons
from ranking.errors import ComparisonsError
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates
from ranking.panel.options import MarkOptions
from ranking.panel.reading import read_marks

ORDERS = {"abc": 32, "bac": 28, "acb": 3, "cab": 7}
"""Orders of three candidates by 70 jurors: a before b by 42, a before c by 63, b before c by 60."""
PLACES = [["candidate", *(f"J{at}" for at in range(70))]]
PLACES += [
    [name, *(order.index(name) + 1 for order, times in ORDERS.items() for _ in range(times))]
    for name in "abc"
]


def read(path, **options):
    return read_marks(path, None, MarkOptions(**options))


def best_first(marks: pd.DataFrame) -> list[str]:
    return rank_candidates(marks_to_comparisons(marks), BRADLEY_TERRY)["candidate"].tolist()


@pytest.mark.parametrize("turn", [list, transposed])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_places_give_strengths_of_9_to_6_to_1(tmp_path, turn, suffix):
    """Shares of 42/70 = 9/15, 63/70 = 9/10 and 60/70 = 6/7 are those of strengths 9 : 6 : 1."""
    rows = turn(PLACES)
    rows = [["juror" if turn is transposed else "candidate", *rows[0][1:]], *rows[1:]]
    path = tmp_path / f"places{suffix}"
    if suffix == ".csv":
        write_text(path, rows)
    else:
        by_openpyxl(path, Places=rows)
    marks = read(path, lower_is_better=True).table
    ranking = rank_candidates(marks_to_comparisons(marks), BRADLEY_TERRY)
    assert ranking["candidate"].tolist() == ["a", "b", "c"]
    ratio = np.exp(ranking["strength"] - ranking["strength"].iloc[-1])
    assert ratio.to_numpy() == pytest.approx([9, 6, 1], rel=1e-6)


def test_what_looks_like_places_is_said_unless_it_is_known(tmp_path):
    path = write_text(tmp_path / "in.csv", PLACES)
    (sentence,) = [one for one in read(path).understood if "places" in one]
    assert "every juror used 1 to 3 once each: they look like places" in sentence
    assert "upside down" in sentence
    assert best_first(read(path).table) == ["c", "b", "a"]
    known = read(path, lower_is_better=True)
    assert not any("places" in one for one in known.understood)
    assert "lower is better" in known.understood[0]
    marks = [*PLACES[:3], ["c", 3, *([1] * 69)]]
    assert not any("places" in one for one in read(write_text(path, marks)).understood)


@pytest.mark.parametrize(
    ("columns", "places"),
    [
        (((1, 2.5, 2.5, 4), (4, 3, 2, 1)), True),
        (((1, 1, 3, 4), (4, 1, 2, 3)), True),
        (((1, 1, 2, 3), (4, 3, 2, 1)), False),  # dense, as marks from 1 to 3 are
        (((2, 2, 3, 4), (1, 2, 3, 4)), False),
        (((0, 1, 2, 3), (3, 2, 1, 0)), False),
    ],
)
def test_shared_places_look_like_places_and_marks_on_a_scale_do_not(tmp_path, columns, places):
    rows = [["Name", "J1", "J2"], *zip("abcd", *columns, strict=True)]
    understood = read(write_text(tmp_path / "in.csv", rows)).understood
    assert any("once each, or shared them" in one for one in understood) == places


def test_a_row_per_place_is_a_row_per_mark(tmp_path):
    rows = [["Judge", "Skater", "Place"]]
    rows += [[juror, who, at] for juror in "XY" for at, who in enumerate("abc", 1)]
    path = write_text(tmp_path / "in.csv", rows)
    assert "in.csv: read 'judge' as juror, 'skater' as candidate, 'place' as mark" in (
        read(path).understood
    )
    assert best_first(read(path, lower_is_better=True).table) == ["a", "b", "c"]


MARKED = [
    ["name", "J1", "J2", "J3"],
    ["a", 9, 2, ""],
    ["b", 7, "", "s"],
    ["c", "", 3, 4],
    ["d", "-", "abs", 5],
]


def wins_of(path, juror, **options) -> set[tuple[str, str]]:
    """Of one juror, the two of each comparison, the winner first; in order of id if tied."""
    table = marks_to_comparisons(read(path, **options).table)
    own = table[table["juror"] == juror]
    return {
        (f, s) if w in {f, "tie"} else (s, f)
        for f, s, w in zip(own["first"], own["second"], own["winner"], strict=True)
        if w != "tie"
    } | {
        (f"={f}", f"={s}")
        for f, s, w in zip(own["first"], own["second"], own["winner"], strict=True)
        if w == "tie"
    }


@pytest.mark.parametrize("lower", [False, True])
def test_unmarked_candidates_are_ignored_or_last_and_the_recused_never(tmp_path, lower):
    path = write_text(tmp_path / "in.csv", MARKED)
    first, second = ("b", "a") if lower else ("a", "b")
    ignored = wins_of(path, "J1", lower_is_better=lower)
    assert ignored == {(first, second)}
    assert wins_of(path, "J1", lower_is_better=lower, unmarked="ignore") == ignored
    last = wins_of(path, "J1", lower_is_better=lower, unmarked="last")
    assert last == {
        (first, second),
        ("=c", "=d"),
        *((one, other) for one in "ab" for other in "cd"),
    }
    best, other = ("a", "c") if lower else ("c", "a")
    of_j2 = wins_of(path, "J2", lower_is_better=lower, unmarked="last")
    assert of_j2 == {(best, other), (best, "b"), (other, "b")}, "d has an absent juror"
    of_j3 = wins_of(path, "J3", lower_is_better=lower, unmarked="last")
    assert of_j3 == {("c", "d") if lower else ("d", "c"), ("c", "a"), ("d", "a")}, "b has a teacher"


def test_cells_without_a_mark_are_said_with_what_they_were_taken_for(tmp_path):
    path = write_text(tmp_path / "in.csv", MARKED)
    assert read(path).understood[0] == (
        "in.csv: 3 jurors × 4 candidates, higher is better, 3 cells empty: no opinion, 1 cell '-': "
        "no opinion, 1 cell 's': recused, 1 cell 'abs': absent, as recused"
    )
    assert "3 cells empty: tied below those whom" in read(path, unmarked="last").understood[0]


def test_a_missing_mark_beside_a_column_recused_has_to_be_explained(tmp_path):
    rows = [["juror", "candidate", "mark", "recused"], ["X", "a", 5, "no"], ["X", "b", "", "no"]]
    rows += [["X", "c", 4, ""], ["Y", "a", 1, ""], ["Y", "b", 1, ""]]
    path = write_text(tmp_path / "in.csv", rows)
    with pytest.raises(
        ComparisonsError, match="line 3: no mark, and not recused; give the mark"
    ) as e:
        read(path)
    assert e.value.key == "say-unmarked"
    assert wins_of(path, "X", unmarked="ignore") == {("a", "c")}
    assert wins_of(path, "X", unmarked="last") == {("a", "c"), ("a", "b"), ("c", "b")}


def test_nobody_votes_for_a_candidate_of_the_same_name(tmp_path):
    """As in song contests: countries are jurors and candidates, and the diagonal is empty."""
    rows = [["To / From", "Austria", "Łotwa", "Malta"]]
    rows += [["Austria", "", 12, 10], ["Łotwa", 12, "", ""], ["Malta", "", "", ""]]
    path = write_text(tmp_path / "in.csv", rows)
    assert (
        "3 cells empty: recused, since juror and candidate have one name"
        in (read(path).understood[0])
    )
    assert wins_of(path, "Łotwa", unmarked="last") == {("Austria", "Malta")}
    assert wins_of(path, "Malta", unmarked="last") == {("Austria", "Łotwa")}
    turned = [["From / To", *rows[0][1:]], *([*row] for row in transposed(rows)[1:])]
    assert wins_of(write_text(path, turned), "Łotwa", unmarked="last") == {("Austria", "Malta")}


ABSENT = [["name", "J1", "J2", "J3"], ["a", 9, 0, 0], ["b", 7, 0, 3], ["c", 5, 0, 1]]


def test_zeros_of_some_jurors_alone_are_refused_until_it_is_said_what_they_are(tmp_path):
    path = write_text(tmp_path / "in.csv", ABSENT)
    with pytest.raises(ComparisonsError, match=r"in.csv: J2 gave 0 to every candidate, which") as e:
        read(path)
    assert e.value.key == "say-zeros"
    absent = read(path, zeros="absent")
    assert set(absent.table.loc[absent.table["mark"].notna(), "juror"]) == {"J1", "J3"}
    assert "in.csv: 4 marks of 0: absent, as recused" in absent.understood
    marks = read(path, zeros="marks").table
    assert (marks.loc[marks["juror"] == "J2", "mark"] == 0).all()
    assert wins_of(path, "J3", zeros="marks") == {("b", "a"), ("b", "c"), ("c", "a")}


def test_zeros_that_would_be_best_are_refused_and_zeros_of_all_are_not(tmp_path):
    path = write_text(tmp_path / "in.csv", [*ABSENT[:1], ["a", 1, 0, 2], ["b", 2, 1, 1]])
    assert len(read(path).table) == 6
    with pytest.raises(ComparisonsError, match="1 mark is 0, and lower is better: the best of all"):
        read(path, lower_is_better=True)
    assert wins_of(path, "J2", lower_is_better=True, zeros="marks") == {("a", "b")}
    assert wins_of(path, "J2", lower_is_better=True, zeros="absent") == set()
    zeros = write_text(tmp_path / "zeros.csv", [*ABSENT[:1], ["a", 0, 0, 0], ["b", 0, 0, 0]])
    assert len(read(zeros).table) == 6


def test_who_has_no_mark_is_named(tmp_path):
    path = write_text(tmp_path / "in.csv", [*MARKED, ["e", "", "", ""], ["f", 1, 1, 1]])
    assert "in.csv: no juror marked e, who cannot be ranked" in read(path).understood


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"unmarked": "worst"}, "unmarked worst: no such choice; choose ignore or last"),
        ({"zeros": "none"}, "zeros none: no such choice; choose absent or marks"),
        ({"pool": "mean"}, "pool mean: no such choice; choose additive or best or sum"),
    ],
)
def test_unknown_choices_are_refused(options, words):
    with pytest.raises(ComparisonsError, match=words):
        MarkOptions(**options)
