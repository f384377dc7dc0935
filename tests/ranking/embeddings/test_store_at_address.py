"""Embeddings at an address are those of a folder, and copies of them are checked."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.embeddings.cache_key import make_cache_key
from ranking.embeddings.store import EmbeddingStore, read_on_demand
from ranking.errors import StoreError
from ranking.storage.addresses import StoreAddress

KEY = make_cache_key("spectrogram", "float32", "", {"log": True})
RECORDING = "a" * 64
VALUES = np.random.default_rng(0).standard_normal((3, 2, 4)).astype("float16")


@pytest.fixture
def address(tmp_path):
    return StoreAddress(f"memory://{tmp_path.name}/archive", tmp_path / "copies")


def write(place, values=VALUES):
    store = EmbeddingStore(place)
    with store.open_writer(KEY, RECORDING, "float16") as writer:
        writer.add(values, [10] * len(values))
    return store


def loaded(store):
    return read_on_demand(store.load(KEY, RECORDING)).segments


def flip(path, at=-1):
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def files(folder):
    """Bytes of the files of a folder that are not of this machine alone."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    visible = [path for path in paths if not str(path).startswith(".")]
    return {path.as_posix(): (folder / path).read_bytes() for path in visible}


def test_names_and_bytes_are_those_of_a_folder(place, tmp_path):
    write(tmp_path / "alone")
    store = write(place)
    wanted, storage = files(tmp_path / "alone"), store._storage
    found = {name: storage.fetch(name, fresh=True).read_bytes() for name in storage.names()}
    assert found == wanted
    assert {name: storage.size(name) for name in wanted} == {
        name: len(content) for name, content in wanted.items()
    }


def test_what_is_missing_is_said_with_the_address(address):
    store = EmbeddingStore(address)
    assert not store.holds(KEY)
    with pytest.raises(StoreError, match=f"^{address}: no spectrogram embedding of recording aaaa"):
        store.load(KEY, RECORDING)
    assert write(address).holds(KEY)


@pytest.mark.parametrize("how", ["flipped", "shortened", "removed"])
def test_a_copy_that_is_damaged_is_fetched_again(address, how):
    store = write(address)
    path = store.array(KEY, RECORDING)
    if how == "flipped":
        flip(path)
    elif how == "shortened":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    np.testing.assert_array_equal(loaded(store)[0:3], VALUES)
    assert list(store.find_damaged()) == []


def test_a_copy_that_is_damaged_while_it_is_read_is_fetched_again(address):
    store = write(address)
    segments = loaded(store)
    flip(store.array(KEY, RECORDING))
    np.testing.assert_array_equal(segments[2:3], VALUES[2:3])


def test_a_copy_of_what_was_replaced_is_fetched_again(address, tmp_path):
    here, there = write(address), EmbeddingStore(replace(address, cache=tmp_path / "there"))
    np.testing.assert_array_equal(loaded(there)[0:3], VALUES)
    here.remove(here.array(KEY, RECORDING))
    assert not there.contains(KEY, RECORDING)
    for values in (-VALUES, VALUES[:2]):
        write(address, values)
        np.testing.assert_array_equal(loaded(there)[0:3], values)


@pytest.mark.parametrize("suffix", ["npy", "json"])
def test_what_is_damaged_at_the_address_is_found_and_named(address, suffix):
    store = write(address)
    name = f"{KEY.folder}/{RECORDING}.{suffix}"
    flip(store.folder / name, 150)
    store._storage.publish(name)
    array = f"{address}/{KEY.folder}/{RECORDING}.npy"
    assert [store.located(path) for path, _ in store.find_damaged()] == [array]
    with pytest.raises(StoreError, match=f"{address}/|{store.folder}/"):
        loaded(store)[0:3]
    store.remove(store.array(KEY, RECORDING))
    assert list(store._storage.names()) == [f"{KEY.folder}/cache-key.json"]


def test_who_sees_a_file_shares_the_store(place, tmp_path):
    store = EmbeddingStore(place)
    with store.visible_file() as name:
        assert EmbeddingStore(place).sees(name)
        assert not EmbeddingStore(tmp_path / "another").sees(name)
        assert list(store._storage.names()) == []
    assert not store.sees(name)


@pytest.mark.slow
def test_an_array_is_read_over_the_network_once(s3, tmp_path):
    url = f"s3://{s3.new_bucket()}/archive"
    write(StoreAddress(url, tmp_path / "writer"))
    for _ in range(3):
        reader = EmbeddingStore(StoreAddress(url, tmp_path / "reader"))
        np.testing.assert_array_equal(loaded(reader)[0:3], VALUES)
    assert s3.times("GET", ".npy") == 1
    flip(reader.array(KEY, RECORDING))
    np.testing.assert_array_equal(loaded(reader)[0:3], VALUES)
    assert s3.times("GET", ".npy") == 2
