"""Other processes compare what one process does, bit by bit."""

import os
import signal
from concurrent.futures import Future
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
from elsewhere import Pickling
from heads import lively_head

from ranking.embeddings.bank_source import BankSource
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import open_cluster_for_bank
from ranking.errors import ClusterError
from ranking.judging import all_pairs
from ranking.judging.compare import Pairing, ResultCache, compare_windows
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.remote import RemoteRanker
from ranking.judging.selected_pairs import Selection, compare_selected_windows
from ranking.network.factorised import FactorisedHead
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Record
from ranking.progress import Progress
from ranking.workers.cluster import Cluster, WorkersDiedError
from ranking.workers.executors import SerialExecutor

FRAMES, DIMENSION = 20, 30
SPECTROGRAM = EncoderChoice("spectrogram")
SEGMENTS = {"dov": 75, "ann": 46, "cyd": 30, "bea": 5, "eve": 61}  # windows: 3, 2, 1, 1, 2


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    store, rng = EmbeddingStore(tmp_path_factory.mktemp("store")), np.random.default_rng(0)
    key, recordings = cache_key_with_weights_hash(SPECTROGRAM), []
    for number, (name, count) in enumerate(SEGMENTS.items()):
        sha256 = f"{number:064x}"
        with store.open_writer(key, sha256, "float16") as writer:
            writer.add(rng.standard_normal((count, FRAMES, DIMENSION)), [10.0] * count)
        recordings.append((name, sha256))
    return BankSource(store.folder, SPECTROGRAM, tuple(recordings))


@pytest.fixture
def ranker():
    config = HeadConfig(FRAMES, DIMENSION, 2, inputs=2)
    record = Record("expertise-2", cache_key_with_weights_hash(SPECTROGRAM), config)
    return ProbeRanker(lively_head(config), record)


@pytest.fixture(scope="module")
def elsewhere(source):
    return lambda ranker: RemoteRanker(ranker.head, ranker.record, source)


@pytest.mark.parametrize("windows", ["aligned", "all"])
def test_all_pairs_are_compared_as_here(source, ranker, elsewhere, windows, monkeypatch):
    three = 3 * FactorisedHead(ranker.head).bytes_per_window
    monkeypatch.setattr(all_pairs, "MAX_BYTES", 2 * three)
    bank = source.open()
    here = compare_windows(ranker, bank, Pairing(windows))
    there = compare_windows(elsewhere(ranker), bank, Pairing(windows), executor=Pickling())
    pd.testing.assert_frame_equal(there, here, check_exact=True)
    assert here["p_first"].std() > 0.01


@pytest.mark.parametrize("rule", ["swiss", "random"])
def test_chosen_pairs_are_compared_as_here(source, ranker, elsewhere, rule):
    bank, chosen = source.open(), Selection(rule, number=7)
    here = compare_selected_windows(ranker, bank, chosen)
    there = compare_selected_windows(elsewhere(ranker), bank, chosen, executor=Pickling())
    pd.testing.assert_frame_equal(there.votes, here.votes, check_exact=True)


def test_another_ranker_on_the_same_bank_is_not_the_one_before(source, ranker, elsewhere):
    bank, other = source.open(), ProbeRanker(lively_head(ranker.head.config, seed=1), ranker.record)
    votes = [compare_windows(elsewhere(one), bank, executor=Pickling()) for one in (ranker, other)]
    for own, there in zip((ranker, other), votes, strict=True):
        pd.testing.assert_frame_equal(there, compare_windows(own, bank), check_exact=True)
    assert not votes[0].equals(votes[1])


def test_what_is_cached_here_is_not_computed_there(source, ranker, elsewhere, tmp_path):
    class Nobody(SerialExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise AssertionError

    bank, cache = source.open(), ResultCache(tmp_path, {})
    here = compare_windows(ranker, bank, cache=cache)
    there = compare_windows(elsewhere(ranker), bank, cache=cache, executor=Nobody())
    pd.testing.assert_frame_equal(there, here, check_exact=True)


def test_workers_that_die_of_it_are_an_error_with_what_to_do(source, ranker, elsewhere):
    class Deadly(SerialExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(WorkersDiedError(2))
            return future

    with pytest.raises(ClusterError, match="2 of them died while they compared windows"):
        compare_windows(elsewhere(ranker), source.open(), executor=Deadly())


@pytest.mark.slow
def test_a_cluster_compares_as_one_process_though_a_worker_is_killed(source, ranker, elsewhere):
    bank = source.open()
    here = compare_windows(ranker, bank, Pairing("all"))
    killed = []

    class Killing(Progress):
        def advance(self, steps: float = 1, detail: str = "") -> None:
            if steps and not killed:
                workers = [
                    one.pid
                    for one in psutil.Process().children()
                    if any("spawn_main" in word for word in one.cmdline())
                ]
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])

    with open_cluster_for_bank(Cluster(workers=2), source, 1) as executor:
        pairing = Pairing("all")
        remotely = elsewhere(ranker)
        there = compare_windows(remotely, bank, pairing, executor=executor, progress=Killing())
    assert killed
    pd.testing.assert_frame_equal(there, here, check_exact=True)
