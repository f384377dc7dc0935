"""Anything that scores pairs of windows is a ranker, and is voted by and kept like the head."""

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
from ranking.embeddings.store import CacheKey, Embedding
from ranking.judging.compare import Judging, Kept, compare_windows
from ranking.judging.cross_fit import compare_unheard
from ranking.judging.ranker import STRIP, Ranker, Strip, cut_strips


@dataclass
class LoudnessScorer:
    """At work on a bank: the mean of each window is computed once."""

    bank: EmbeddingBank
    sharpness: float
    scored: list[Strip]

    def strips(self, count: int) -> list[Strip]:
        return cut_strips(count, block=7)

    def scores(
        self, windows: Sequence[int], strips: Sequence[Strip], pool: Executor
    ) -> Iterator[np.ndarray]:
        own = np.array(list(pool.map(self.mean, windows)))
        for strip in strips:
            self.scored.append(strip)
            gap = own[strip.first, np.newaxis] - own[strip.second]
            yield expit(self.sharpness * gap)

    def mean(self, window: int) -> float:
        return float(self.bank.sounding([window])[0].mean())


class Loudness:
    """Prefers the larger mean of the embedding: no probe, and nothing of torch's arithmetic."""

    task, cache_key, remark, version = (
        "expertise-2",
        CacheKey("spectrogram"),
        "it hears loudness",
        "1",
    )

    def __init__(self, sharpness: float = 50) -> None:
        self.sharpness = sharpness
        self.scored: list[Strip] = []

    @property
    def digest(self) -> str:
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
def test_its_preference_is_what_is_voted(bank, windows, antisymmetric):
    ranker: Ranker = Loudness()
    votes = compare_windows(ranker, bank, Judging(windows, antisymmetric))
    louder = votes["first"] > votes["second"]
    assert ((votes["p_first"] > 0.5) == louder).all()
    counts = bank.windows["candidate"].value_counts()
    meet = votes.groupby(["first", "second"]).size()
    for (first, second), own in meet.items():
        pair = counts[first], counts[second]
        assert own == (min(pair) if windows == "aligned" else pair[0] * pair[1])
    assert len(meet) == 40 * 39


def test_its_votes_are_kept_and_gone_on_with(bank, tmp_path):
    whole = compare_windows(Loudness(), bank)
    kept = Kept(tmp_path, {"c00": "a recording"})
    first = Loudness()
    pd.testing.assert_frame_equal(compare_windows(first, bank, kept=kept), whole)
    (log,) = tmp_path.iterdir()
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    again = Loudness()
    pd.testing.assert_frame_equal(compare_windows(again, bank, kept=kept), whole)
    assert 0 < len(again.scored) < len(first.scored)
    assert again.scored == first.scored[-len(again.scored) :]
    compare_windows(Loudness(sharpness=1), bank, kept=kept)
    assert len(list(tmp_path.iterdir())) == 2


def test_it_compares_those_it_has_not_heard(bank):
    part = pd.Series(np.arange(40) % 3, index=sorted(bank.windows["candidate"].unique()))
    votes = compare_unheard(
        part, lambda _: lambda among: compare_windows(Loudness(), bank, among=among)
    )
    assert len(votes.drop_duplicates(["first", "second"])) == 40 * 39


@given(st.integers(1, 60), st.integers(1, 70) | st.none())
def test_strips_are_every_ordered_pair_once(count, block):
    met = [
        (first, second)
        for strip in cut_strips(count, block)
        for first in strip.first
        for second in strip.second
    ]
    assert len(met) == len(set(met)) == count**2
    for strip in cut_strips(count, block):
        assert strip.size <= STRIP * len(strip.second)
        assert set(strip.first) <= set(strip.block)
        assert max(len(strip.block), len(strip.second)) <= (block or count)
