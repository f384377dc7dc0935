"""Which recordings of a manifest a probe is evaluated on, and by which task."""

import pandas as pd
import pytest

from icpc.probes.evaluate import evaluated_part, task_of
from ranking.embeddings.cache_key import CacheKey
from ranking.errors import TableError
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Record
from ranking.tasks.manifest import Manifest


def manifest(*splits):
    names = [f"r{number}" for number in range(len(splits))]
    table = pd.DataFrame({"recording": names, "group": names, "split": splits, "grade": 1.0})
    return Manifest("mine.csv", table)


def recordings(manifest):
    assert (manifest.recordings["split"] == "test").all()
    return manifest.recordings["recording"].tolist()


def test_the_test_split_is_evaluated_unless_another_is_asked_for():
    own = manifest("train", "val", "test", "test")
    assert recordings(evaluated_part(own)) == ["r2", "r3"]
    assert recordings(evaluated_part(own, "val")) == ["r1"]
    assert recordings(evaluated_part(own, "all")) == ["r0", "r1", "r2", "r3"]


def test_without_splits_every_recording_is_evaluated():
    assert recordings(evaluated_part(manifest("", ""))) == ["r0", "r1"]
    with pytest.raises(TableError, match=r"mine\.csv: it has no column split; ask for all"):
        evaluated_part(manifest("", ""), "test")


def test_a_split_without_recordings_is_refused():
    with pytest.raises(TableError, match="no recording is in test; choose train, val or all"):
        evaluated_part(manifest("train", "val"))


def test_pairs_go_with_their_recordings():
    own = manifest("train", "test", "test")
    pairs = pd.DataFrame({"first": ["r0", "r1"], "second": ["r1", "r2"], "winner": ["r0", "r2"]})
    found = evaluated_part(Manifest("mine.csv", own.recordings, pairs))
    assert found.pairs.to_numpy().tolist() == [["r1", "r2", "r2"]]


def test_the_task_is_the_one_that_the_probe_was_trained_on():
    config = HeadConfig(frames=300, dimension=64, outputs=3, inputs=1, segments=2)
    record = Record(
        "difficulty-3",
        CacheKey("spectrogram"),
        config,
        {"task_options": {"loss": "ordinal", "padding": "zeros"}},
    )
    task = task_of(record)
    assert (task.name, task.segments, task.padded) == ("difficulty-3", 2, True)
    assert task.loss.name == "squared_earth_movers_distance"
