"""The folder of a run: its files are replaced all at once, or stay as they were, and are verified.

Conventions
-----------
New files are written into a hidden folder within it. When all are there, that gets another name,
and they take the places of the old ones. A process that is killed before leaves the old run, and
one that is killed after it the new one: whoever next reads or writes the run moves what is left to
move, and removes what was not finished. One process at a time writes into a folder; others wait,
except on Windows.
``SHA256SUMS`` has the hash of each file of a run, and ``sha256sum -c SHA256SUMS`` checks them. What
joins a run later, as a report does, is added to it. Runs of version 0.1.0 have none.
"""

import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ranking.errors import RunError
from ranking.files.atomic import write_error, write_text
from ranking.files.hashing import (
    SUMS_FILE,
    file_sha256,
    file_states,
    read_sums,
    with_check,
    without_check,
    write_sums,
)
from ranking.files.records import check_values, read_record

if sys.platform != "win32":
    import fcntl

RECORD_FILE = "run.json"
PERMUTATIONS_FILE, MARKS_FILE = "permutations.npy", "marks.csv"
INPUTS = ("roster.csv", "comparisons.csv", "votes.csv", MARKS_FILE, PERMUTATIONS_FILE)
PROBABILITIES_FILE, BETTER_FILE = "rank-probabilities.csv", "better-probabilities.csv"
KEPT = FINDINGS_FILE, INTERVALS_FILE = "findings.json", "intervals.json"
RANKED = ("ranking.csv", PROBABILITIES_FILE, BETTER_FILE)
FILES = (RECORD_FILE, SUMS_FILE, *INPUTS, *RANKED, *KEPT)
REPORT_FIGURES = (
    "hitrate",
    "intervals",
    "probabilities",
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
    with _unfinished(folder) as unfinished:
        yield unfinished
        write_sums(unfinished)


@contextmanager
def add_to_run(folder: Path, record_sha256: str = "") -> Iterator[Path]:
    """Give a new folder to write files into; they join a run when the block ends without error.

    Where the hash of its record is given, they join that run alone.

    Raises
    ------
    RunError
        If another process writes into the run for a minute, or has replaced it, or it cannot be
        written.
    """
    with _unfinished(folder) as unfinished:
        if record_sha256 not in ("", run_sha256(folder)):
            what = "another command has replaced this run since it was read"
            raise RunError(str(folder), what, "give the command again, or make the run again")
        yield unfinished
        with suppress(FileNotFoundError, ValueError):  # of a run without, or with damaged ones
            write_sums(unfinished, read_sums(folder / SUMS_FILE))


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A hidden folder, whose files move into the run when the block ends without error."""
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
                write_text(json.dumps(with_check({"names": names})), unfinished / NAMES_FILE)
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


def run_sha256(folder: Path) -> str:
    """Return the hash of a run's record, which no other run has; empty if there is none."""
    path = folder / RECORD_FILE
    return file_sha256(path) if path.is_file() else ""


def load_sums(folder: Path) -> dict[str, str] | None:
    """Return the hash of each file of a run by name; None for a run of an earlier version.

    Raises
    ------
    RunError
        If ``SHA256SUMS`` is damaged or cannot be read.
    """
    path = folder / SUMS_FILE
    try:
        return read_sums(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        remedy = "make the run again, or remove this file to read the run unchecked"
        raise RunError(str(path), f"damaged: {error}", remedy) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def verify_files(folder: Path) -> dict[str, str]:
    """Return what became of each file of a run: unchanged, changed, missing or added.

    Hidden files are left out.

    Raises
    ------
    RunError
        If a file cannot be read, or the run has no hashes.
    """
    finish_replacing(folder)
    try:
        sha256 = read_sums(folder / SUMS_FILE)
    except ValueError:
        return {SUMS_FILE: "changed"}
    except FileNotFoundError:
        if not (folder / RECORD_FILE).is_file():
            raise no_run(folder) from None
        what = f"a run of an earlier version, without {SUMS_FILE}: what changed cannot be told"
        raise RunError(str(folder), what, "make the run again") from None
    except OSError as error:
        raise _unreadable(folder / SUMS_FILE, error) from None
    try:
        return file_states(folder, sha256)
    except OSError as error:
        raise _unreadable(Path(error.filename or folder), error) from None


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
        if RECORD_FILE in names:  # a new run; other files join the one that is there
            for name in {*FILES, *REPORT_FILES} - {*names}:
                (folder / name).unlink(missing_ok=True)
        for name in sorted(names, key=lambda one: one == RECORD_FILE):
            if (complete / name).exists():
                (complete / name).replace(folder / name)
    shutil.rmtree(complete)


def _names(path: Path) -> list[str]:
    """The files of a complete run, of those that a run can have: no other is moved."""
    try:
        record = without_check(read_record(path))
        names: list[str] = check_values(record, {"names": list[str]})["names"]
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


def no_run(folder: Path) -> RunError:
    """Return the error of a folder without a run."""
    return RunError(str(folder), "no finished run (no run.json)", "name a run", key="make-run")


def _unreadable(path: Path, error: OSError) -> RunError:
    what = f"it cannot be read ({error.strerror})"
    return RunError(str(path), what, "check its permissions")
