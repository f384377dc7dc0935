"""Files and command lines of version 0.1.0 still work, each old name with one remark."""

import json
import shutil
from collections import Counter
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.renamed import OLD_NAMES_IN_USE, RENAMED_OPTIONS
from ranking.deprecation import UNTIL

DATA = Path(__file__).parents[1] / "data"
CUP, RUN = "competition-0.1.0", "run-0.1.0"
ROSTER = ("--roster", f"{CUP}/roster.csv")
COLUMNS = {"games": "comparisons"}
COUNTED = ["candidate", "wins", "comparisons", "win_rate", "reached", "passed"]
"""Columns that no change of strengths or intervals touches."""
IN_TOML = ("comparisons_note", "panel_note", "stages")
IN_RECORD = ("verdicts", "note", "passed_from", "by", "position")
NOW = RENAMED_OPTIONS | {
    "comparisons_note": "comparisons_remark",
    "panel_note": "panel_remark",
    "stages": "panel_rounds",
    "verdicts": "comparisons",
    "note": "remark",
    "passed_from": "passing_score",
    "by": "method",
    "position": "first_window",
    "stage": "round",
}
PRINTED = {
    "comparisons": (("rank", *ROSTER), IN_TOML),
    "win-rate": (("rank", *ROSTER, "--by", "win-rate"), ("--by", *IN_TOML)),
    "semifinal": (("rank", *ROSTER, "--stage", "semifinal"), ("--stage", "stage", *IN_TOML)),
    "panel": (
        ("rank", *ROSTER, "--panel", f"{CUP}/panel.csv", "--stage", "first"),
        ("--stage", "stage", *IN_TOML),
    ),
    "hitrate": (("hitrate", *ROSTER, "--passed-from=1"), ("--passed-from", *IN_TOML)),
    "votes": (("rank", *ROSTER, "--votes", f"{CUP}/votes.csv"), ("position", *IN_TOML)),
    "run-hitrate": (("hitrate", "--run", RUN), IN_RECORD),
}
"""What version 0.1.0 printed: its command, and the old names in the command and its files."""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with the files of version 0.1.0."""
    monkeypatch.chdir(tmp_path)
    for folder in (CUP, RUN):
        shutil.copytree(DATA / folder, folder)


def judge(*arguments):
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


def renamings(stderr: str) -> Counter[str]:
    """How often each old name is said to have a new one, in remarks that say until when."""
    remarks = [line for line in stderr.splitlines() if UNTIL in line]
    return Counter(
        name
        for line in remarks
        for name in NOW
        if f"{name!r} is now {NOW[name]!r}" in line
        or line.startswith(f"{name} is now {NOW[name]};")
    )


@pytest.mark.parametrize("name", PRINTED)
def test_a_command_prints_what_it_printed_and_one_remark_on_each_old_name(name):
    arguments, old = PRINTED[name]
    result = judge(*arguments, "--format", "csv")
    before = pd.read_csv(DATA / CUP / "printed" / f"{name}.csv").rename(columns=COLUMNS)
    after = pd.read_csv(StringIO(result.stdout))
    assert list(after)[: before.shape[1]] == list(before)
    own, others = (
        table.filter(COUNTED).sort_values("candidate", ignore_index=True)
        for table in (after, before)
    )
    pd.testing.assert_frame_equal(own, others)
    assert renamings(result.stderr) == Counter(old)


@pytest.mark.parametrize("name", ["semifinal", "run-hitrate"])
def test_remarks_leave_json_as_it_is(name):
    arguments, old = PRINTED[name]
    result = judge(*arguments, "--format", "json")
    table = pd.read_csv(StringIO(judge(*arguments, "--format", "csv").stdout))
    assert pd.DataFrame(json.loads(result.stdout)).shape == table.shape
    assert renamings(result.stderr) == Counter(old)


@pytest.mark.slow
def test_accuracies_of_a_run_are_the_same():
    result = judge("check", "--run", RUN, "--format", "csv")
    before = pd.read_csv(DATA / CUP / "printed" / "run-check.csv").set_index("check")["value"]
    after = pd.read_csv(StringIO(result.stdout)).set_index("check")["value"]
    same = [check for check in before.index if "accuracy" in check or check == "F1"]
    assert same
    assert after[same].tolist() == before[same].tolist()
    assert renamings(result.stderr) == Counter(IN_RECORD)


def test_a_report_is_written_into_a_run_whose_record_stays_as_it_is():
    before = Path(RUN, "run.json").read_bytes()
    result = judge("report", "--run", RUN)
    assert Path(RUN, "report.html").is_file()
    assert Path(RUN, "run.json").read_bytes() == before
    assert set(renamings(result.stderr)) == set(IN_RECORD)


def test_a_run_is_compared_with_one_of_today():
    judge("rank", *ROSTER, "--votes", f"{CUP}/votes.csv", "--out", "today")
    same = judge("compare", RUN, "today", "--format", "json")
    assert json.loads(same.stdout)[0]["tau"] == 1
    assert renamings(same.stderr) == Counter(IN_RECORD)


def test_the_old_word_for_what_is_resampled_is_read():
    asked = ("rank", *ROSTER, "--format", "csv", "--resample")
    old, new = judge(*asked, "candidates"), judge(*asked, "auto")
    assert old.stdout == new.stdout
    assert "resample: 'candidates' is now 'auto'." in old.stderr


def options():
    """Every option of every command, by its words, and whether it is a flag."""
    found = {}
    commands = [((), get_command(app))]
    while commands:
        words, command = commands.pop()
        names = command.list_commands(None) if hasattr(command, "list_commands") else ()
        commands += [((*words, name), command.get_command(None, name)) for name in names]
        for parameter in command.params:
            for option in parameter.opts:
                found.setdefault(option, (words, getattr(parameter, "is_flag", False)))
    return found


@pytest.mark.parametrize("old", RENAMED_OPTIONS)
def test_an_old_option_is_read_and_not_shown(old):
    found = options()
    assert old not in found or old in OLD_NAMES_IN_USE[found[old][0][0]]
    command, flag = found[RENAMED_OPTIONS[old]]
    result = judge(*command, old, *([] if flag else ["1"]), "--help")
    assert result.stderr == f"{old} is now {RENAMED_OPTIONS[old]}; the old name works until " + (
        f"version {UNTIL}.\n"
    )
    assert old not in result.stdout.split()
