"""Votes and fits of one class of device, cpu or cuda, never mix with those of another."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import ON_CPU, Embedding
from ranking.judging import fit
from ranking.judging.compare import ResultCache, compare_windows
from ranking.judging.fit import fit_ranker
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.ranker import tile_pairs
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Record

NAMES = ("ann", "bob", "cyd")


@dataclass
class Counting:
    """A ranker that computes nothing, and counts the tiles that it was asked for."""

    bank: EmbeddingBank | None = None
    asked: int = 0
    cache_key = CacheKey("spectrogram")
    task, sha256, remark, version = "expertise-2", "counting", "", "1"

    def scorer(self, bank):
        self.bank = bank
        return self

    def tiles(self, count):
        return tile_pairs(count)

    def score(self, windows, tiles, executor):
        for tile in tiles:
            self.asked += 1
            value = 0.75 if self.bank.device.type == "cpu" else 0.25
            yield np.full((len(tile.first), len(tile.second)), value)


def bank_on(device: str = "cpu", embedded_on: dict[str, str] | None = None) -> EmbeddingBank:
    """A bank as it would be on a device; nothing is computed there."""
    rng = np.random.default_rng(0)
    made = {name: {"device": own} for name, own in (embedded_on or {}).items()}
    bank = EmbeddingBank(
        [
            (
                name,
                Embedding(
                    rng.standard_normal((3, 20, 30)).astype("float16"),
                    np.full(3, 10.0),
                    made.get(name, ON_CPU),
                ),
            )
            for name in NAMES
        ]
    )
    bank.device = torch.device(device)
    return bank


def logs(cache):
    return {path.name for path in cache.folder.glob("*.votes")}


@pytest.fixture
def cache(tmp_path):
    return ResultCache(tmp_path / "votes", {"ann": "her recording"})


def test_another_class_of_device_starts_its_own_log(cache):
    ranker = Counting()
    on_cpu = compare_windows(ranker, bank_on("cpu"), cache=cache)
    first, asked = logs(cache), ranker.asked
    on_cuda = compare_windows(ranker, bank_on("cuda:0"), cache=cache)
    assert len(logs(cache)) == 2
    assert logs(cache) > first
    assert ranker.asked == 2 * asked
    assert set(on_cpu["p_first"]) == {0.75}
    assert set(on_cuda["p_first"]) == {0.25}
    compare_windows(ranker, bank_on("cuda:1"), cache=cache)  # another card, the same class
    compare_windows(ranker, bank_on("cpu"), cache=cache)
    assert len(logs(cache)) == 2
    assert ranker.asked == 2 * asked


def test_a_log_is_of_embeddings_of_the_same_class(cache):
    ranker = Counting()
    compare_windows(ranker, bank_on(), cache=cache)
    compare_windows(ranker, bank_on(embedded_on=dict.fromkeys(NAMES, "cpu")), cache=cache)
    assert len(logs(cache)) == 1
    for count, embedded_on in enumerate(({"bob": "cuda"}, dict.fromkeys(NAMES, "cuda")), start=2):
        compare_windows(ranker, bank_on(embedded_on=embedded_on), cache=cache)
        assert len(logs(cache)) == count


def test_a_fit_on_another_class_of_device_is_another_fit(tmp_path, monkeypatch):
    config = HeadConfig(20, 30, 2, inputs=2)
    ranker = ProbeRanker(make_head(config), Record("expertise-2", CacheKey("x"), config))
    found = []
    monkeypatch.setattr(fit, "json_sha256", lambda facts: found.append(facts) or "0" * 64)
    (tmp_path / ("0" * 64)).mkdir()
    (tmp_path / ("0" * 64) / "ranker.json").touch()
    monkeypatch.setattr(fit, "_cached", lambda path, progress: path)
    score = pd.Series([0.0, 1.0, 2.0], index=NAMES)
    cache = ResultCache(tmp_path, {"ann": "her recording"})
    for bank in (bank_on(), bank_on("cuda"), bank_on(embedded_on={"ann": "cuda"})):
        fit_ranker(ranker, bank, score, cache=cache)
    on_cpu, on_cuda, embedded_on_cuda = found
    assert on_cuda == on_cpu | {"device": "cuda"}
    assert embedded_on_cuda == on_cpu | {"embedded_on": {"ann": "cuda"}}
