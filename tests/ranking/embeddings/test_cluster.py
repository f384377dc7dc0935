"""A cluster of processes embeds as one process does, whatever dies."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest
import torch
from hear_modules import CODE
from sounds import piano, write_sound

from ranking import __version__
from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import (
    EmbeddingSettings,
    embed_all,
    embedding_facts,
)
from ranking.errors import ClusterError
from ranking.storage.addresses import StoreAddress
from ranking.storage.objects import open_storage
from ranking.workers.cluster import Cluster

RATE = 8_000
DEADLY = CODE.replace(
    "    level =",
    "    import os, signal, time\n"
    "    time.sleep(0.2)\n"
    "    if audio.abs().max() > 0.8:\n"
    "        os.kill(os.getpid(), signal.SIGKILL)\n"
    "    level =",
)
"""An encoder that takes its time, and is killed by loud recordings."""


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    return [write_sound(folder / f"{n}.flac", piano(11 + n % 12, RATE, n), RATE) for n in range(40)]


@pytest.fixture(scope="module")
def recordings(forty):
    return forty[:12]


@pytest.fixture
def deadly(tmp_path):
    module = tmp_path / "deadly.py"
    module.write_text(DEADLY)
    return (EncoderChoice(f"hear:{module}"),)


def contents(store):
    """Every file of a store but locks, by name."""
    return {
        path.relative_to(store): path.read_bytes()
        for path in store.rglob("*")
        if path.is_file() and ".claims" not in path.parts
    }


def worker_pids():
    children = psutil.Process().children()
    return [one.pid for one in children if any("spawn_main" in word for word in one.cmdline())]


@pytest.mark.slow
def test_two_processes_embed_as_one_does(recordings, tmp_path, monkeypatch):
    """The same bytes, records among them, though workers have their own working folder."""
    choices = (EncoderChoice("spectrogram"),)
    list(embed_all(recordings, EmbeddingSettings(tmp_path / "one", choices)))
    monkeypatch.chdir(tmp_path)
    two = EmbeddingSettings(tmp_path / "two", choices, cluster=Cluster(workers=2))
    outcomes = list(embed_all(recordings, two))
    assert {one.path for one in outcomes} == set(recordings)
    assert {one.status for one in outcomes} == {"embedded"}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert not list((tmp_path / "two" / ".claims").glob("cluster-*"))
    assert {one.status for one in embed_all(recordings, two)} == {"cached"}


@pytest.mark.slow
def test_a_worker_that_is_killed_is_survived(forty, deadly, tmp_path):
    choices = (EncoderChoice("spectrogram"), *deadly)
    list(embed_all(forty, EmbeddingSettings(tmp_path / "one", choices)))
    two = EmbeddingSettings(tmp_path / "two", choices, cluster=Cluster(workers=2))
    outcomes = []
    for outcome in embed_all(forty, two):
        if not outcomes:
            os.kill(worker_pids()[0], signal.SIGKILL)
        outcomes.append(outcome)
    assert {one.path for one in outcomes} == set(forty)
    assert {one.status for one in outcomes} == {"embedded"}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


@pytest.mark.slow
def test_a_recording_that_kills_two_workers_is_named_and_the_rest_embedded(
    recordings, deadly, tmp_path
):
    loud = write_sound(tmp_path / "loud.flac", 1.8 * piano(12, RATE, 99), RATE)
    settings = EmbeddingSettings(tmp_path / "s", deadly, cluster=Cluster(workers=2))
    outcomes = list(embed_all([recordings[0], loud, *recordings[1:]], settings))
    (bad,) = (one for one in outcomes if one.status != "embedded")
    assert (bad.path, bad.status) == (loud, "invalid")
    assert str(bad.error).startswith(f"{loud}: 2 workers died while they embedded it; leave it out")
    assert len(outcomes) == len(recordings) + 1


@contextmanager
def running(program, *arguments):
    """A program of Dask, and the first line that it prints of an address."""
    threads = str(torch.get_num_threads())
    process = subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *arguments, "--no-dashboard"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
    )
    try:
        with process.stderr:
            lines = (line.split()[-1] for line in process.stderr if "tcp://" in line)
            yield process, next(lines)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_same_work_goes_on_after_a_scheduler_that_died(recordings, deadly, tmp_path):
    store = tmp_path / "s"
    with (
        running("dask_scheduler", "--host", "127.0.0.1", "--port", "0") as (scheduler, address),
        running("dask_worker", address, "--nthreads", "1", "--no-nanny"),
    ):
        done = []
        settings = EmbeddingSettings(store, deadly, cluster=Cluster(address))
        with pytest.raises(ClusterError) as lost:
            for outcome in embed_all(recordings, settings):
                scheduler.kill()
                done.append(outcome)
    assert str(lost.value).startswith(
        f"scheduler {address}: the connection to the scheduler was lost; start it again"
    )
    assert 1 <= len(done) < len(recordings)
    before = contents(store)
    again = list(embed_all(recordings, EmbeddingSettings(store, deadly)))
    statuses = {one.path: one.status for one in again}
    assert {statuses[one.path] for one in done} == {"cached"}
    assert "embedded" in statuses.values()
    assert before.items() <= contents(store).items()


@pytest.mark.slow
def test_a_worker_with_other_threads_is_refused(recordings, tmp_path):
    settings = EmbeddingSettings(tmp_path, (EncoderChoice("spectrogram"),))
    threads = torch.get_num_threads()
    with (
        running("dask_scheduler", "--host", "127.0.0.1", "--port", "0") as (_, address),
        running("dask_worker", address, "--nthreads", "1", "--no-nanny"),
    ):
        torch.set_num_threads(threads + 1)
        try:
            with pytest.raises(ClusterError, match=r"worker tcp://127.0.0.1:\d+: threads is "):
                list(embed_all(recordings, replace(settings, cluster=Cluster(address))))
        finally:
            torch.set_num_threads(threads)
    assert not contents(tmp_path)


@pytest.mark.slow
def test_workers_write_to_a_bucket_what_one_process_writes_to_a_folder(recordings, tmp_path, s3):
    choices, some = (EncoderChoice("spectrogram"),), recordings[:4]
    list(embed_all(some, EmbeddingSettings(tmp_path / "one", choices)))
    address = StoreAddress(f"s3://{s3.new_bucket()}/archive", tmp_path / "copies")
    two = EmbeddingSettings(address, choices, cluster=Cluster(workers=2))
    assert {one.status for one in embed_all(some, two)} == {"embedded"}
    found = open_storage(replace(address, cache=tmp_path / "elsewhere"))
    assert {name: found.fetch(name).read_bytes() for name in found.names()} == {
        name.as_posix(): content for name, content in contents(tmp_path / "one").items()
    }


def test_what_bytes_depend_on_is_known(tmp_path):
    settings = EmbeddingSettings(tmp_path, (EncoderChoice("spectrogram", precision="bfloat16"),))
    with EmbeddingStore(tmp_path).visible_file() as in_store:
        facts = embedding_facts(settings, in_store)
    assert facts["judge"] == __version__
    assert facts["torch"] == torch.__version__
    assert facts["threads"] == torch.get_num_threads()
    assert facts["device"] == "cpu"
    assert str(facts["precision"]).partition(" ")[0] == "bfloat16"
    assert facts["store"] == str(tmp_path)
    assert embedding_facts(settings, in_store)["store"] == "another folder"
