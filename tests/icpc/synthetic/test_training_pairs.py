"""Spectrograms are those of the sound, excerpts of a pair are alike, and targets are right."""

import numpy as np
import pytest
import torch

from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.recitals import draw_recitals, sound_of
from icpc.synthetic.training_pairs import (
    EXCERPTS,
    MIN_GAP,
    Excerpts,
    draw_pairs,
    load_spectrograms,
)
from ranking.embeddings.choice import EncoderChoice, load_encoders
from ranking.embeddings.embed import embed_recording
from ranking.embeddings.store import EmbeddingStore

RATE = 24_000  # of the spectrogram
RECITALS = draw_recitals(["waltz", "etude"], 2, 2, 20.0, 1, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def spectrograms(folder):
    return load_spectrograms(RECITALS, folder)


@pytest.mark.slow
def test_a_recital_has_the_spectrogram_of_its_sound_file(spectrograms, tmp_path):
    assert [own.shape for own in spectrograms] == [(2, 1500, 128)] * 4
    (loaded,) = load_encoders([EncoderChoice("spectrogram")])
    store = EmbeddingStore(tmp_path / "store")
    for recital, own in zip(RECITALS[:2], spectrograms, strict=False):
        path = tmp_path / f"{recital.player}.flac"
        write_flac(path, sound_of(recital, RATE), RATE)
        embed_recording(path, [loaded], store)
        (kept,) = (tmp_path / "store").rglob("*.npy")
        off = np.load(kept).astype(float) - own  # 16 bits matter where it is nearly silent
        assert np.abs(off).mean() < 0.05 * own.astype(float).std()
        kept.unlink()


@pytest.mark.slow
def test_what_is_cached_is_not_made_again(spectrograms, folder):
    files = sorted(folder.iterdir())
    before = [file.stat().st_mtime_ns for file in files]
    again = load_spectrograms(RECITALS, folder)
    assert len(files) == 4
    assert [file.stat().st_mtime_ns for file in files] == before
    for one, other in zip(spectrograms, again, strict=True):
        assert np.array_equal(one, other)


def numbered(recital: int, segments: int) -> np.ndarray:
    """A spectrogram whose every number says where it is from."""
    return np.full((segments, 2, 3), 100.0 * recital) + np.arange(segments)[:, None, None]


def test_excerpt_0_is_the_whole_from_the_start_of_the_window():
    excerpts = Excerpts([numbered(0, 4), numbered(1, 5)], 2, seed=0)
    segments, mask = excerpts.load_batch(np.array([[0, EXCERPTS]]))
    assert mask[0].nonzero().flatten().tolist() == [0, 1, 2, 3]
    assert segments.shape == (4, 4, 3)
    assert segments[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert segments[:, 2, 0].tolist() == [100, 101, 102, 103]


def test_both_recordings_of_a_pair_give_the_same_excerpt_and_excerpts_differ():
    excerpts = Excerpts([numbered(0, 6), numbered(1, 6)], 3, seed=0)
    seen = set()
    for excerpt in range(1, EXCERPTS):
        segments, mask = excerpts.load_batch(
            np.array([[excerpt, EXCERPTS + excerpt], [EXCERPTS + excerpt, excerpt]])
        )
        assert mask.sum(dim=1).tolist() == [3, 3]
        assert torch.equal(mask[0], mask[1])
        first, second = segments[:, 0, 0], segments[:, 2, 0]
        assert torch.equal(second[:3], first[:3] + 100)
        assert torch.equal(first[3:], second[:3])
        assert first[:3].tolist() == sorted(set(first[:3].tolist()))
        seen.add((tuple(mask[0].nonzero().flatten().tolist()), tuple(first[:3].tolist())))
    assert len(seen) > 0.9 * EXCERPTS


@pytest.mark.parametrize("whole", [True, False])
def test_pairs_stand_in_both_orders_and_the_better_has_the_larger_level(whole):
    recitals = draw_recitals(["waltz"], 20, 4, 20.0, 1, seed=6)
    first = 7
    examples = draw_pairs(recitals, first, 400, whole, seed=1)
    assert len(examples) == 800
    recital, excerpt = np.divmod(examples.windows, EXCERPTS)
    level = np.array([one.level for one in recitals])[recital - first]
    assert np.array_equal(examples.targets, level[:, 0] > level[:, 1])
    assert np.abs(level[:, 0] - level[:, 1]).min() >= MIN_GAP
    assert np.array_equal(examples.windows[::2], examples.windows[1::2, ::-1])
    assert np.array_equal(examples.units[::2], examples.units[1::2])
    assert np.array_equal(excerpt[:, 0], excerpt[:, 1])
    assert (excerpt == 0).all() if whole else (excerpt > 0).all()
    same_programme = (recital[:, 0] - first) // 4 == (recital[:, 1] - first) // 4
    assert 0.7 < same_programme.mean() < 0.85
