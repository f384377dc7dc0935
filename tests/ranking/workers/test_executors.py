"""Wherever work runs, the result is the same; and no worker outlives the process that asked."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sounds import piano, write_sound

from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.store import CACHE_KEY_FILE
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.errors import EncoderError
from ranking.workers.executors import SerialExecutor, map_as_completed, process_executor

EXECUTORS = {
    "serial": SerialExecutor,
    "threads": lambda: ThreadPoolExecutor(2),
    "processes": lambda: process_executor(2, threads=1),
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    return [write_sound(folder / f"{n}.flac", piano(11 + n, 8_000, n), 8_000) for n in range(4)]


def hashes(store: Path) -> dict[str, str]:
    """The hash of every file of a store but locks."""
    return {
        str(path.relative_to(store)): hashlib.sha256(content(path)).hexdigest()
        for path in store.rglob("*")
        if path.is_file() and ".claims" not in path.parts
    }


def content(path: Path) -> bytes:
    """The bytes of a file; of a record without the number of threads, which workers choose."""
    if path.suffix != ".json" or path.name == CACHE_KEY_FILE:
        return path.read_bytes()
    record = json.loads(path.read_text())
    assert record["computation"].pop("threads") >= 1
    return json.dumps({name: record[name] for name in record if name != "check"}).encode()


@pytest.mark.parametrize(
    "executor",
    [
        pytest.param(executor, id=name, marks=[pytest.mark.slow] if name == "processes" else [])
        for name, executor in EXECUTORS.items()
    ],
)
def test_the_store_is_the_same_with_any_executor(recordings, tmp_path, executor):
    choices = (EncoderChoice("spectrogram"),)
    whole = list(embed_all(recordings, EmbeddingSettings(tmp_path / "usual", choices)))
    with executor() as own:
        done = list(embed_all(recordings, EmbeddingSettings(tmp_path / "own", choices), own))
        assert own.submit(len, "open").result() == 4  # it stays open
    assert {one.path for one in done} == {one.path for one in whole} == set(recordings)
    assert {one.status for one in done} == {"embedded"}
    assert hashes(tmp_path / "own") == hashes(tmp_path / "usual")


def test_a_serial_executor_gives_each_result_before_the_next_call_begins():
    begun, arguments = [], [(n,) for n in range(3)]
    for number in map_as_completed(SerialExecutor(), lambda n: begun.append(n) or n, arguments):
        assert begun == list(range(number + 1))


def test_closing_the_iterator_cancels_what_has_not_begun():
    begun = []
    with (
        ThreadPoolExecutor(1) as pool,
        closing(map_as_completed(pool, slowly(begun), [(n,) for n in range(100)])) as done,
    ):
        next(done)
    assert len(begun) < 50


def slowly(begun):
    def work(number):
        begun.append(number)
        time.sleep(0.01)

    return work


def test_a_serial_executor_raises_errors_as_they_are():
    with pytest.raises(ZeroDivisionError):
        list(map_as_completed(SerialExecutor(), lambda n: 1 // n, [(0,)]))


@pytest.mark.slow
def test_a_dead_worker_is_named(recordings, tmp_path):
    settings = EmbeddingSettings(tmp_path / "s", (EncoderChoice("spectrogram"),))
    with process_executor(1, threads=1) as pool:
        pool.submit(os._exit, 1)
        with pytest.raises(EncoderError, match=r"a worker process: it died \(of too little memory"):
            list(embed_all(recordings, settings, pool))


UNGUARDED = """
from pathlib import Path
from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.errors import EncoderError
settings = EmbeddingSettings(Path("store"), (EncoderChoice("spectrogram"),), workers=2)
try:
    list(embed_all([Path("a.flac"), Path("b.flac")], settings))
except EncoderError as error:
    print(error)
"""


@pytest.mark.slow  # three processes load torch
def test_a_script_without_a_main_guard_is_told_so(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    run = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "worker processes: they cannot begin: each first imports the script" in run.stdout
    assert 'under: if __name__ == "__main__":' in run.stdout


ORPHANS = """
import os, time
from ranking.workers.executors import process_executor
if __name__ == "__main__":
    pool = process_executor(1, threads=1)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600)
    time.sleep(600)
"""


@pytest.mark.slow
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return  # ended; nobody has asked for its exit code
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker outlived its parent")
