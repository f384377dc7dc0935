"""What the program wrote is read at once, and is what reading field by field gives."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons import written
from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.written import read_written_comparisons
from ranking.errors import ComparisonsError, TableError
from ranking.files.table_writer import to_csv
from ranking.tables import TIE

IDS = pd.Index(["ana", "Béla Kis", "007", "7", 'a "b", c', "李", "first", "1.0", "nan"])
CLUSTER = st.sampled_from(["A", "B b", "ç", "12"])
ROW = st.tuples(
    st.permutations(range(7)).map(lambda order: order[:2]),
    st.integers(0, 2),
    st.integers(0, 5),
    st.integers(0, 3),
    CLUSTER,
)


def table_of(rows, cluster=None):
    """A COMPARISONS table of ids, winners, votes and windows."""
    table = pd.DataFrame(
        [
            (IDS[i], IDS[j], (IDS[i], IDS[j], TIE)[won], votes, votes + more + (votes + more == 0))
            for (i, j), won, votes, more, _ in rows
        ],
        columns=["first", "second", "winner", "votes", "windows"],
    )
    return table if cluster is None else table.assign(**{cluster: [row[-1] for row in rows]})


def written_to(folder, table):
    path = folder / "comparisons.csv"
    path.write_text(table if isinstance(table, str) else to_csv(table), encoding="utf-8")
    return path


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=9), st.sampled_from([None, "juror", "session"]))
def test_it_is_the_table_that_was_written_and_the_one_that_is_read(tmp_path_factory, rows, cluster):
    table = table_of(rows, cluster)
    path, ids = written_to(tmp_path_factory.mktemp("run"), table), IDS[:7]
    found = written._as_written(path, ids)
    pd.testing.assert_frame_equal(found, table)
    read = read_comparisons(path, ids).table  # texts are objects where all are ties
    pd.testing.assert_frame_equal(found, read, check_dtype=False)


LINES = "first,second,winner,votes,windows\nana,7,ana,1,1\n"
OTHERS = {
    "by place": LINES + "ana,7,first,1,1\n",
    "by name": LINES + "ANA,7,ANA,1,1\n",
    "another order": "second,first,winner,votes,windows\nana,7,ana,1,1\n",
    "fewer columns": "first,second,winner\nana,7,ana\n",
    "a count": "first,second,winner,votes,windows,count\nana,7,ana,1,1,3\n",
    "a weight": "first,second,winner,votes,windows,weight\nana,7,ana,1,1,0.5\n",
    "another column": "first,second,winner,votes,windows,hall\nana,7,ana,1,1,big\n",
    "two spellings": "first,second,winner,votes,windows,juror\nana,7,7,1,1,A\n007,7,7,1,1,a\n",
    "nobody won": LINES + "ana,7,,1,1\n",
    "semicolons": LINES.replace(",", ";"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_file_is_read_field_by_field(tmp_path, name):
    path, ids = written_to(tmp_path, OTHERS[name]), IDS[:6]
    assert written._as_written(path, ids) is None
    expected = read_comparisons(path, ids).table
    pd.testing.assert_frame_equal(read_written_comparisons(path, ids), expected)


@pytest.mark.parametrize(
    "row",
    [
        "ana,zoe,ana,1,1",  # not on the roster
        "ana,ana,ana,1,1",
        "ana,7,007,1,1",
        "ana,7,ana,2,1",
        "ana,7,ana,-1,1",
        "ana,7,ana,0.5,1",
        "ana,7,ana,x,1",
        "ana,7,ana,1,1,1",
        "tie,7,7,1,1",
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path, row):
    path, ids = written_to(tmp_path, f"{LINES}{row}\n"), IDS[:6]
    with pytest.raises((ComparisonsError, TableError), match="line 3"):
        read_written_comparisons(path, ids)


def test_ids_that_mean_something_else_are_left_to_the_reader_of_fields(tmp_path):
    path = written_to(tmp_path, LINES.replace("ana", "nan"))
    assert written._as_written(path, IDS) is None
