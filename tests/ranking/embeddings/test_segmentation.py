"""Embeddings of an earlier segmentation are taken over; only last segments are encoded anew."""

import numpy as np
import pytest
import torch
from sounds import write_sound

from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.choice import EncoderChoice, load_encoders
from ranking.embeddings.embed import embed_recording
from ranking.embeddings.store import EmbeddingStore
from ranking.encoders.spectrogram import Spectrogram
from ranking.files.hashing import file_sha256

RATE = 8_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """23 s of noise, and 12 of silence."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(23 * RATE)
    path = tmp_path_factory.mktemp("sound") / "a.flac"
    return write_sound(path, np.append(noise, np.zeros(12 * RATE)).astype(np.float32), RATE)


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "store")


@pytest.fixture(scope="module")
def loaded():
    (loaded,) = load_encoders([EncoderChoice("spectrogram")])
    return loaded


@pytest.fixture
def encoded(monkeypatch):
    """Numbers of segments that were encoded, call by call."""
    counts, encode = [], Spectrogram.encode

    def count(self, samples):
        counts.append(len(samples))
        return encode(self, samples)

    monkeypatch.setattr(Spectrogram, "encode", count)
    return counts


def write_earlier(store, loaded, recording, values, computation=None):
    """An embedding as version 0.1.0 wrote it: the grid, and zeros to the end."""
    earlier = loaded.cache_key.earlier
    with store.open_writer(earlier, file_sha256(recording), "float16", computation) as writer:
        writer.add(values, [10, 10, 10, 5])
    return earlier


def test_silence_at_the_end_is_not_stored(recording, store, loaded):
    outcome = embed_recording(recording, [loaded], store, batch_size=2)
    embedding = store.load(loaded.cache_key, outcome.recording)
    assert embedding.seconds.tolist() == [10, 10, 3]
    assert (outcome.seconds, embedding.length) == (35, 35)
    assert list(store.find_damaged()) == []


def test_as_published_the_grid_remains_and_both_are_decoded_at_once(recording, store, loaded):
    (published,) = load_encoders([EncoderChoice("spectrogram", None, (("tails", False),))])
    assert published.cache_key.earlier is None
    outcome = embed_recording(recording, [loaded, published], store, batch_size=2)
    assert store.load(loaded.cache_key, outcome.recording).seconds.tolist() == [10, 10, 3]
    grid = store.load(published.cache_key, outcome.recording)
    assert grid.seconds.tolist() == [10, 10, 10]
    alone = EmbeddingStore(store.folder / "alone")
    embed_recording(recording, [published], alone)
    again = alone.load(published.cache_key, outcome.recording)
    assert np.array_equal(again.segments, grid.segments)


def test_only_the_last_segment_is_encoded_anew(recording, store, loaded, encoded):
    values = np.random.default_rng(1).standard_normal((4, 1500, 128)).astype(np.float16)
    earlier = write_earlier(store, loaded, recording, values, {"device": "cpu", "torch": "0"})
    assert store.holds(loaded.cache_key)  # with its precision
    outcome = embed_recording(recording, [loaded], store)
    assert sum(encoded) == 1
    own = store.load(loaded.cache_key, outcome.recording)
    assert own.seconds.tolist() == [10, 10, 3]
    assert np.array_equal(own.segments[:2], values[:2])
    fresh = EmbeddingStore(store.folder / "fresh")
    embed_recording(recording, [loaded], fresh)
    expected = fresh.load(loaded.cache_key, outcome.recording)
    assert np.array_equal(own.segments[2], expected.segments[2])
    assert own.computation == {
        **expected.computation,
        "whole_segments": {"device": "cpu", "torch": "0"},
    }
    assert not store.contains(earlier, outcome.recording)  # it would take the space twice
    assert not store.holds(earlier)


@pytest.mark.parametrize("fault", ["device", "damage"])
def test_another_device_or_a_damaged_embedding_is_not_taken_over(
    recording, store, loaded, encoded, fault
):
    computation = {"device": "cuda"} if fault == "device" else None
    earlier = write_earlier(store, loaded, recording, np.zeros((4, 1500, 128)), computation)
    if fault == "damage":
        (path,) = (store.folder / earlier.folder).glob("*.npy")
        path.write_bytes(b"")
    outcome = embed_recording(recording, [loaded], store)
    assert sum(encoded) >= 3
    own = store.load(loaded.cache_key, outcome.recording)
    assert own.seconds.tolist() == [10, 10, 3]
    assert own.segments[:].any(axis=(1, 2)).all()
    assert "whole_segments" not in own.computation


def test_a_key_without_a_segmentation_is_that_of_the_first():
    """A folder's name is the same; a later one has another."""
    first = CacheKey("dac")
    second = CacheKey("dac", segmentation=2)
    assert second.earlier == first
    assert second.folder != first.folder
    assert first.earlier is None


def test_the_last_segment_is_the_embedding_of_its_sound(recording, store, loaded):
    outcome = embed_recording(recording, [loaded], store)
    noise = 0.1 * np.random.default_rng(0).standard_normal(23 * RATE)
    path = write_sound(store.folder / "b.flac", noise[-10 * RATE :].astype(np.float32), RATE)
    other = embed_recording(path, [loaded], store)
    last = torch.from_numpy(store.load(loaded.cache_key, outcome.recording).segments[2:3].copy())
    alone = torch.from_numpy(store.load(loaded.cache_key, other.recording).segments[:].copy())
    inner = slice(10, 1490)  # the resampler does not know what comes before
    torch.testing.assert_close(last[:, inner], alone[:, inner], atol=0.05, rtol=0.01)
