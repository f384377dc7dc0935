"""All pairs on a GPU, as far as a CPU in its place can tell."""

import numpy as np
import pytest
import torch
from heads import lively_head

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.judging import all_pairs
from ranking.judging.all_pairs import PairScorer, single_threaded_torch_workers
from ranking.network.factorised import FactorisedHead
from ranking.network.head import HeadConfig
from ranking.tasks.by_pair import p_first

COUNTS = [30, 30, 17, 30, 22, 30] * 7


@pytest.fixture(scope="module")
def bank():
    drawn = np.random.default_rng(0)
    return EmbeddingBank(
        [
            (
                str(number),
                Embedding(drawn.standard_normal((count, 20, 40), np.float32), np.full(count, 10.0)),
            )
            for number, count in enumerate(COUNTS)
        ]
    )


@pytest.fixture(scope="module")
def head():
    return FactorisedHead(lively_head(HeadConfig(20, 40, 2, inputs=2)))


@pytest.fixture
def as_gpu(monkeypatch):
    """The CPU is given its work as a GPU is."""
    monkeypatch.setattr(all_pairs, "works_ahead", lambda device: True)


def scores(scorer, tiles, executor=None):
    return np.concatenate(list(scorer.score(range(len(COUNTS)), tiles, executor)))


@pytest.fixture(scope="module")
def expected(bank, head):
    with single_threaded_torch_workers(2) as executor:
        scorer = PairScorer(head, bank.iter_segments, p_first)
        return scores(scorer, scorer.tiles(len(COUNTS)), executor)


def test_one_thread_gives_a_gpu_the_same_work(bank, head, expected, as_gpu):
    asked = []

    def load_segments(windows, size):
        asked.append((len(windows), size))
        return bank.iter_segments(windows, size)

    scorer = PairScorer(head, load_segments, p_first)
    own = scores(scorer, scorer.tiles(len(COUNTS)))  # no executor is needed
    np.testing.assert_allclose(own, expected, rtol=0, atol=1e-6)
    assert scorer.batch == all_pairs.DEVICE_BATCH
    assert asked == [(8, 256)] * 5 + [(2, 256)]  # eight windows of thirty segments at a time


def test_the_first_tile_is_read_when_two_more_are_under_way(bank, head, as_gpu, monkeypatch):
    begun = []
    real = all_pairs.begin_fetch
    monkeypatch.setattr(all_pairs, "begin_fetch", lambda x: begun.append(1) or real(x))
    scorer = PairScorer(head, bank.iter_segments, p_first)
    tiles = scorer.tiles(len(COUNTS))
    coming = scorer.score(range(len(COUNTS)), tiles, None)
    next(coming)
    assert len(begun) == 3
    assert len(tiles) == len(list(coming)) + 1


def test_fewer_pairs_at_a_time_after_the_memory_did_not_suffice(bank, head, expected, as_gpu):
    class Short(FactorisedHead):
        def forward(self, first, second):
            if len(second.mask) > 12:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().forward(first, second)

    short = Short(lively_head(HeadConfig(20, 40, 2, inputs=2)))
    scorer = PairScorer(short, bank.iter_segments, p_first)
    own = scores(scorer, scorer.tiles(len(COUNTS)))
    np.testing.assert_allclose(own, expected, rtol=0, atol=1e-6)
    assert scorer.batch == (16, 10)


def test_pairs_are_compared_without_tf32(bank, as_gpu):
    seen = []

    class Watched(FactorisedHead):
        def forward(self, first, second):
            seen.append(torch.backends.cudnn.conv.fp32_precision)
            return super().forward(first, second)

        def partial_sums(self, segments, mask):
            seen.append(torch.backends.cuda.matmul.fp32_precision)
            return super().partial_sums(segments, mask)

    head = Watched(lively_head(HeadConfig(20, 40, 2, inputs=2)))
    scorer = PairScorer(head, bank.iter_segments, p_first)
    scores(scorer, scorer.tiles(len(COUNTS)))
    assert set(seen) == {"ieee"}
