"""A bank gives the same windows from the device and from the store."""

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.cache_key import make_cache_key
from ranking.embeddings.store import Embedding, EmbeddingStore
from ranking.encoders import dac
from ranking.errors import StoreError
from ranking.tables import WINDOWS

KEY = make_cache_key("spectrogram", "float32", "", {})
LENGTHS = {"ann": 75, "bob": 30, "cyd": 4, "dov": 44}


@pytest.fixture
def stored(tmp_path):
    """A store of four recordings, their table and their values."""
    store, rng, values = EmbeddingStore(tmp_path), np.random.default_rng(0), {}
    for candidate, count in LENGTHS.items():
        values[candidate] = rng.standard_normal((count, 5, 3)).astype(np.float16)
        with store.open_writer(KEY, candidate * 20, "float16") as writer:
            writer.add(values[candidate], [10.0] * (count - 1) + [2.5])
    table = pd.DataFrame({"candidate": list(LENGTHS), "recording": [c * 20 for c in LENGTHS]})
    return store, table, values


def test_recordings_are_cut_into_windows_of_thirty_segments(stored):
    store, table, _ = stored
    bank = open_bank(store, KEY, table)
    assert tuple(bank.windows.columns) == WINDOWS
    assert bank.windows.to_numpy().tolist() == [
        [0, "ann", 0, 0.0, 300.0],
        [1, "ann", 1, 300.0, 600.0],
        [2, "ann", 2, 600.0, 742.5],
        [3, "bob", 0, 0.0, 292.5],
        [4, "cyd", 0, 0.0, 32.5],
        [5, "dov", 0, 0.0, 300.0],  # 142.5 s more are less than half of a window
    ]


def test_windows_of_several_recordings_go_on_and_do_not_cross_from_one_to_the_next(stored):
    store, table, values = stored
    pieces = table.assign(candidate=["ann", "ann", "ann", "dov"])
    bank = open_bank(store, KEY, pieces)
    assert bank.windows.to_numpy().tolist() == [
        [0, "ann", 0, 0.0, 300.0],
        [1, "ann", 1, 300.0, 600.0],
        [2, "ann", 2, 600.0, 742.5],
        [3, "ann", 3, 742.5, 1035.0],  # 30 segments of the second recording
        [4, "ann", 4, 1035.0, 1067.5],  # 4 of the third, its only window
        [5, "dov", 0, 0.0, 300.0],
    ]
    assert bank.lengths == {"ann": 742.5 + 292.5 + 32.5, "dov": 432.5}
    assert list(bank.computations) == ["ann", "ann (2)", "ann (3)", "dov"]
    taken, mask = bank.load_windows([4, 3])
    assert mask.sum(dim=1).tolist() == [4, 30]
    np.testing.assert_array_equal(taken[1].numpy(), values["bob"].astype(np.float32))
    np.testing.assert_array_equal(taken[0, :4].numpy(), values["cyd"].astype(np.float32))
    alone = open_bank(store, KEY, table)
    assert torch.equal(taken, alone.load_windows([4, 3])[0])


def test_windows_come_with_zeros_and_a_mask_where_there_is_no_sound(stored):
    store, table, values = stored
    taken, mask = open_bank(store, KEY, table).load_windows([4, 1, 2])
    assert taken.shape == (3, 30, 5, 3)
    assert taken.dtype == torch.float32
    assert mask.sum(dim=1).tolist() == [4, 30, 15]
    np.testing.assert_array_equal(taken[1].numpy(), values["ann"][30:60].astype(np.float32))
    np.testing.assert_array_equal(taken[2, :15].numpy(), values["ann"][60:].astype(np.float32))
    assert not taken[~mask].any()


def test_padded_segments_are_zeros_that_count_as_sound(stored):
    store, table, values = stored
    bank = open_bank(store, KEY, table)
    padded = bank.as_padded()
    windows, mask = padded.load_windows([2, 4])
    assert mask.all()
    torch.testing.assert_close(windows, bank.load_windows([2, 4])[0])
    assert not windows[1, len(values["cyd"]) :].any()
    segments, of_segments = padded.load_segments([2, 4])
    assert of_segments.all()
    torch.testing.assert_close(segments, windows.flatten(0, 1))
    chunks, of_chunks = padded.iter_segments([2, 4], 13)
    assert of_chunks.all()
    torch.testing.assert_close(torch.cat(list(chunks)), segments)
    assert not bank.load_windows([4])[1].all()  # it stays as it was


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        (1, [1] * 49),
        (4, [4, *[4] * 7, 2, *[4] * 3, 3]),
        (40, [34, 15]),
        (100, [49]),  # of windows that are shorter, several
    ],
)
def test_segments_come_in_chunks_too(stored, size, lengths):
    store, table, _ = stored
    bank = open_bank(store, KEY, table)
    expected, mask = bank.load_segments([4, 1, 2])
    iterator, same = bank.iter_segments([4, 1, 2], size)
    chunks = list(iterator)
    assert torch.equal(torch.cat(chunks), expected)
    assert torch.equal(same, mask)
    assert list(map(len, chunks)) == lengths


@pytest.mark.parametrize(("max_bytes", "on_device"), [(0, 0), (3000, 1), (10**9, 4)])
def test_windows_are_the_same_on_the_device_and_from_disk(stored, max_bytes, on_device):
    store, table, _ = stored
    bank = open_bank(store, KEY, table, max_bytes=max_bytes)
    assert bank.on_device == on_device
    everything, mask = bank.load_windows(range(len(bank)))
    streaming = open_bank(store, KEY, table, max_bytes=0)
    expected, expected_mask = streaming.load_windows(range(len(bank)))
    assert torch.equal(everything, expected)
    assert torch.equal(mask, expected_mask)


