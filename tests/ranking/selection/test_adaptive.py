"""Comparisons that say whether results decided which pairs were compared."""

import itertools

import pandas as pd
import pytest

from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.written import read_written_comparisons
from ranking.errors import ComparisonsError
from ranking.files.table_writer import to_csv
from ranking.selection.adaptive import adaptive_remark, adaptive_rules
from ranking.tables import RULES


def table(pairs, rules, count=1):
    rows = [(a, b, a, 1, 1, rule, count) for (a, b), rule in zip(pairs, rules, strict=True)]
    columns = ["first", "second", "winner", "votes", "windows", "pairs", "count"]
    return pd.DataFrame(rows, columns=columns)


PATH = [("a", "b"), ("b", "c"), ("d", "c")]
ALL = list(itertools.combinations("abcd", 2))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["", "", ""], ()),
        (["random"] * 3, ()),
        (["swiss", "random", ""], ("swiss",)),
        (["swiss", "active", "swiss"], ("active", "swiss")),
    ],
)
def test_random_pairs_and_those_that_nobody_explains_were_not_chosen_by_results(rules, expected):
    assert adaptive_rules(table(PATH, rules)) == expected
    assert adaptive_rules(table(PATH, rules).drop(columns="pairs")) == ()


def test_nothing_is_chosen_where_every_pair_was_compared_equally_often():
    assert adaptive_rules(table(ALL, ["swiss"] * 6)) == ()
    twice = [*ALL, *((b, a) for a, b in ALL)]
    assert adaptive_rules(table(twice, ["swiss"] * 12)) == ()
    assert adaptive_rules(table(twice[:-1], ["swiss"] * 11)) == ("swiss",)
    assert adaptive_remark(table(ALL, ["swiss"] * 6)) == ""


def test_the_remark_counts_pairs_and_comparisons():
    remark = adaptive_remark(table(PATH, ["swiss", "random", ""], count=2))
    assert remark.startswith(
        "3 of 6 pairs of candidates were compared (50.0 %), in 6 comparisons, the pairs of 2 of "
        "them chosen by the Swiss system; since results so far decided which"
    )


def test_the_column_is_read_however_it_is_capitalised_and_written_as_it_is_read(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("first,second,winner,Pairs\na,b,a,Swiss\nb,c,tie,\na,c,c,random\n")
    read = read_comparisons(path, None).table
    assert read["pairs"].tolist() == ["swiss", "", "random"]
    path.write_text(to_csv(read))
    again = read_written_comparisons(path, pd.Index(["a", "b", "c"]))
    pd.testing.assert_frame_equal(again, read, check_dtype=False)
    pd.testing.assert_frame_equal(read_comparisons(path, None).table, read)


def test_a_rule_that_there_is_not_is_refused_with_its_line(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("first,second,winner,pairs\na,b,a,swiss\nb,c,c,swis\n")
    with pytest.raises(ComparisonsError, match=r"line 3.*'pairs' is 'swis'") as error:
        read_comparisons(path, None)
    assert all(rule in error.value.remedy for rule in RULES)


def test_one_outcome_given_twice_is_refused_however_its_pair_was_chosen(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("first,second,winner,pairs,count\na,b,a,swiss,2\na,b,a,random,3\n")
    with pytest.raises(ComparisonsError, match="compared on line 2 already"):
        read_comparisons(path, None)
