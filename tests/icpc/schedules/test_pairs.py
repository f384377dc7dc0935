"""The next pairs of a competition: a file that is filled in and given back."""

from pathlib import Path

import pandas as pd
import pytest

from icpc.schedules import choose_next_pairs, schedule_sentences, write_pairs
from icpc.workflows.settings import Source
from ranking.errors import CompetitionError, RankingError, RunError

N = 12
ORDER = [f"c{at:02}" for at in range(N)]  # the best first


@pytest.fixture
def roster(tmp_path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("candidate,name\n" + "".join(f"{one},Name of {one}\n" for one in ORDER))
    return path


def filled_in(path: Path) -> Path:
    """The file with the better candidate as winner in rows without one."""
    rows = pd.read_csv(path, dtype=str).fillna("")
    better = rows[["first", "second"]].min(axis=1)
    rows["winner"] = rows["winner"].mask(rows["winner"] == "", better)
    rows.to_csv(path, index=False)
    return path


def test_rounds_of_one_file_compare_no_pair_twice_and_become_stable(roster, tmp_path):
    source, seen = Source(roster=roster), []
    for number in range(8):
        chosen = choose_next_pairs(source)
        path = tmp_path / f"pairs-{number}.csv"
        write_pairs(chosen, path)
        table = pd.read_csv(path, dtype=str)
        assert len(table) == 6 * (number + 1)
        assert table["winner"].isna().sum() == len(chosen.pairs) == 6
        assert chosen.comparisons == chosen.compared == 6 * number
        seen.append(schedule_sentences(chosen))
        source = Source(roster=roster, comparisons=filled_in(path))
    pairs = {frozenset(pair) for pair in table[["first", "second"]].to_numpy().tolist()}
    assert len(pairs) == 48
    assert "No pair is compared yet" in seen[0][0]
    assert seen[1][0].startswith("6 of 66 pairs are compared so far (9.1 %), in 6 comparisons.")
    assert "can be told after 18 comparisons" in seen[2][1]
    assert "tau-b" in seen[3][1]


def test_equal_files_and_seed_give_equal_pairs(roster, tmp_path):
    path = tmp_path / "pairs.csv"
    write_pairs(choose_next_pairs(Source(roster=roster), seed=3), path)
    source = Source(roster=roster, comparisons=filled_in(path))
    one, again = (choose_next_pairs(source, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, again.table)
    other = choose_next_pairs(Source(roster=roster), seed=4)
    assert not other.pairs.equals(choose_next_pairs(Source(roster=roster), seed=3).pairs)


def test_rows_without_a_result_are_no_comparisons(roster, tmp_path):
    path = tmp_path / "pairs.csv"
    write_pairs(choose_next_pairs(Source(roster=roster)), path)
    rows = pd.read_csv(path, dtype=str).fillna("")
    rows.loc[0, "winner"] = rows.loc[0, "first"]
    rows.loc[1, "winner"] = "tie"
    rows.to_csv(path, index=False)
    chosen = choose_next_pairs(Source(roster=roster, comparisons=path))
    assert chosen.comparisons == 2
    assert len(chosen.so_far) == 2
    assert any("4" in sentence and "result" in sentence for sentence in chosen.understood)


def test_columns_that_say_more_stay(roster, tmp_path):
    path = tmp_path / "so-far.csv"
    path.write_text("first,second,winner,rater,count\nc00,c01,c00,ann,3\nc02,c03,c03,bob,1\n")
    chosen = choose_next_pairs(Source(roster=roster, comparisons=path))
    assert chosen.comparisons == 4
    assert chosen.compared == 2
    assert chosen.table.columns.tolist() == [
        *("first", "second", "winner", "rater", "pairs", "count")
    ]
    assert chosen.table["pairs"].tolist()[:3] == ["", "", "swiss"]
    assert chosen.table["rater"].tolist()[:3] == ["ann", "bob", ""]


def test_each_round_says_how_its_pairs_were_chosen(roster, tmp_path):
    source = Source(roster=roster)
    for number, rule in enumerate(("random", "swiss", "active")):
        path = tmp_path / f"pairs-{number}.csv"
        write_pairs(choose_next_pairs(source, rule), path)
        source = Source(roster=roster, comparisons=filled_in(path))
    expected = [rule for rule in ("random", "swiss", "active") for _ in range(6)]
    assert pd.read_csv(path)["pairs"].tolist() == expected


def test_a_file_alone_says_who_the_candidates_are(tmp_path):
    path = tmp_path / "so-far.csv"
    path.write_text("first,second,winner\na,b,a\nb,c,tie\n")
    chosen = choose_next_pairs(Source(comparisons=path), number=1)
    assert chosen.candidates == 3
    assert set(chosen.pairs.loc[0, ["first", "second"]]) == {"a", "c"}  # the last pair left


def test_no_other_file_is_replaced(roster, tmp_path):
    path = tmp_path / "pairs.csv"
    chosen = choose_next_pairs(Source(roster=roster))
    write_pairs(chosen, path)
    write_pairs(chosen, path)  # the same
    filled_in(path)
    before = path.read_bytes()
    with pytest.raises(RunError, match="there already"):
        write_pairs(chosen, path)
    assert path.read_bytes() == before


def test_what_cannot_be_paired_is_refused(roster, tmp_path):
    with pytest.raises(CompetitionError, match="nobody to pair"):
        choose_next_pairs(Source())
    with pytest.raises(RankingError, match="no such rule"):
        choose_next_pairs(Source(roster=roster), "all")
    alone = tmp_path / "alone.csv"
    alone.write_text("candidate,name\na,A\n")
    with pytest.raises(RankingError, match="fewer than two"):
        choose_next_pairs(Source(roster=alone))
