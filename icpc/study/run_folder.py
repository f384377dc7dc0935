"""The folder of a run: its files are replaced all at once, or stay as they were.

Conventions
-----------
New files are written into a hidden folder within it. When all are there, that gets another name,
and they take the places of the old ones. A process that is killed before leaves the old run, and
one that is killed after it the new one: whoever next reads or writes the run moves what is left to
move, and removes what was not finished. One process at a time writes into a folder; others wait,
except on Windows.
"""

import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ranking.errors import RunError
from ranking.files.atomic import write_error, write_text
from ranking.files.records import check_values, read_record

if sys.platform != "win32":
    import fcntl

RECORD_FILE = "run.json"
PERMUTATIONS_FILE = "permutations.npy"
INPUTS = ("roster.csv", "comparisons.csv", "votes.csv", PERMUTATIONS_FILE)
PROBABILITIES_FILE = "rank-probabilities.csv"
FINDINGS_FILE = "findings.json"
FILES = (RECORD_FILE, *INPUTS, "ranking.csv", PROBABILITIES_FILE, FINDINGS_FILE)
REPORT_FIGURES = (
    "hitrate",
    "intervals",
    "head-to-head",
    "order-flips",
    "rounds",
    "upsets",
    "methods",
    "windows",
    "calibration",
)
REPORT_FILES = (
    "hitrate.csv",
    "report.html",
    *(f"{name}.{kind}" for name in REPORT_FIGURES for kind in ("png", "svg")),
)
UNFINISHED = ".unfinished-"
COMPLETE = ".complete"
NAMES_FILE = ".names.json"
WAITS, WAIT_SECONDS = 600, 0.1


@contextmanager
def replace_run(folder: Path) -> Iterator[Path]:
    """Give a new folder to write a run into; it replaces the run when the block ends without error.

    An earlier run is replaced with its report; files that are no run's stay.

    Raises
    ------
    RunError
        If the folder holds other things but no run, another process writes into it for a minute, or
        it cannot be written.
    """
    _refuse_other_things(folder)
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock_run(folder):
            _finish(folder)
            _sweep(folder)
            unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
            unfinished.mkdir()
            try:
                yield unfinished
                names = sorted(path.name for path in unfinished.iterdir())
                write_text(json.dumps({"names": names}), unfinished / NAMES_FILE)
                unfinished.rename(folder / COMPLETE)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                if new and not any(folder.iterdir()):
                    folder.rmdir()
                raise
            _finish(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    except RunError as error:
        hidden = Path(str(error.where))
        if not hidden.parent.name.startswith(UNFINISHED):
            raise
        raise _of_unfinished(folder / hidden.name, error) from None


@contextmanager
def lock_run(folder: Path) -> Iterator[None]:
    """Let no other process write into a run while the block runs; wait for one that does.

    The operating system ends a lock with its process, however it ends.

    Raises
    ------
    RunError
        If another process writes into it for a minute.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(WAITS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(WAIT_SECONDS)
        else:
            raise RunError(
                str(folder), "another process is writing a run here", "wait for it, and try again"
            )
        yield
    finally:
        os.close(handle)


def finish_replacing(folder: Path) -> None:
    """Move the files of a run that was complete when its process was killed.

    Raises
    ------
    RunError
        If they cannot be moved.
    """
    if (folder / COMPLETE).is_dir():
        try:
            with lock_run(folder):
                _finish(folder)
        except OSError as error:
            raise _unwritable(folder, error) from None


def _finish(folder: Path) -> None:
    """Move complete files into their places, the record last; it can be interrupted anywhere."""
    complete = folder / COMPLETE
    if not complete.is_dir():
        return
    if (complete / NAMES_FILE).exists():
        names = _names(complete / NAMES_FILE)
        if (complete / RECORD_FILE).exists():  # until then no run is finished in the folder
            (folder / RECORD_FILE).unlink(missing_ok=True)
        for name in {*FILES, *REPORT_FILES} - {*names}:
            (folder / name).unlink(missing_ok=True)
        for name in sorted(names, key=lambda one: one == RECORD_FILE):
            if (complete / name).exists():
                (complete / name).replace(folder / name)
    shutil.rmtree(complete)


def _names(path: Path) -> list[str]:
    """The files of a complete run, of those that a run can have: no other is moved."""
    try:
        names: list[str] = check_values(read_record(path), {"names": list[str]})["names"]
    except ValueError as error:
        what = f"not the files of a run ({error})"
        raise RunError(str(path.parent), what, "remove this folder") from None
    return [name for name in names if name in {*FILES, *REPORT_FILES}]


def _sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished."""
    for path in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path)
    for path in filter(_is_temporary, folder.iterdir()):
        path.unlink()


def _is_temporary(path: Path) -> bool:
    """Whether a file is one that an atomic write had not yet renamed."""
    name, _, token = path.name.removeprefix(".").rpartition(".")
    return path.name.startswith(".") and name in {*FILES, *REPORT_FILES} and len(token) == 16


def _refuse_other_things(folder: Path) -> None:
    """Refuse a file, and a folder with other files but no run."""
    if folder.exists() and not folder.is_dir():
        raise RunError(str(folder), "this is a file", "name a folder", key="out-folder")
    if not folder.exists() or (folder / RECORD_FILE).exists():
        return
    others = {path.name for path in folder.iterdir() if not _is_temporary(path)}
    others = {name for name in others if name != COMPLETE and not name.startswith(UNFINISHED)}
    others -= {*FILES, *REPORT_FILES}
    if others:
        raise RunError(
            str(folder),
            f"the folder has other files in it ({min(others)})",
            "name an empty or new folder",
        )


def _of_unfinished(path: Path, error: RunError) -> RunError:
    """The error of a hidden file, as that of the file that it would have become."""
    if error.key:
        return RunError(str(path), error.what, error.remedy, key="other-out")
    return RunError(str(path), error.what, f"{error.remedy}, and so is a run that was there before")


def _unwritable(folder: Path, error: OSError) -> RunError:
    kept = "a run that was there before stays"
    return write_error(RunError, folder, error, kept, key="other-out")
