"""A file of results loses nothing to kills and races, and notices what was changed."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from two_results import ONE, TWO

from icpc.experiments.results import append_result, read_results
from ranking.errors import RunError
from ranking.files.hashing import with_check, without_check

SUPPORT = Path(__file__).parents[2] / "support"
RACE = """
import sys
from dataclasses import replace
from pathlib import Path
from two_results import ONE
from icpc.experiments.results import append_result
for number in range(20):
    append_result(Path(sys.argv[1]), replace(ONE, probe_sha256=f"{sys.argv[2]} {number}"))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine" / "results.jsonl"


def test_results_are_read_as_they_were_written(path):
    append_result(path, ONE)
    append_result(path, TWO)
    append_result(path, ONE)  # the same test once more
    assert read_results(path) == [ONE, TWO]


def test_a_result_of_an_earlier_version_has_no_history(path):
    append_result(path, ONE)
    values = without_check(json.loads(path.read_text()))
    del values["history"], values["history_sha256"]
    path.write_text(json.dumps(with_check(values)) + "\n")
    assert read_results(path) == [ONE]


@pytest.mark.slow
def test_a_line_that_is_cut_off_anywhere_is_dropped_and_the_others_stay(path):
    append_result(path, ONE)
    whole = len(path.read_bytes())
    append_result(path, TWO)
    content = path.read_bytes()
    for length in range(whole, len(content) + 1):
        path.write_bytes(content[:length])
        kept = [ONE] if length < len(content) - 1 else [ONE, TWO]
        if length in (whole, len(content) - 1, len(content)):
            assert read_results(path) == kept
        append_result(path, replace(ONE, probe_sha256="c"))
        assert read_results(path) == [*kept, replace(ONE, probe_sha256="c")]


def test_a_line_that_was_changed_is_named(path):
    append_result(path, ONE)
    append_result(path, TWO)
    better = path.read_text().replace('"accuracy": 0.5', '"accuracy": 0.9')
    path.write_text(better)
    with pytest.raises(RunError, match="line 2: it is not what was written"):
        read_results(path)


def test_a_line_of_another_kind_is_named(path):
    path.parent.mkdir()
    path.write_text("{}\n")
    with pytest.raises(RunError, match="line 1"):
        read_results(path)
    with pytest.raises(RunError, match="No such file"):
        read_results(path.with_name("none.jsonl"))


@pytest.mark.slow
def test_four_processes_lose_no_line(path):
    processes = [
        subprocess.Popen([sys.executable, "-c", RACE, str(path), name], cwd=SUPPORT)
        for name in "wxyz"
    ]
    assert [one.wait() for one in processes] == [0] * 4
    assert len(read_results(path)) == 80
    assert len(path.read_text().splitlines()) == 80


def test_json_holds_no_numbers_that_json_has_not(path):
    append_result(path, ONE)
    assert json.loads(path.read_text())["metrics"]["AUC"] is None


def test_a_line_of_the_first_version_is_read(path):
    """It had no random, majority or hash of what was asked for."""
    later = ("random", "majority", "search_sha256")
    values = {name: value for name, value in asdict(ONE).items() if name not in later}
    path.parent.mkdir()
    path.write_text(json.dumps(with_check(values)) + "\n")
    assert read_results(path) == [ONE]
