"""Several rounds as one, beside a least-squares fit on a design matrix, and by hand."""

import numpy as np
import pandas as pd
import pytest
from sheets import by_openpyxl, write_text

from ranking.comparisons.marks import marks_to_comparisons
from ranking.errors import ComparisonsError
from ranking.panel.options import MarkOptions
from ranking.panel.pooling import pool_rounds
from ranking.panel.reading import read_marks


def drawn(seed: int, missing: float = 0.1, candidates: int = 12) -> pd.DataFrame:
    """Marks of candidates by 5 jurors; half of the candidates are in the second round."""
    rng = np.random.default_rng(seed)
    skill, leniency = rng.normal(0, 2, candidates), rng.normal(0, 1, (5, 2))
    rows = [
        (f"J{juror}", f"c{who:02}", name, 20 + skill[who] + leniency[juror, at] + rng.normal())
        for at, name in enumerate(("one", "two"))
        for juror in range(5)
        for who in (range(candidates) if at == 0 else np.argsort(skill)[candidates // 2 :])
        if rng.random() > missing
    ]
    return pd.DataFrame(rows, columns=["juror", "candidate", "round", "mark"])


def by_design_matrix(marks: pd.DataFrame) -> pd.DataFrame:
    """Marks less juror × round effects, which numpy fits beside candidate effects."""
    cell = marks["juror"] + " " + marks["round"]
    design = pd.concat([pd.get_dummies(marks["candidate"]), pd.get_dummies(cell)], axis=1)
    found = np.linalg.lstsq(design.to_numpy(dtype=float), marks["mark"].to_numpy())[0]
    effect = dict(zip(design.columns, found, strict=True))
    adjusted = marks.assign(mark=marks["mark"] - cell.map(effect))
    return adjusted.groupby(["juror", "candidate"])["mark"].mean().reset_index()


@pytest.mark.parametrize("candidates", [5, 12])  # fewer and more than jurors in rounds
@pytest.mark.parametrize("seed", range(4))
def test_additive_pooling_is_what_numpy_fits_on_a_design_matrix(seed, candidates):
    marks = drawn(seed, candidates=candidates)
    own, other = pool_rounds(marks, "additive"), by_design_matrix(marks)
    assert own[["juror", "candidate"]].equals(other[["juror", "candidate"]])
    difference = own["mark"] - other["mark"]
    assert np.ptp(difference) < 1e-9, "they differ by one constant, which compares nobody"


def test_additive_pooling_of_whole_rounds_orders_as_sums_do():
    """Where every juror marked everybody in both, effects of jurors in rounds cancel."""
    rng = np.random.default_rng(3)
    rows = [(j, c, r, int(rng.integers(1, 26))) for j in "XYZ" for c in "abcdefgh" for r in "12"]
    marks = pd.DataFrame(rows, columns=["juror", "candidate", "round", "mark"])
    own, sums = (
        marks_to_comparisons(pool_rounds(marks, how).assign(recused=False))
        for how in ("additive", "sum")
    )
    pd.testing.assert_frame_equal(own, sums)
    assert (own["winner"] == "tie").any(), "equal sums are ties in both"


def test_additive_pooling_is_blind_to_the_leniency_of_a_juror_in_a_round():
    marks = drawn(7)
    stern = marks["mark"].mask(
        (marks["juror"] == "J1") & (marks["round"] == "two"), marks["mark"] - 9
    )
    one, other = (pool_rounds(table, "additive") for table in (marks, marks.assign(mark=stern)))
    pd.testing.assert_frame_equal(
        marks_to_comparisons(one.assign(recused=False)),
        marks_to_comparisons(other.assign(recused=False)),
    )


def test_rounds_that_share_nobody_cannot_be_pooled():
    marks = drawn(1, missing=0)
    apart = marks.assign(candidate=marks["candidate"] + marks["round"])
    with pytest.raises(
        ComparisonsError, match="no candidate joins one by J0 with two by J0, so the"
    ):
        pool_rounds(apart, "additive")


RUNS = pd.DataFrame(
    [
        *(("X", "ana", "run 1", 80), ("Y", "ana", "run 1", 90), ("X", "ana", "run 2", 86)),
        *(("Y", "ana", "run 2", 82), ("X", "bo", "run 1", 10), ("X", "bo", "run 2", 84)),
        *(("Y", "bo", "run 2", 85), ("X", "cy", "run 1", 50), ("Y", "cy", "run 1", 50)),
        *(("X", "cy", "run 2", 50), ("Y", "cy", "run 2", 50)),
    ],
    columns=["juror", "candidate", "round", "mark"],
)


def test_the_best_run_is_one_run_for_all_jurors():
    """X liked ana's second run better, but the first has the higher mean and is the one taken."""
    marks = pool_rounds(RUNS, "best").set_index(["juror", "candidate"])["mark"]
    assert marks.to_dict() == {
        ("X", "ana"): 80,
        ("X", "bo"): 84,
        ("X", "cy"): 50,
        ("Y", "ana"): 90,
        ("Y", "bo"): 85,
        ("Y", "cy"): 50,
    }


def test_the_best_run_is_found_by_jurors_who_marked_all_runs():
    """Z, who saw one run alone, is lenient: that does not make the run the best."""
    rows = [("X", "a", "1", 5), ("X", "a", "2", 6), ("Z", "a", "1", 99), ("X", "b", "1", 1)]
    marks = pd.DataFrame(rows, columns=["juror", "candidate", "round", "mark"])
    pooled = pool_rounds(marks, "best")
    assert pooled.to_numpy().tolist() == [["X", "a", 6], ["X", "b", 1]]


def test_sums_are_refused_where_candidates_differ_in_rounds():
    with pytest.raises(
        ComparisonsError, match="6 of 12 candidates were not in all of these rounds"
    ):
        pool_rounds(drawn(0, missing=0), "sum")
    rows = [(j, c, r, at) for at, r in enumerate("123") for j in "XY" for c in "ab"]
    marks = pd.DataFrame(rows, columns=["juror", "candidate", "round", "mark"])
    assert pool_rounds(marks, "sum")["mark"].tolist() == [3, 3, 3, 3]
    assert pool_rounds(marks[1:], "sum").to_numpy().tolist() == [
        ["X", "b", 3],
        ["Y", "a", 3],
        ["Y", "b", 3],
    ]
    absent = marks[(marks["juror"] == "X") | (marks["round"] == "3")]
    assert pool_rounds(absent, "sum")["mark"].tolist() == [3, 3, 2, 2]


def test_a_sheet_per_round_a_column_and_names_above_jurors_are_the_same(tmp_path):
    one = [["Name", "J1", "J2"], ["a", 1, 2.5], ["b", 2, 3], ["c", 3, 1]]
    two = [["Name", "J1", "J2"], ["a", 2, "s"], ["b", 2, 4]]
    column = [["Name", "Run", "J1", "J2"], *([r[0], "one", *r[1:]] for r in one[1:])]
    column += [[r[0], "two", *r[1:]] for r in two[1:]]
    merged = [["", "one", "", "two", ""], ["Name", "J1", "J2", "J1", "J2"]]
    merged += [["a", 1, 2.5, 2, "s"], ["b", 2, 3, 2, 4], ["c", 3, 1, "", ""]]
    long = [["Stage", "juror", "candidate", "mark"]]
    long += [
        [row[1], j, row[0], m]
        for row in column[1:]
        for j, m in zip(("J1", "J2"), row[2:], strict=True)
    ]
    files = [
        by_openpyxl(tmp_path / "sheets.xlsx", one=one, two=two),
        by_openpyxl(tmp_path / "column.xlsx", Marks=column),
        write_text(tmp_path / "above.csv", merged),
        write_text(tmp_path / "long.csv", [["round", *long[0][1:]], *long[1:]]),
    ]
    for options in ({"round": "one,two"}, {"pool": "best"}, {"round": "two"}):
        tables = [read_marks(file, None, MarkOptions(**options)).table for file in files]
        first, *others = (
            one.sort_values(["juror", "candidate"]).to_csv(index=False) for one in tables
        )
        assert others == [first] * 3
    with pytest.raises(ComparisonsError, match="marks of several rounds: one, two; choose one"):
        read_marks(files[0], None)
    with pytest.raises(ComparisonsError, match=r"no marks of round 'twwo' \(did you mean 'two'"):
        read_marks(files[0], None, MarkOptions(round="one,twwo"))


def test_one_round_has_nothing_to_pool_and_places_below_all_are_no_numbers(tmp_path):
    path = by_openpyxl(tmp_path / "in.xlsx", one=[["Name", "J1"], ["a", 1], ["b", 2]])
    with pytest.raises(ComparisonsError, match="pool sum: there is one round, and nothing to pool"):
        read_marks(path, None, MarkOptions(round="one", pool="sum"))
    two = by_openpyxl(
        path, one=[["Name", "J1"], ["a", 1], ["b", 2]], two=[["Name", "J1"], ["a", 1]]
    )
    with pytest.raises(ComparisonsError, match="unmarked last: marks of several rounds are added"):
        read_marks(two, None, MarkOptions(pool="additive", unmarked="last"))


def test_places_in_several_dances_are_pooled_the_right_way_round(tmp_path):
    waltz = [["Couple", "A", "B", "C"], ["11", 1, 1, 2], ["12", 2, 3, 1], ["13", 3, 2, 3]]
    tango = [["Couple", "A", "B", "C"], ["11", 1, 2, 1], ["12", 2, 1, 2], ["13", 3, 3, 3]]
    path = by_openpyxl(tmp_path / "in.xlsx", Waltz=waltz, Tango=tango)
    for pool in ("additive", "sum"):
        read = read_marks(path, None, MarkOptions(lower_is_better=True, pool=pool))
        total = read.table.groupby("candidate")["mark"].sum()
        assert total.idxmax() == "11"
        assert total.idxmin() == "13"
    assert any("Waltz, Tango pooled: the sum" in one for one in read.understood)