@pytest.fixture
def few_files():
    """No more than a few more files may be open than are now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + 8, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def many(folder: Path, count: int) -> tuple[EmbeddingStore, pd.DataFrame]:
    """A store of recordings that sound for one segment, and their table."""
    store = EmbeddingStore(folder)
    recordings = [f"{n:064}" for n in range(count)]
    for n, recording in enumerate(recordings):
        with store.open_writer(KEY, recording, "float16") as writer:
            writer.add(np.full((1, 2, 3), n), [10.0])
    return store, pd.DataFrame({"candidate": recordings, "recording": recordings})


def test_many_recordings_need_few_open_files(tmp_path, few_files):
    store, table = many(tmp_path, 40)
    bank = open_bank(store, KEY, table)
    values, _ = bank.load_segments(range(40))
    assert values[:, 0, 0].tolist() == list(range(40))


def test_a_limit_on_open_files_is_no_damage(tmp_path, few_files):
    store, table = many(tmp_path, 40)
    held = []
    with pytest.raises(StoreError, match=r"too many files are open to read it; raise the limit"):
        held.extend(store.load(KEY, recording) for recording in table["recording"])


def test_a_recording_that_is_removed_or_cut_is_named_when_it_is_read(stored):
    store, table, _ = stored
    bank = open_bank(store, KEY, table)
    path = store.folder / KEY.folder / f"{'bob' * 20}.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"bob\.npy: it has become shorter; run it again"):
        bank.load_windows([3])
    path.unlink()
    with pytest.raises(StoreError, match=r"bob\.npy: it cannot be read"):
        bank.load_windows([3])


def test_codes_become_embeddings_on_use(tmp_path):
    torch.manual_seed(0)
    encoder = dac.Dac(encoder_dim=8, decoder_dim=32, latent_dim=64).eval()
    codes = torch.randint(0, 1024, (45, 7, 9))
    store, cache_key = EmbeddingStore(tmp_path), make_cache_key("dac", "float32", "", {})
    with store.open_writer(cache_key, "a" * 64, "uint16") as writer:
        writer.add(codes.numpy(), [10.0] * 45)
    table = pd.DataFrame({"candidate": ["ann"], "recording": ["a" * 64]})
    with torch.no_grad():
        taken, mask = open_bank(store, cache_key, table, encoder).load_windows([0, 1])
        expected = encoder.to_embedding(codes)
    assert taken.shape == (2, 30, 7, 64)
    torch.testing.assert_close(taken[mask], expected)


def test_the_banks_projection_gives_the_embeddings():
    torch.manual_seed(0)
    encoder = dac.Dac(encoder_dim=8, decoder_dim=32, latent_dim=64).eval()
    drawn = np.random.default_rng(0)
    codes = drawn.integers(0, 1024, (45, 7, 9), np.uint16)
    bank = EmbeddingBank([("ann", Embedding(codes, np.full(45, 10.0)))], encoder)
    with torch.no_grad():
        for own in (bank, bank.as_padded()):
            wanted, mask = own.iter_segments([0, 1], 20)
            chunks, same = own.iter_unprojected([0, 1], 20)
            project = own.projection or torch.nn.Identity()
            for chunk, expected in zip(chunks, wanted, strict=True):
                torch.testing.assert_close(project(chunk), expected)
            assert torch.equal(mask, same)
    assert bank.projection.in_features == 72
    assert bank.as_padded().projection is None


def test_missing_and_mixed_embeddings_are_named(stored):
    store, table, _ = stored
    with pytest.raises(StoreError, match="no spectrogram embedding of recording"):
        open_bank(store, KEY, table.assign(recording="0" * 64))
    with store.open_writer(KEY, "f" * 64, "float16") as writer:
        writer.add(np.zeros((2, 6, 3)), [10, 10])
    mixed = pd.concat([table, pd.DataFrame({"candidate": ["eve"], "recording": ["f" * 64]})])
    with pytest.raises(StoreError, match="embedding of eve: its segments have shape"):
        open_bank(store, KEY, mixed)
    with pytest.raises(StoreError, match="embeddings: there are none; embed some recordings"):
        open_bank(store, KEY, table.head(0))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_bank_on_a_gpu_gives_the_same(stored):
    store, table, _ = stored
    there, mask = open_bank(store, KEY, table, device="cuda").load_windows([0, 2, 4])
    here, expected = open_bank(store, KEY, table).load_windows([0, 2, 4])
    assert torch.equal(there.cpu(), here)
    assert torch.equal(mask.cpu(), expected)


@pytest.mark.parametrize(("largest", "dtype"), [(1023, torch.int16), (40_000, torch.int32)])
def test_codes_have_a_type_that_a_gpu_computes_with(largest, dtype):
    codes = np.array([[[largest, 0]]], np.uint16).repeat(3, axis=0)
    seen = []
    encoder = SimpleNamespace(to_embedding=lambda stored: seen.append(stored) or stored)
    bank = EmbeddingBank([("ann", Embedding(codes, np.full(3, 10.0)))], encoder)
    values, _ = bank.load_segments([0])
    assert seen[0].dtype == dtype
    np.testing.assert_array_equal(values.numpy(), codes)
