"""Votes on chosen pairs: those that all pairs would have, and the same after an interruption."""

import numpy as np
import pandas as pd
import pytest
import torch
from heads import lively_head

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import Embedding
from ranking.errors import RankingError
from ranking.judging.all_pairs import PairScorer
from ranking.judging.compare import Pairing, ResultCache, compare_windows
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.selected_pairs import Selection, compare_selected_windows
from ranking.network.factorised import FactorisedHead
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Record

FRAMES, DIMENSION = 20, 30
SEGMENTS = {f"c{at}": 20 + 7 * at for at in range(8)}  # one window to three
KEYS = ["first", "second", "first_window", "second_window"]


def bank_of(segments: dict[str, int]) -> EmbeddingBank:
    rng = np.random.default_rng(0)
    lengths = {name: np.full(count, 10.0) for name, count in segments.items()}
    return EmbeddingBank(
        [
            (
                name,
                Embedding(
                    rng.standard_normal((len(own), FRAMES, DIMENSION)).astype(np.float16), own
                ),
            )
            for name, own in lengths.items()
        ]
    )


def ranker_of() -> ProbeRanker:
    head = lively_head(HeadConfig(FRAMES, DIMENSION, 2, inputs=2))
    return ProbeRanker(head, Record("expertise-2", CacheKey("spectrogram"), head.config))


@pytest.mark.parametrize("windows", ["aligned", "all"])
@pytest.mark.parametrize("antisymmetric", [False, True])
def test_votes_are_those_of_all_pairs(windows, antisymmetric):
    bank, ranker, pairing = bank_of(SEGMENTS), ranker_of(), Pairing(windows, antisymmetric)
    found = compare_selected_windows(ranker, bank, Selection("swiss", 12), pairing)
    everything = compare_windows(ranker, bank, pairing).set_index(KEYS)["p_first"]
    votes = found.votes.set_index(KEYS)["p_first"]
    assert len(found.compared) == 12
    assert np.allclose(votes, everything.loc[votes.index], atol=2e-6)
    pairs = {tuple(sorted(pair)) for pair in found.votes[["first", "second"]].to_numpy().tolist()}
    ids = bank.windows["candidate"].unique()
    assert pairs == {tuple(sorted(pair)) for pair in ids[found.compared.pairs].tolist()}
    assert votes.index.tolist() == [key for key in everything.index if key in set(votes.index)]


def test_all_pairs_by_rounds_are_all_pairs():
    bank, ranker = bank_of(SEGMENTS), ranker_of()
    found = compare_selected_windows(ranker, bank, Selection("random", 28))
    wanted = compare_windows(ranker, bank)
    pd.testing.assert_frame_equal(found.votes, wanted, check_exact=False, atol=2e-6, rtol=0)


class StopError(Exception):
    """An interruption."""


def test_an_interrupted_call_goes_on_and_a_larger_budget_too(monkeypatch, tmp_path):
    bank, ranker = bank_of(SEGMENTS), ranker_of()
    cache = ResultCache(tmp_path / "votes", {"recordings": {}})
    whole = compare_selected_windows(ranker, bank, Selection("swiss", 16, seed=3))
    score, computed = PairScorer.score_pairs, []

    def counting(self, windows, pairs, executor):
        if len(computed) == 2:
            raise StopError
        computed.append(len(pairs))
        return score(self, windows, pairs, executor)

    monkeypatch.setattr(PairScorer, "score_pairs", counting)
    with pytest.raises(StopError):
        compare_selected_windows(ranker, bank, Selection("swiss", 12, seed=3), cache=cache)
    monkeypatch.setattr(PairScorer, "score_pairs", score)
    monkeypatch.setattr(PairScorer, "_chosen", _noted(computed := [], PairScorer._chosen))
    again = compare_selected_windows(ranker, bank, Selection("swiss", 16, seed=3), cache=cache)
    assert len(computed) == 2  # of four rounds, those that were not kept
    pd.testing.assert_frame_equal(again.votes, whole.votes)


def _noted(calls, function):
    def call(*given):
        calls.append(1)
        return function(*given)

    return call


def test_without_a_number_it_ends_where_the_ranking_is_stable():
    bank, ranker = bank_of({f"c{at}": 5 for at in range(8)}), ranker_of()
    found = compare_selected_windows(ranker, bank, Selection("swiss"))
    assert len(found.compared) == 28 or min(found.agreements) >= 0.97


def test_one_candidate_makes_no_pair():
    with pytest.raises(RankingError, match="fewer than two"):
        compare_selected_windows(ranker_of(), bank_of({"a": 5}), Selection("swiss"))


def test_a_head_gives_chosen_pairs_as_it_gives_all():
    head = FactorisedHead(lively_head(HeadConfig(FRAMES, DIMENSION, 2, inputs=2, segments=3)))
    mask = torch.tensor([[True] * 3, [True, True, False], [True, False, False]])
    x = torch.randn((6, FRAMES, DIMENSION), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        first, second = head.partial_sums([x], mask)
        everything = head(first, second)
        chosen = head.one_to_one(first.select([2, 0, 1]), second.select([0, 1, 1]))
    assert torch.allclose(chosen, everything[[2, 0, 1], [0, 1, 1]], atol=1e-5)
    assert everything.std() > 1e-3
