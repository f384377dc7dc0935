"""Other processes train what one process does, bit by bit."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from elsewhere import Pickling

from ranking.embeddings.bank_source import BankSource
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import EmbeddingStore
from ranking.errors import ClusterError
from ranking.probe import loop
from ranking.probe.remote import Elsewhere
from ranking.probe.search import SearchSettings, search_and_cross_validate
from ranking.probe.settings import TrainingSettings
from ranking.probe.state import SUFFIX
from ranking.tasks.judgements import read_labels
from ranking.tasks.registry import TASKS
from ranking.tasks.splits import folds_then_final_manifests
from ranking.workers.cluster import WorkersDiedError
from ranking.workers.executors import SerialExecutor

FRAMES, DIMENSION, SEGMENTS = 40, 40, 2
SPECTROGRAM = EncoderChoice("spectrogram")
NAMES = [f"r{number:02}" for number in range(18)]
GRID = (("batch_size", (3, 6)), ("learning_rate", (1e-3, 1e-2)))
SETTINGS = SearchSettings(TrainingSettings(epochs=2), grid=GRID, max_pairs=20)
LABELS = {
    "difficulty": {"grade": np.tile([2, 5, 8], 6)},
    "technique": {name: np.tile(np.eye(3, dtype=int)[c], 6) for c, name in enumerate("abc")},
    "expertise": {"level": np.tile([0, 1, 2], 6)},
}
OUTPUTS = {"difficulty": 3, "technique": 3, "expertise": 2}
OPTIONS = {"technique": {"labels": "a,b,c"}}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    store, rng = EmbeddingStore(tmp_path_factory.mktemp("store")), np.random.default_rng(0)
    key, recordings = cache_key_with_weights_hash(SPECTROGRAM), []
    for number, name in enumerate(NAMES):
        sha256 = f"{number:064x}"
        values = rng.standard_normal((SEGMENTS, FRAMES, DIMENSION)) + number % 3
        with store.open_writer(key, sha256, "float16") as writer:
            writer.add(values, [10.0] * SEGMENTS)
        recordings.append((name, sha256))
    return BankSource(store.folder, SPECTROGRAM, tuple(recordings), segments_per_window=SEGMENTS)


def questions(name, folder):
    """A task on windows of these segments, and the manifests of its folds."""
    task = replace(TASKS[name].task(OUTPUTS[name], **OPTIONS.get(name, {})), segments=SEGMENTS)
    path = folder / "labels.csv"
    pd.DataFrame({"recording": NAMES, **LABELS[name]}).to_csv(path, index=False)
    whole = read_labels(task.columns, task.takes_pairs, path)
    return task, folds_then_final_manifests(whole, 3, 0)


def same_head(one, other):
    return all(
        torch.equal(values, own)
        for values, own in zip(
            one.head.state_dict().values(), other.head.state_dict().values(), strict=True
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", LABELS)
def test_every_task_is_trained_as_here(source, tmp_path, name):
    """Folds of two batch sizes are stacks enough; what is pickled is the task itself."""
    task, manifests = questions(name, tmp_path)
    bank = source.open()
    here = search_and_cross_validate(task, manifests, bank, SETTINGS)
    there = search_and_cross_validate(
        task,
        manifests,
        bank,
        SETTINGS,
        resume_folder=tmp_path / "kept",
        elsewhere=Elsewhere(Pickling(), source),
    )
    assert same_head(there, here)
    pd.testing.assert_frame_equal(there.history, here.history, check_exact=True)
    assert there.test.estimate == here.test.estimate
    assert len(list((tmp_path / "kept").glob(f"*{SUFFIX}"))) == 2 * len(manifests)


def test_stacks_that_were_finished_are_not_trained_again(source, tmp_path):
    task, manifests = questions("difficulty", tmp_path)
    bank, steps = source.open(), []

    class Twice(Pickling):
        """Is broken off after two calls."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if len(steps) == 2:
                raise KeyboardInterrupt
            steps.append(fn)
            return super().submit(fn, *args, **kwargs)

    given = (task, manifests[-1:], bank, replace(SETTINGS, grid=(("batch_size", (2, 3, 6)),)))
    with pytest.raises(KeyboardInterrupt):
        search_and_cross_validate(
            *given, resume_folder=tmp_path, elsewhere=Elsewhere(Twice(), source)
        )
    with pytest.MonkeyPatch.context() as patch:
        trained, own = [], loop.Loop._step
        patch.setattr(loop.Loop, "_step", lambda *a: trained.append(1) or own(*a))
        again = search_and_cross_validate(
            *given, resume_folder=tmp_path, elsewhere=Elsewhere(Pickling(), source)
        )
    assert len(trained) == 2 * 2  # two epochs of the last batch size alone
    assert same_head(again, search_and_cross_validate(*given))


def test_workers_that_die_of_it_are_an_error_with_what_to_do(source, tmp_path):
    class Deadly(SerialExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(WorkersDiedError(2))
            return future

    task, manifests = questions("difficulty", tmp_path)
    with pytest.raises(ClusterError, match="2 of them died while they trained"):
        search_and_cross_validate(
            task, manifests, source.open(), SETTINGS, elsewhere=Elsewhere(Deadly(), source)
        )
