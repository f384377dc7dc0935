"""What a ranker learns from is what it will hear, and pairs say who is the better."""

import numpy as np
import pytest
import torch

from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.lessons import LEAST_GAP, PARTS, Parts, heard, pairs
from icpc.synthetic.recitals import draw_recitals, sound_of
from ranking.embeddings.embed import Choice, embed_recording, load_chosen
from ranking.embeddings.store import EmbeddingStore

RATE = 24_000  # of the spectrogram
RECITALS = draw_recitals(["waltz", "etude"], 2, 2, 20.0, 1, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("keep")


@pytest.fixture(scope="module")
def spectrograms(folder):
    return heard(RECITALS, folder)


@pytest.mark.slow
def test_a_recital_is_heard_as_its_sound_file_would_be(spectrograms, tmp_path):
    assert [own.shape for own in spectrograms] == [(2, 1500, 128)] * 4
    (loaded,) = load_chosen([Choice("spectrogram")])
    store = EmbeddingStore(tmp_path / "store")
    for recital, own in zip(RECITALS[:2], spectrograms, strict=False):
        path = tmp_path / f"{recital.player}.flac"
        write_flac(path, sound_of(recital, RATE), RATE)
        embed_recording(path, [loaded], store)
        (kept,) = (tmp_path / "store").rglob("*.npy")
        off = np.load(kept).astype(float) - own  # 16 bits are heard where it is nearly silent
        assert np.abs(off).mean() < 0.05 * own.astype(float).std()
        kept.unlink()


@pytest.mark.slow
def test_what_was_heard_is_not_heard_again(spectrograms, folder):
    files = sorted(folder.iterdir())
    before = [file.stat().st_mtime_ns for file in files]
    again = heard(RECITALS, folder)
    assert len(files) == 4
    assert [file.stat().st_mtime_ns for file in files] == before
    for one, other in zip(spectrograms, again, strict=True):
        assert np.array_equal(one, other)


def numbered(recital: int, segments: int) -> np.ndarray:
    """A spectrogram whose every number says where it is from."""
    return np.full((segments, 2, 3), 100.0 * recital) + np.arange(segments)[:, None, None]


def test_part_0_is_the_whole_from_the_start_of_the_window():
    parts = Parts([numbered(0, 4), numbered(1, 5)], 2, seed=0)
    segments, mask = parts.take(np.array([[0, PARTS]]))
    assert mask[0].nonzero().flatten().tolist() == [0, 1, 2, 3]
    assert segments.shape == (4, 4, 3)
    assert segments[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert segments[:, 2, 0].tolist() == [100, 101, 102, 103]


def test_both_sides_of_a_pair_are_the_same_part_and_parts_differ():
    parts = Parts([numbered(0, 6), numbered(1, 6)], 3, seed=0)
    seen = set()
    for part in range(1, PARTS):
        segments, mask = parts.take(np.array([[part, PARTS + part], [PARTS + part, part]]))
        assert mask.sum(dim=1).tolist() == [3, 3]
        assert torch.equal(mask[0], mask[1])
        first, second = segments[:, 0, 0], segments[:, 2, 0]
        assert torch.equal(second[:3], first[:3] + 100)
        assert torch.equal(first[3:], second[:3])
        assert first[:3].tolist() == sorted(set(first[:3].tolist()))
        seen.add((tuple(mask[0].nonzero().flatten().tolist()), tuple(first[:3].tolist())))
    assert len(seen) > 0.9 * PARTS


@pytest.mark.parametrize("whole", [True, False])
def test_pairs_stand_in_both_orders_and_the_truth_is_the_larger_level(whole):
    recitals = draw_recitals(["waltz"], 20, 4, 20.0, 1, seed=6)
    first = 7
    examples = pairs(recitals, first, 400, whole, seed=1)
    assert len(examples) == 800
    recital, part = np.divmod(examples.windows, PARTS)
    level = np.array([one.level for one in recitals])[recital - first]
    assert np.array_equal(examples.targets, level[:, 0] > level[:, 1])
    assert np.abs(level[:, 0] - level[:, 1]).min() >= LEAST_GAP
    assert np.array_equal(examples.windows[::2], examples.windows[1::2, ::-1])
    assert np.array_equal(examples.units[::2], examples.units[1::2])
    assert np.array_equal(part[:, 0], part[:, 1])
    assert (part == 0).all() if whole else (part > 0).all()
    together = (recital[:, 0] - first) // 4 == (recital[:, 1] - first) // 4
    assert 0.7 < together.mean() < 0.85
