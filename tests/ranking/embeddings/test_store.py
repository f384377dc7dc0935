"""The store gives back what was written, and notices what was not."""

import json
import os

import numpy as np
import pytest

from ranking.embeddings.cache_key import CacheKey, make_cache_key
from ranking.embeddings.store import CACHE_KEY_FILE, EmbeddingStore, read_on_demand
from ranking.errors import StoreError
from ranking.files.hashing import json_sha256

KEY = make_cache_key("spectrogram", "float32", "", {"log": True})
RECORDING = "a" * 64


@pytest.fixture
def store(place):
    return EmbeddingStore(place)


@pytest.fixture
def folder_store(tmp_path):
    """A store whose files are what there is, not copies of it."""
    return EmbeddingStore(tmp_path / "store")


def write(store, values, seconds, cache_key=KEY, recording=RECORDING, dtype="float16"):
    with store.open_writer(cache_key, recording, dtype) as writer:
        writer.add(values, seconds)


def files(store):
    return sorted(
        str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()
    )


def test_batches_come_back_as_one_array_with_their_lengths(store):
    rng = np.random.default_rng(0)
    values = rng.standard_normal((5, 7, 3)).astype(np.float32)
    with store.open_writer(KEY, RECORDING, "float16") as writer:
        writer.add(values[:2], [10, 10])
        writer.add(values[2:], [10, 10, 4.5])
    assert store.contains(KEY, RECORDING)
    loaded = store.load(KEY, RECORDING)
    assert isinstance(loaded.segments, np.memmap)
    np.testing.assert_array_equal(loaded.segments, values.astype(np.float16))
    assert loaded.seconds.tolist() == [10, 10, 10, 10, 4.5]
    assert list(store.find_damaged()) == []


def test_it_is_a_plain_npy_file_without_padding(store):
    write(store, np.zeros((1000, 4, 2)), [10] * 1000)
    path = store.folder / KEY.folder / f"{RECORDING}.npy"
    assert np.load(path).shape == (1000, 4, 2)
    assert path.stat().st_size == 128 + 1000 * 4 * 2 * 2


def test_codes_stay_whole_numbers(store):
    codes = np.arange(2 * 5 * 9).reshape(2, 5, 9)
    write(store, codes, [10, 3], dtype="uint16")
    loaded = store.load(KEY, RECORDING).segments
    assert loaded.dtype == np.uint16
    np.testing.assert_array_equal(loaded, codes)


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
    write(store, np.zeros((1, 2, 3)), [10])
    assert not store.contains(other, RECORDING)
    with pytest.raises(StoreError, match=f"no {other.encoder} embedding of recording aaaaaaaaaaaa"):
        store.load(other, RECORDING)


def test_the_order_of_options_does_not_matter():
    one = make_cache_key("x", "float32", "", {"a": 1.0, "b": True})
    assert one == make_cache_key("x", "float32", "", {"b": True, "a": 1.0})


def test_the_name_of_a_folder_is_what_it_always_was():
    """What lies on people's disks is found again, whatever a field is called."""
    key = make_cache_key(
        "dac", "float32", "ab" * 32, {"tails": True, "left_channel": False, "peak": 0.5}
    )
    assert key.folder == "dac-272d3ae21831b6ad"


def test_a_writer_that_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.open_writer(KEY, RECORDING, "float16") as writer:
        writer.add(np.zeros((1, 2, 3)), [10])
        raise ZeroDivisionError
    assert files(store) == []
    assert not store.contains(KEY, RECORDING)


def test_segments_are_written_in_the_place_of_earlier_ones(store):
    values = np.arange(24.0).reshape(4, 2, 3)
    with store.open_writer(KEY, RECORDING, "float16") as writer:
        writer.add(values, [10] * 4)
        writer.add(-values[:1], [2.5], first=2)
        writer.file_seconds = 41.0
        with pytest.raises(ValueError, match="segments from 3 to 4 are missing"):
            writer.add(values[:1], [10], first=4)
    kept = store.load(KEY, RECORDING)
    assert np.array_equal(kept.segments, np.concatenate([values[:2], -values[:1]]))
    assert (kept.seconds.tolist(), kept.length) == ([10, 10, 2.5], 41)
    assert list(store.find_damaged()) == []


