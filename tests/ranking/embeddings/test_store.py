"""The store gives back what was written, and notices what was not."""

import os

import numpy as np
import pytest

from ranking.embeddings.store import CacheKey, EmbeddingStore, make_cache_key
from ranking.errors import StoreError

MADE = make_cache_key("spectrogram", "float32", "", {"log": True})
RECORDING = "a" * 64


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "store")


def keep(store, values, seconds, cache_key=MADE, recording=RECORDING, dtype="float16"):
    with store.writing(cache_key, recording, dtype) as writer:
        writer.add(values, seconds)


def files(store):
    return sorted(
        str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()
    )


def test_pieces_come_back_as_one_array_with_their_lengths(store):
    rng = np.random.default_rng(0)
    pieces = rng.standard_normal((5, 7, 3)).astype(np.float32)
    with store.writing(MADE, RECORDING, "float16") as writer:
        writer.add(pieces[:2], [10, 10])
        writer.add(pieces[2:], [10, 10, 4.5])
    assert store.has(MADE, RECORDING)
    back = store.read(MADE, RECORDING)
    assert isinstance(back.segments, np.memmap)
    np.testing.assert_array_equal(back.segments, pieces.astype(np.float16))
    assert back.seconds.tolist() == [10, 10, 10, 10, 4.5]
    assert list(store.damaged()) == []


def test_it_is_a_plain_npy_file_of_the_least_size(store):
    keep(store, np.zeros((1000, 4, 2)), [10] * 1000)
    path = store.folder / MADE.folder / f"{RECORDING}.npy"
    assert np.load(path).shape == (1000, 4, 2)
    assert path.stat().st_size == 128 + 1000 * 4 * 2 * 2


def test_codes_stay_whole_numbers(store):
    codes = np.arange(2 * 5 * 9).reshape(2, 5, 9)
    keep(store, codes, [10, 3], dtype="uint16")
    back = store.read(MADE, RECORDING).segments
    assert back.dtype == np.uint16
    np.testing.assert_array_equal(back, codes)


@pytest.mark.parametrize(
    "other",
    [
        CacheKey("dac", "float32", "", (("log", True),)),
        make_cache_key("spectrogram", "bfloat16", "", {"log": True}),
        make_cache_key("spectrogram", "float32", "b" * 64, {"log": True}),
        make_cache_key("spectrogram", "float32", "", {"log": False}),
    ],
)
def test_another_encoder_precision_weights_or_front_end_is_another_embedding(store, other):
    keep(store, np.zeros((1, 2, 3)), [10])
    assert not store.has(other, RECORDING)
    with pytest.raises(StoreError, match=f"no {other.encoder} embedding of recording aaaaaaaaaaaa"):
        store.read(other, RECORDING)


def test_the_order_of_options_does_not_matter():
    one = make_cache_key("x", "float32", "", {"a": 1.0, "b": True})
    assert one == make_cache_key("x", "float32", "", {"b": True, "a": 1.0})


def test_the_name_of_a_folder_is_what_it_always_was():
    """What lies on people's disks is found again, whatever a field is called."""
    key = make_cache_key(
        "dac", "float32", "ab" * 32, {"tails": True, "left_channel": False, "peak": 0.5}
    )
    assert key.folder == "dac-272d3ae21831b6ad"


def test_what_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.writing(MADE, RECORDING, "float16") as writer:
        writer.add(np.zeros((1, 2, 3)), [10])
        raise ZeroDivisionError
    assert files(store) == []
    assert not store.has(MADE, RECORDING)


def test_values_that_half_precision_cannot_hold_are_refused(store):
    for value in (70_000.0, np.nan):
        with pytest.raises(ValueError, match="float16 cannot hold"):
            keep(store, np.full((1, 2, 3), value), [10])
    keep(store, np.full((1, 2, 3), 70_000.0), [10], dtype="float32")


def test_a_full_disk_is_an_error_that_leaves_the_store_sound(store, monkeypatch):
    keep(store, np.zeros((1, 2, 3)), [10], recording="b" * 64)
    before = files(store)

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="the disk is full; make room and go on"):
            keep(store, np.zeros((1, 2, 3)), [10])
    assert files(store) == before
    assert list(store.damaged()) == []


@pytest.mark.parametrize("suffix", ["npy", "json"])
def test_any_flipped_byte_is_found(store, suffix):
    keep(store, np.random.default_rng(0).random((2, 3, 4)), [10, 7.5])
    path = store.folder / MADE.folder / f"{RECORDING}.{suffix}"
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert [array.name for array, _ in store.damaged()] == [f"{RECORDING}.npy"], at
    path.write_bytes(whole)
    assert list(store.damaged()) == []


def test_a_missing_or_shortened_array_is_found_on_reading_too(store):
    keep(store, np.zeros((4, 3, 4)), [10] * 4)
    path = store.folder / MADE.folder / f"{RECORDING}.npy"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match="remove it and embed the recording"):
        store.read(MADE, RECORDING)
    path.unlink()
    assert len(list(store.damaged())) == 1
    store.forget(path)
    assert not store.has(MADE, RECORDING)


def test_a_recording_is_claimed_once_and_leftovers_are_cleared(store):
    left = store.folder / MADE.folder / f".{RECORDING}.npy.killed"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half an array")
    with store.claimed(RECORDING) as mine:
        assert mine
        assert not left.exists()
        with EmbeddingStore(store.folder).claimed(RECORDING) as also_mine:
            assert not also_mine
    with store.claimed(RECORDING) as again:
        assert again
