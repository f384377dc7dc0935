"""Output that is lost is an error, and a terminal of no size prints nevertheless."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.output import print_line
from icpc.cli.streams import checked_streams

PROGRAM = f'"{sys.executable}" -c "from icpc.cli import app; app()"'


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.replace("judge", PROGRAM, 1),
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_stdout_is_said(unbuffered):
    done = shell("judge --version >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert done.stderr == (
        "judge: stdout cannot be written (No space left on device); what was printed is cut off\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX is needed")
def test_nothing_is_begun_where_stdout_is_closed():
    done = shell("judge demo >&-")
    assert done.returncode == 2
    assert done.stderr.startswith("judge: stdout is closed")


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX is needed")
def test_closed_stderr_and_stdin_disturb_nothing():
    done = shell("judge --version 2>&- <&-")
    assert (done.returncode, done.stdout) == (0, "judge 0.1.0\n")
    assert shell("judge nonsense 2>&-").returncode == 2


@pytest.mark.parametrize("columns", ["0", "²", "-1", ""])
def test_a_terminal_of_no_columns_prints_nevertheless(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    with checked_streams():
        print_line("what was found")
    assert capsys.readouterr().out == "what was found\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX is needed")
def test_nothing_is_begun_in_a_folder_that_was_removed(tmp_path):
    gone = tmp_path / "gone"
    done = shell(f"mkdir {gone} && cd {gone} && rmdir {gone} && {PROGRAM} competitions")
    assert done.returncode == 2
    assert done.stderr == "judge: the current folder: it was removed; change to another one (cd)\n"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "x: the disk is full; make room, and give the same command again: what was"),
        (errno.EROFS, "x: read-only file system; name a place on a disk that can be written"),
        (errno.EACCES, "x: permission denied; check who may read and write it"),
        (errno.EIO, "x: input/output error; check the disk, and give the same command again"),
    ],
)
def test_what_the_system_refuses_is_named_in_three_parts(monkeypatch, number, words):
    def refuse():
        raise OSError(number, os.strerror(number), "x")

    monkeypatch.setattr("icpc.workflows.competitions.list_competitions", refuse)
    result = CliRunner().invoke(app, ["competitions"])
    assert result.exit_code == 2
    assert words in result.stderr
