"""Ten thousand recordings ranked from DAC's codes by Swiss pairs: seconds and memory, all of it.

Run ``python tests/benchmarks/large_codes.py``. One window of five minutes of each candidate is
written into a store on disk (4.7 GB, removed at the end): codes at random, fewer of them the
stronger a candidate is. Codec and head have the paper's sizes and random weights. Timed are opening
the bank, comparing and ranking, by ``--workers`` of one thread each; votes are kept, as by ``judge
rank --pairs swiss``. Kendall's tau is that with the ranking from all pairs of ``--sample``
candidates: a head of random weights contradicts itself little, so ``large_field.py`` says what a
ranker that errs loses.
"""

import argparse
import os
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded

import numpy as np
import pandas as pd
import torch
from large_field import strengths
from scipy.stats import kendalltau

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.cache_key import CacheKey, make_cache_key
from ranking.embeddings.store import EmbeddingStore
from ranking.encoders.dac import SPEC, Dac
from ranking.judging.all_pairs import PairScorer, single_threaded_torch_workers
from ranking.judging.compare import Pairing, ResultCache, compare_windows
from ranking.judging.selected_pairs import Selection, compare_selected_windows
from ranking.network.factorised import FactorisedHead
from ranking.network.head import Head, HeadConfig, make_head
from ranking.tasks.by_pair import p_first
from ranking.workers.memory import keep_freed_memory

KEY = make_cache_key("dac", "float32", "", {})
BOTH_ORDERS = Pairing(antisymmetric=True)


@dataclass(frozen=True)
class RandomRanker:
    """A head of random weights, as a ranker."""

    head: Head
    sha256: str = "random"
    cache_key: CacheKey = KEY

    def scorer(self, bank: EmbeddingBank) -> PairScorer:
        """Return the factorised head on a bank."""
        head = FactorisedHead(self.head, projection=bank.projection)
        return PairScorer(head, bank.iter_unprojected, p_first)


def write_codes(store: EmbeddingStore, candidates: int, segments: int, seed: int) -> pd.DataFrame:
    """Write codes of each candidate; return the table of their recordings."""
    rng = np.random.default_rng(seed)
    shape = segments, SPEC.frames, SPEC.codebooks
    rows = []
    for number in range(candidates):
        codes = rng.integers(0, 1024, shape, np.uint16)
        codes[rng.random(shape, np.float32) < number / candidates] %= 512
        rows.append((f"c{number:05}", f"{number:064}"))
        with store.open_writer(KEY, rows[-1][1], "uint16") as writer:
            writer.add(codes, [float(SEGMENT_SECONDS)] * segments)
    return pd.DataFrame(rng.permutation(rows), columns=["candidate", "recording"])


def main() -> None:
    """Write, rank, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=230_000)
    parser.add_argument("--segments", type=int, default=30)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    keep_freed_memory()
    torch.manual_seed(given.seed)
    encoder = Dac().eval()
    shape = HeadConfig(SPEC.frames, SPEC.dimension, 2, inputs=2, segments=given.segments)
    ranker = RandomRanker(make_head(shape, given.seed).eval())
    with tempfile.TemporaryDirectory() as name, single_threaded_torch_workers(given.workers) as own:
        store = EmbeddingStore(Path(name) / "store")
        recordings = write_codes(store, given.candidates, given.segments, given.seed)
        before = time.perf_counter(), time.process_time()
        bank = open_bank(store, KEY, recordings, encoder, segments_per_window=given.segments)
        cache = ResultCache(Path(name) / "votes", {})
        selection = Selection("swiss", given.pairs, given.seed)
        found = compare_selected_windows(ranker, bank, selection, BOTH_ORDERS, cache, own)
        ranking = strengths(found.votes)
        seconds, cpu = time.perf_counter() - before[0], time.process_time() - before[1]
        gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rng = np.random.default_rng(given.seed)
        some = rng.choice(recordings["candidate"], given.sample, replace=False).tolist()
        whole = strengths(compare_windows(ranker, bank, BOTH_ORDERS, some, executor=own))
    print(f"{given.candidates:,} candidates, {len(found.compared):,} pairs in both orders")
    print(f"ranked in {seconds:.0f} s ({cpu:.0f} s of CPU) with at most {gigabytes:.2f} GB")
    tau = kendalltau(ranking[some], whole[some]).statistic
    print(f"tau with the ranking from all pairs of {given.sample:,}: {tau:.3f}")


if __name__ == "__main__":
    main()