def test_values_that_float16_cannot_hold_are_refused(store):
    for value in (70_000.0, np.nan):
        with pytest.raises(ValueError, match="float16 cannot hold"):
            write(store, np.full((1, 2, 3), value), [10])
    write(store, np.full((1, 2, 3), 70_000.0), [10], dtype="float32")


def test_a_full_disk_is_an_error_that_leaves_the_store_undamaged(store, monkeypatch):
    write(store, np.zeros((1, 2, 3)), [10], recording="b" * 64)
    before = files(store)

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="npy: the disk is full; make room, and give the same"):
            write(store, np.zeros((1, 2, 3)), [10])
    assert files(store) == before
    assert list(store.find_damaged()) == []


@pytest.mark.parametrize("suffix", ["npy", "json"])
def test_any_flipped_byte_is_found(folder_store, suffix):
    write(folder_store, np.random.default_rng(0).random((2, 3, 4)), [10, 7.5])
    path = folder_store.folder / KEY.folder / f"{RECORDING}.{suffix}"
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert [array.name for array, _ in folder_store.find_damaged()] == [f"{RECORDING}.npy"], at
    path.write_bytes(whole)
    assert list(folder_store.find_damaged()) == []


def test_a_missing_or_shortened_array_is_found_on_reading_too(folder_store):
    write(folder_store, np.zeros((4, 3, 4)), [10] * 4)
    path = folder_store.folder / KEY.folder / f"{RECORDING}.npy"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match="remove it and embed the recording again"):
        folder_store.load(KEY, RECORDING)
    path.unlink()
    assert len(list(folder_store.find_damaged())) == 1
    folder_store.remove(path)
    assert not folder_store.contains(KEY, RECORDING)


def test_a_recording_is_locked_once_and_temporary_files_are_removed(place, store):
    temporary = store.folder / KEY.folder / f".{RECORDING}.npy.killed"
    temporary.parent.mkdir(parents=True)
    temporary.write_bytes(b"half an array")
    with store.lock(RECORDING) as acquired:
        assert acquired
        assert not temporary.exists()
        with EmbeddingStore(place).lock(RECORDING) as twice:
            assert not twice
    with store.lock(RECORDING) as again:
        assert again


def test_a_store_of_version_0_1_0_is_read_and_its_key_file_left_as_it_is(folder_store):
    write(folder_store, np.zeros((1, 2, 3)), [10], recording="b" * 64)
    folder = folder_store.folder / KEY.folder
    old = (folder / CACHE_KEY_FILE).rename(folder / "making.json")
    text = '{"encoder": "spectrogram", "front_end": [["left", false]]}'
    old.write_text(text)
    assert list(folder_store.find_damaged()) == []
    assert folder_store.contains(KEY, "b" * 64)
    write(folder_store, np.zeros((1, 2, 3)), [10])
    assert json.loads((folder / CACHE_KEY_FILE).read_text())["encoder"] == "spectrogram"
    assert old.read_text() == text
    assert list(folder_store.find_damaged()) == []


def flip(path, at, bit=0):
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1 << bit
    path.write_bytes(raw)


@pytest.mark.parametrize("checks", [True, False])
def test_a_flipped_bit_is_found_when_its_segment_is_read(folder_store, checks):
    """Each byte of three segments in turn; without checks, as of version 0.1.0, in any of them."""
    values = np.random.default_rng(0).standard_normal((3, 2, 3))
    write(folder_store, values, [10, 10, 4])
    (path,) = folder_store.folder.rglob("*.npy")
    record = path.with_suffix(".json")
    facts = json.loads(record.read_text())
    del facts["check"]
    if not checks:
        del facts["checks"]
        record.write_text(json.dumps({**facts, "check": json_sha256(facts)}))
    start, size = path.stat().st_size - 3 * 2 * 3 * 2, 2 * 3 * 2
    for at in range(3 * size):
        flip(path, start + at, at % 8)
        segments = read_on_demand(folder_store.load(KEY, RECORDING)).segments
        for number in range(3):
            if number == at // size or not checks:
                with pytest.raises(StoreError, match="its bytes are not those that were written"):
                    segments[number : number + 1]
                if not checks:
                    break
            else:
                segments[number : number + 1]
        flip(path, start + at, at % 8)
    again = read_on_demand(folder_store.load(KEY, RECORDING)).segments
    np.testing.assert_array_equal(again[0:3], values.astype(np.float16))
