"""Order of appearance, day and session in files of marks."""

from pathlib import Path

import pytest

from ranking.errors import JudgeError
from ranking.files.names import Names
from ranking.panel.positions import read_positions

NAMES = Names(["zoe", "bo"], ["Zoë Müller", "Bo Li"])


def written(folder: Path, header: str, *lines: str) -> Path:
    path = folder / "marks.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def test_one_position_of_each_candidate_in_a_round(tmp_path):
    path = written(
        tmp_path,
        "round,juror,candidate,mark,appearance,day",
        "first,A,zoe,20,2,2025-10-04",
        "first,B,Zoe Muller,21,,2025-10-04",
        "first,A,bo,18,1,2025-10-03",
        "final,A,bo,18,7,2025-10-20",
    )
    table = read_positions(path, NAMES)
    assert table.to_dict("list") == {
        "round": ["first", "first", "final"],
        "candidate": ["zoe", "bo", "bo"],
        "appearance": [2, 1, 7],
        "day": [2, 1, 18],
    }


def test_a_file_without_positions_has_none(tmp_path):
    path = written(tmp_path, "juror,candidate,mark", "A,zoe,20", "A,bo,21")
    assert read_positions(path, NAMES).empty
    wide = written(tmp_path, "candidate,A,B", "zoe,20,21", "bo,18,17")
    assert read_positions(wide, NAMES).empty


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("session", "evening", "line 3: 'session' is 'evening', which is not a number"),
        ("day", "2025-13-40", "no date"),
        ("appearance", "3", "line 3: 'appearance' of 'zoe' is 3, and 1 before"),
    ],
)
def test_what_is_no_position_is_refused(tmp_path, column, value, words):
    path = written(tmp_path, f"juror,candidate,mark,{column}", "A,zoe,20,1", f"B,zoe,21,{value}")
    with pytest.raises(JudgeError) as caught:
        read_positions(path, NAMES)
    assert words in str(caught.value)
