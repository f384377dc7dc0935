"""From nothing to a report, by the README alone: its commands as they stand there."""

import html
import re

import pytest
from readme import COMPETITORS, section, shell_blocks, write_recordings, write_sheet
from shell import run

BLOCKS = shell_blocks(section("A competition of your own"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "write", "names"),
    [("marks.xlsx", write_sheet, COMPETITORS), ("recitals", write_recordings, COMPETITORS[:8])],
)
def test_the_commands_of_the_readme_lead_to_a_report_of_all(
    tmp_path, monkeypatch, given, write, names
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    write(tmp_path / given)
    (block,) = (one for one in BLOCKS if given in one)
    done = run(f"set -e\n{block}")
    assert done.returncode == 0, done.stderr
    (page,) = re.findall(r"^\S+: (\S+report\.html)$", done.stdout, re.MULTILINE)
    text = html.unescape((tmp_path / page).read_text(encoding="utf-8"))
    assert all(name in text for name in names)
    assert f"{len(names)} candidates" in text
