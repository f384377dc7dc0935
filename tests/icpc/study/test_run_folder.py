"""The files of a run are replaced all at once, whenever a process ends, and by one at a time."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from icpc.study import run_folder
from icpc.study.run_folder import (
    COMPLETE,
    FILES,
    REPORT_FILES,
    add_to_run,
    finish_replacing,
    lock_run,
    replace_run,
)
from icpc.study.runs import load_run, save_run
from ranking.errors import RunError
from ranking.files.hashing import SUMS_FILE, read_sums, with_check

OLD = {"run.json": "old", "ranking.csv": "old", "report.html": "old", "votes.csv": "old"}
NEW = {"run.json": "new", "ranking.csv": "new", "comparisons.csv": "new"}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def contents(folder: Path) -> dict[str, str]:
    """The files of a folder, but for their hashes."""
    files = [path for path in folder.iterdir() if path.is_file() and path.name != SUMS_FILE]
    return {path.name: path.read_text() for path in files}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write(folder, OLD)
    return folder


def replace(folder: Path) -> None:
    with replace_run(folder) as new:
        write(new, NEW)


def test_a_run_is_replaced_with_its_report_and_other_files_stay(folder):
    (folder / "diary.txt").write_text("mine")
    replace(folder)
    assert contents(folder) == {**NEW, "diary.txt": "mine"}
    assert read_sums(folder / SUMS_FILE).keys() == NEW.keys()
    assert not [path for path in folder.iterdir() if path.is_dir()]


@pytest.mark.parametrize("there", [True, False])
def test_a_run_that_cannot_be_written_leaves_what_was_there(folder, there):
    folder = folder if there else folder / "new"
    with pytest.raises(RunError, match="the disk is full"), replace_run(folder) as new:
        write(new, {"ranking.csv": "half"})
        raise RunError(str(new / "comparisons.csv"), "the disk is full", "make room")
    assert (contents(folder) == OLD) if there else not folder.exists()


def test_the_error_names_the_file_and_not_the_hidden_one(folder):
    with pytest.raises(RunError) as caught, replace_run(folder) as new:
        raise RunError(str(new / "votes.csv"), "the disk is full", "make room: work is kept")
    assert str(caught.value) == (
        f"{folder / 'votes.csv'}: the disk is full; make room: work is kept, and so is a run that "
        "was there before"
    )


class Killed(BaseException):
    """What no handler of the program stops."""


def kill_before_move(monkeypatch, folder: Path, at: int) -> None:
    """End the program before the step of that number, of those after all files are there."""
    steps = iter(range(99))

    def killed(function):
        def step(*given, **named):
            if (folder / COMPLETE).is_dir() and next(steps) == at:
                raise Killed
            return function(*given, **named)

        return step

    for name in ("unlink", "replace"):
        monkeypatch.setattr(Path, name, killed(getattr(Path, name)))
    monkeypatch.setattr(shutil, "rmtree", killed(shutil.rmtree))


STEPS = len({*FILES, *REPORT_FILES} - {*NEW}) + len(NEW) + 2
"""Files that go, files that come, the old record, and the empty folder."""


@pytest.mark.parametrize("at", range(STEPS))
def test_killed_while_files_are_moved_the_next_call_moves_the_rest(folder, monkeypatch, at):
    with monkeypatch.context() as patch:
        kill_before_move(patch, folder, at)
        with pytest.raises(Killed):
            replace(folder)
    there = {**contents(folder), **contents(folder / COMPLETE)}
    assert there.items() >= NEW.items()
    assert contents(folder).get("run.json") in ("old" if at == 0 else None, "new", None)
    finish_replacing(folder)
    assert contents(folder) == NEW
    assert not (folder / COMPLETE).exists()


def _killed_within(folder: Path) -> None:
    with replace_run(folder) as new:
        write(new, {"ranking.csv": "half"})
        os.kill(os.getpid(), signal.SIGKILL)


def _hold(folder: Path, ready) -> None:
    with lock_run(folder):
        ready.set()
        time.sleep(60)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal, and no such lock")
def test_a_killed_process_leaves_the_old_run_and_the_same_call_works(folder):
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_killed_within, args=(folder,))
    process.start()
    process.join()
    assert contents(folder) == OLD
    (folder / f".run.json.{'ab' * 8}").write_text("half")  # of an atomic write
    replace(folder)
    assert contents(folder) == NEW
    assert len([*folder.iterdir()]) == len(NEW) + 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such lock")
def test_one_process_at_a_time_writes_and_the_others_are_told(folder, monkeypatch):
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=_hold, args=(folder, ready))
    process.start()
    assert ready.wait(30)
    monkeypatch.setattr(run_folder, "WAITS", 2)
    with pytest.raises(RunError, match="another process is writing a run here"):
        replace(folder)
    assert contents(folder) == OLD
    process.kill()
    process.join()
    replace(folder)
    assert contents(folder) == NEW


def test_only_temporary_files_of_a_killed_process_are_no_other_files(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / f".ranking.csv.{'0' * 16}").write_text("half")
    (folder / ".unfinished-1234").mkdir()
    replace(folder)
    assert contents(folder) == NEW


def test_a_run_that_was_complete_is_read(study2015, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        kill_before_move(patch, folder, 1)
        with pytest.raises(Killed):
            save_run(study2015, folder)
    assert not (folder / "run.json").exists()
    pd.testing.assert_frame_equal(load_run(folder).ranking, study2015.ranking)
    assert (folder / "run.json").exists()


def test_no_other_file_is_moved_than_those_of_a_run(tmp_path):
    complete = tmp_path / "run" / ".complete"
    complete.mkdir(parents=True)
    (tmp_path / "run" / "x").write_text("mine")
    (complete / ".names.json").write_text(
        json.dumps(with_check({"names": ["../../outside", "../x"]}))
    )
    (tmp_path / "outside").write_text("stays")
    finish_replacing(tmp_path / "run")
    assert (tmp_path / "outside").read_text() == "stays"
    assert (tmp_path / "run" / "x").read_text() == "mine"
    complete.mkdir()
    (complete / ".names.json").write_text("[]")
    with pytest.raises(RunError, match="not the files of a run"):
        finish_replacing(tmp_path / "run")


def test_what_belongs_to_a_run_that_was_replaced_does_not_join_the_next(folder):
    read = run_folder.run_sha256(folder)
    with add_to_run(folder, read) as new:
        write(new, {"report.html": "of the old"})
    replace(folder)
    replaced = pytest.raises(RunError, match="another command has replaced this run")
    with replaced, add_to_run(folder, read) as new:
        write(new, {"report.html": "of the old"})
    assert "report.html" not in contents(folder)
