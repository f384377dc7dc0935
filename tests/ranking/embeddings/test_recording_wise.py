"""An encoder that needs the whole recording goes where all others go, as far as a ranking."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from plugins import offer_encoders
from sounds import piano, write_sound

from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash, load_encoders
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.judging.compare import compare_windows
from ranking.judging.ranker import tile_pairs
from ranking.workers.executors import process_executor

LENGTH = '''
"""Length of the recording, start of the segment, and its level relative to the peak."""

import torch

from ranking.audio.decoding import open_mono_sound
from ranking.encoders.base import Encoder, freeze
from ranking.encoders.spec import EncoderSpec

SPEC = EncoderSpec(
    name="length",
    title="length and level",
    sample_rate=8_000,
    frames=2,
    dimension=3,
    precision="float32",
    licence="none needed",
)


class Length(Encoder):
    spec = SPEC

    def for_recording(self, path, left_channel=False):
        with open_mono_sound(path, left_channel) as sound:
            peak = max(float(abs(block).max()) for block in sound.blocks())
            seconds = sound.seconds

        def encode(samples, starts):
            self.check(samples)
            level = samples.abs().amax(dim=1) / peak
            facts = [torch.full_like(level, seconds), torch.tensor(starts), level]
            facts = torch.stack(facts, dim=1)
            return facts.unsqueeze(1).expand(-1, SPEC.frames, -1)  # (B, 2, 3)

        return encode


def load():
    return freeze(Length())
'''
SECONDS = {"ann": 24.0, "bob": 32.0, "cyd": 12.0}


@dataclass(frozen=True)
class Longer:
    """A ranker that prefers the longer of two recordings."""

    cache_key: CacheKey
    task = "expertise-2"
    sha256 = remark = version = "longer"

    def scorer(self, bank: EmbeddingBank) -> "AtWork":
        return AtWork(bank)


@dataclass(frozen=True)
class AtWork:
    """It reads a window's length off its embedding."""

    bank: EmbeddingBank

    def tiles(self, count):
        return tile_pairs(count)

    def score(self, windows, tiles, executor) -> Iterator[np.ndarray]:
        length = self.bank.load_windows(windows)[0][:, 0, 0, 0].numpy()
        for tile in tiles:
            yield (1 + np.sign(length[tile.first, np.newaxis] - length[tile.second])) / 2


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """Three of different lengths, each fading; and the encoder offered."""
    offer_encoders(monkeypatch, tmp_path / "site", {"lengths": LENGTH}, {"length": "lengths"})
    table = pd.DataFrame({"candidate": list(SECONDS)})
    table["path"] = [
        write_sound(
            tmp_path / f"{name}.flac",
            (piano(seconds, 8_000) * np.linspace(1, 0.1, round(seconds * 8_000))).astype("float32"),
            8_000,
        )
        for name, seconds in SECONDS.items()
    ]
    return table


def test_the_embedding_of_a_segment_depends_on_the_whole_recording(recordings, tmp_path):
    store, choice = EmbeddingStore(tmp_path / "store"), EncoderChoice("length")
    settings = EmbeddingSettings(store.folder, (choice, EncoderChoice("spectrogram")), batch_size=2)
    (outcome,) = embed_all([recordings["path"][0]], settings)
    embedding = store.load(cache_key_with_weights_hash(choice), outcome.recording)
    assert embedding.segments.shape == (3, 2, 3)
    assert embedding.seconds.tolist() == [10, 10, 4]
    assert embedding.segments[:, 0, 0].tolist() == [24, 24, 24]
    assert embedding.segments[:, 0, 1].tolist() == [0, 10, 14]
    level = embedding.segments[:, 0, 2]
    assert level[0] == pytest.approx(1, abs=0.01)
    assert level[0] > level[1] > level[2] > 0


@pytest.mark.slow
def test_it_is_embedded_stored_loaded_and_compared_like_any(recordings, tmp_path):
    store, choice = EmbeddingStore(tmp_path / "store"), EncoderChoice("length")
    settings = EmbeddingSettings(store.folder, (choice,))
    with process_executor(1, threads=1) as executor:
        done = {one.path: one for one in embed_all(list(recordings["path"]), settings, executor)}
    named = recordings.assign(recording=[done[path].recording for path in recordings["path"]])
    (loaded,) = load_encoders([choice])
    bank = open_bank(store, loaded.cache_key, named)
    values, mask = bank.load_windows(range(len(bank)))
    assert values.shape == (3, 30, 2, 3)
    assert mask.sum(dim=1).tolist() == [3, 4, 2]
    assert torch.equal(values[:, 0, 0, 0], torch.tensor(list(SECONDS.values())))
    tally = votes_to_comparisons(compare_windows(Longer(loaded.cache_key), bank))
    wins = tally["winner"].value_counts()
    assert wins.to_dict() == {"bob": 4, "ann": 2}
