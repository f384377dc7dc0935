"""Anything that scores pairs of windows is a ranker, whose votes are cached as the head's are."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import Embedding
from ranking.judging.compare import Pairing, ResultCache, compare_windows
from ranking.judging.cross_fit import held_out_votes
from ranking.judging.ranker import TILE_ROWS, Ranker, Tile, tile_pairs


@dataclass
class LoudnessScorer:
    """On a bank: the mean of each window is computed once."""

    bank: EmbeddingBank
    sharpness: float
    scored: list[Tile]

    def tiles(self, count: int) -> list[Tile]:
        return tile_pairs(count, max_block=7)

    def score(
        self, windows: Sequence[int], tiles: Sequence[Tile], executor: Executor
    ) -> Iterator[np.ndarray]:
        own = np.array(list(executor.map(self.mean, windows)))
        for tile in tiles:
            self.scored.append(tile)
            gap = own[tile.first, np.newaxis] - own[tile.second]
            yield expit(self.sharpness * gap)

    def mean(self, window: int) -> float:
        return float(self.bank.load_segments([window])[0].mean())


class Loudness:
    """Prefers the larger mean of the embedding: no probe, and nothing of torch's arithmetic."""

    task, cache_key, remark, version = (
        "expertise-2",
        CacheKey("spectrogram"),
        "it prefers the louder",
        "1",
    )

    def __init__(self, sharpness: float = 50) -> None:
        self.sharpness = sharpness
        self.scored: list[Tile] = []

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"loudness {self.sharpness}".encode()).hexdigest()

    def scorer(self, bank: EmbeddingBank) -> LoudnessScorer:
        return LoudnessScorer(bank, self.sharpness, self.scored)


@pytest.fixture(scope="module")
def bank() -> EmbeddingBank:
    """Forty candidates; the later, the louder."""
    rng = np.random.default_rng(0)
    return EmbeddingBank(
        [
            (
                f"c{n:02}",
                Embedding(
                    (rng.standard_normal((31 + n, 8, 5)) + n).astype(np.float16),
                    np.full(31 + n, 10.0),
                ),
            )
            for n in range(40)
        ]
    )


@pytest.mark.parametrize("windows", ["aligned", "all"])
@pytest.mark.parametrize("antisymmetric", [False, True])
def test_its_votes_are_its_preferences(bank, windows, antisymmetric):
    ranker: Ranker = Loudness()
    votes = compare_windows(ranker, bank, Pairing(windows, antisymmetric))
    louder = votes["first"] > votes["second"]
    assert ((votes["p_first"] > 0.5) == louder).all()
    counts = bank.windows["candidate"].value_counts()
    sizes = votes.groupby(["first", "second"]).size()
    for (first, second), own in sizes.items():
        pair = counts[first], counts[second]
        assert own == (min(pair) if windows == "aligned" else pair[0] * pair[1])
    assert len(sizes) == 40 * 39


def test_its_votes_are_cached_and_an_interrupted_call_resumes(bank, tmp_path):
    whole = compare_windows(Loudness(), bank)
    cache = ResultCache(tmp_path, {"c00": "a recording"})
    first = Loudness()
    pd.testing.assert_frame_equal(compare_windows(first, bank, cache=cache), whole)
    (log,) = tmp_path.iterdir()
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    again = Loudness()
    pd.testing.assert_frame_equal(compare_windows(again, bank, cache=cache), whole)
    assert 0 < len(again.scored) < len(first.scored)
    assert again.scored == first.scored[-len(again.scored) :]
    compare_windows(Loudness(sharpness=1), bank, cache=cache)
    assert len(list(tmp_path.iterdir())) == 2


def test_it_compares_candidates_that_were_held_out(bank):
    fold = pd.Series(np.arange(40) % 3, index=sorted(bank.windows["candidate"].unique()))
    votes = held_out_votes(
        fold, lambda _: lambda candidates: compare_windows(Loudness(), bank, candidates=candidates)
    )
    assert len(votes.drop_duplicates(["first", "second"])) == 40 * 39


@given(st.integers(1, 60), st.integers(1, 70) | st.none())
def test_tiles_are_every_ordered_pair_once(count, block):
    pairs = [
        (first, second)
        for tile in tile_pairs(count, block)
        for first in tile.first
        for second in tile.second
    ]
    assert len(pairs) == len(set(pairs)) == count**2
    for tile in tile_pairs(count, block):
        assert tile.size <= TILE_ROWS * len(tile.second)
        assert set(tile.first) <= set(tile.first_block)
        assert max(len(tile.first_block), len(tile.second)) <= (block or count)
