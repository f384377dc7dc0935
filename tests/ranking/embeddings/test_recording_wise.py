"""An encoder that needs the whole recording goes where all others go, as far as a ranking."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from plugins import offer_encoders
from sounds import piano, write_sound

from ranking.comparisons.votes import count_votes
from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.embed import Choice, cache_key_of, load_chosen
from ranking.embeddings.executors import process_executor
from ranking.embeddings.store import CacheKey, EmbeddingStore
from ranking.embeddings.workers import Work, embed_all
from ranking.judging.compare import compare_windows
from ranking.judging.ranker import cut_strips

LENGTH = '''
"""How long the recording is, where in it a segment lies, and how loud that is for it."""

import torch

from ranking.audio.decoding import open_sound
from ranking.encoders.base import Encoder, frozen
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

    def begin(self, path, left=False):
        with open_sound(path, left) as sound:
            peak = max(float(abs(block).max()) for block in sound.blocks())
            seconds = sound.seconds

        def encode(samples, first):
            self.check(samples)
            place = first + torch.arange(len(samples))
            level = samples.abs().amax(dim=1) / peak
            facts = torch.stack([torch.full_like(level, seconds), place, level], dim=1)
            return facts.unsqueeze(1).expand(-1, SPEC.frames, -1)  # (B, 2, 3)

        return encode


def load():
    return frozen(Length())
'''
SECONDS = {"ann": 24.0, "bob": 32.0, "cyd": 12.0}


@dataclass(frozen=True)
class Longer:
    """A ranker that prefers the longer of two recordings."""

    cache_key: CacheKey
    task = "expertise-2"
    digest = note = version = "longer"

    def scorer(self, bank: EmbeddingBank) -> "AtWork":
        return AtWork(bank)


@dataclass(frozen=True)
class AtWork:
    """It reads a window's length off its embedding."""

    bank: EmbeddingBank

    def strips(self, count):
        return cut_strips(count)

    def scores(self, windows, strips, pool) -> Iterator[np.ndarray]:
        length = self.bank.take(windows)[0][:, 0, 0, 0].numpy()
        for strip in strips:
            yield (1 + np.sign(length[strip.first, np.newaxis] - length[strip.second])) / 2


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


def test_each_segment_knows_of_the_whole_recording(recordings, tmp_path):
    store, choice = EmbeddingStore(tmp_path / "store"), Choice("length")
    work = Work(store.folder, (choice, Choice("spectrogram")), batch=2)
    (outcome,) = embed_all([recordings["path"][0]], work)
    kept = store.read(cache_key_of(choice), outcome.recording)
    assert kept.segments.shape == (3, 2, 3)
    assert kept.seconds.tolist() == [10, 10, 4]
    assert kept.segments[:, 0, 0].tolist() == [24, 24, 24]
    assert kept.segments[:, 0, 1].tolist() == [0, 1, 2]
    level = kept.segments[:, 0, 2]
    assert level[0] == pytest.approx(1, abs=0.01)
    assert level[0] > level[1] > level[2] > 0


def test_it_is_embedded_stored_banked_and_judged_like_any(recordings, tmp_path):
    store, choice = EmbeddingStore(tmp_path / "store"), Choice("length")
    work = Work(store.folder, (choice,))
    with process_executor(1, threads=1) as executor:
        done = {one.path: one for one in embed_all(list(recordings["path"]), work, executor)}
    named = recordings.assign(recording=[done[path].recording for path in recordings["path"]])
    (loaded,) = load_chosen([choice])
    bank = open_bank(store, loaded.cache_key, named, loaded.encoder.expand)
    values, mask = bank.take(range(len(bank)))
    assert values.shape == (3, 30, 2, 3)
    assert mask.sum(dim=1).tolist() == [3, 4, 2]
    assert torch.equal(values[:, 0, 0, 0], torch.tensor(list(SECONDS.values())))
    tally = count_votes(compare_windows(Longer(loaded.cache_key), bank))
    wins = tally["winner"].value_counts()
    assert wins.to_dict() == {"bob": 4, "ann": 2}
