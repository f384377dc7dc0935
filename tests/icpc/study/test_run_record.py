"""Whatever is written in run.json, it is the record of a run or refused in words."""

import copy
import json
import shutil
import warnings
from pathlib import Path

import pytest

from icpc.study.runs import load_run, load_run_record
from ranking.deprecation import RenamedWarning
from ranking.errors import JudgeError, RunError

pytestmark = pytest.mark.filterwarnings("ignore::ranking.errors.FileWarning")  # without hashes
KEPT = Path(__file__).parents[2] / "data" / "run-0.1.0"
HOSTILE = (
    None,
    True,
    -1,
    2**70,
    float("nan"),
    "",
    "../x",
    "\0",
    [],
    {},
    [[]],
    {"a": 1},
    ["a", "a"],
)


@pytest.fixture
def run(tmp_path):
    """A run, its record under today's names."""
    shutil.copytree(KEPT, tmp_path / "run")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RenamedWarning)
        record = load_run_record(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    return tmp_path / "run"


def places(value, place=()):
    yield place
    inner = value.items() if isinstance(value, dict) else ()
    for name, one in inner:
        yield from places(one, (*place, name))


def replaced(values, place, new):
    if not place:
        return new
    values = copy.deepcopy(values)
    inner = values
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = new
    return values


def test_every_value_may_be_anything(run):
    record = json.loads((run / "run.json").read_text())
    record["provenance"] = {"fit": {"fold": {"anna": 1}}, "ranker": {}, "recordings": {}}
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RenamedWarning)
        for place in places(record):
            for new in HOSTILE:
                (run / "run.json").write_text(json.dumps(replaced(record, place, new)))
                try:
                    load_run_record(run)
                except JudgeError:
                    refused += 1
    assert refused > 300


@pytest.mark.filterwarnings("ignore::ranking.deprecation.RenamedWarning")
@pytest.mark.parametrize(
    ("place", "new", "what"),
    [
        (("settings", "seed"), -1, "a seed is not negative"),
        (("settings", "seed"), 2**70, "'seed' is"),
        (("competition", "rounds"), "final", "'rounds' is 'final'"),
        (("comparisons", "passing_score"), float("nan"), "a score that is no number"),
        (("written", "../../../etc/passwd"), "0" * 64, "is no file of a run"),
        (("provenance",), {"fit": {"fold": [1]}}, "'fold' is"),
    ],
)
def test_what_is_wrong_is_said(run, place, new, what):
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(replaced(record, place, new)))
    with pytest.raises(JudgeError, match=what):
        load_run(run)


def test_what_is_no_json_is_refused(run):
    for content in (b"", b"\xff", b"[" * 100_000, b'{"a":' + b"1" * 5000 + b"}"):
        (run / "run.json").write_bytes(content)
        with pytest.raises(RunError, match="not the record of a run"):
            load_run_record(run)
