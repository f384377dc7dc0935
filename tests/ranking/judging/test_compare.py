"""Votes of a ranker: those of the head on each pair, once each, whatever happens on the way."""

import errno
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from heads import fixed_head, lively_head, side_by_side

from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import Embedding
from ranking.errors import RankingError, StoreError
from ranking.judging import all_pairs
from ranking.judging.all_pairs import PairScorer, single_threaded_torch_workers
from ranking.judging.compare import Pairing, ResultCache, compare_windows
from ranking.judging.probe_ranker import ProbeRanker
from ranking.network.factorised import FactorisedHead
from ranking.network.head import Head, HeadConfig
from ranking.probe.checkpoint import Record
from ranking.progress import Progress
from ranking.tables import VOTES
from ranking.tasks.by_pair import p_first

FRAMES, DIMENSION = 20, 30
SEGMENTS = {"dov": 75, "ann": 46, "cyd": 30, "bea": 5}  # windows: 3, 2, 1, 1


def bank_of(segments: dict[str, int]) -> EmbeddingBank:
    rng = np.random.default_rng(0)
    return EmbeddingBank(
        [
            (
                name,
                Embedding(
                    rng.standard_normal((count, FRAMES, DIMENSION)).astype(np.float16),
                    np.full(count, 10.0),
                ),
            )
            for name, count in segments.items()
        ]
    )


def as_ranker(head: Head) -> ProbeRanker:
    record = Record(f"expertise-{head.config.outputs}", CacheKey("spectrogram"), head.config)
    return ProbeRanker(head, record)


def ranker_of(classes: int = 2) -> ProbeRanker:
    return as_ranker(lively_head(HeadConfig(FRAMES, DIMENSION, classes, inputs=2)))


def one_by_one(head: Head, bank: EmbeddingBank, windows: str = "aligned") -> pd.DataFrame:
    """Votes by the head itself, pair by pair."""
    rows = []
    for a in bank.windows.itertuples():
        for b in bank.windows.itertuples():
            others = a.candidate != b.candidate
            if others and (windows == "all" or a.window == b.window):
                with torch.inference_mode():
                    pair = side_by_side(bank.load_windows([a.row]), bank.load_windows([b.row]))
                    p = float(p_first(head(*pair)))
                rows.append((a.candidate, b.candidate, a.window, b.window, p))
    order = {name: place for place, name in enumerate(bank.windows["candidate"].unique())}
    table = pd.DataFrame(rows, columns=list(VOTES))
    keys = [table[column].map(order) for column in ("first", "second")]
    keys += [table["first_window"], table["second_window"]]
    return table.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)


@pytest.mark.parametrize("windows", ["aligned", "all"])
@pytest.mark.parametrize("classes", [2, 4])
def test_votes_are_the_heads_on_each_pair(classes, windows):
    bank, ranker = bank_of(SEGMENTS), ranker_of(classes)
    votes = compare_windows(ranker, bank, Pairing(windows))
    wanted = one_by_one(ranker.head, bank, windows)
    pd.testing.assert_frame_equal(votes, wanted, check_exact=False, atol=2e-6, rtol=0)
    assert votes["p_first"].std() > 0.01


def test_every_window_that_both_have_is_voted_on():
    votes = compare_windows(ranker_of(), bank_of(SEGMENTS))
    windows = {name: -(-count // 30) for name, count in SEGMENTS.items()}
    for (first, second), own in votes.groupby(["first", "second"]):
        for column in ("first_window", "second_window"):
            assert own[column].tolist() == list(range(min(windows[first], windows[second])))
    assert len(votes_to_comparisons(votes)) == 4 * 3


def test_the_two_orders_agree_in_an_antisymmetric_vote():
    bank, ranker = bank_of(SEGMENTS), ranker_of()
    for windows in ("aligned", "all"):
        plain, even = (
            compare_windows(ranker, bank, Pairing(windows, antisymmetric=antisymmetric))
            .query("first_window == second_window == 0")
            .pivot_table(index="first", columns="second", values="p_first")
            .to_numpy()
            for antisymmetric in (False, True)
        )
        apart = ~np.eye(len(plain), dtype=bool)
        assert np.allclose((even + even.T)[apart], 1, rtol=0, atol=1e-9)
        assert np.allclose(even[apart], ((plain + 1 - plain.T) / 2)[apart], rtol=0, atol=2e-6)
        assert even[apart].std() > 100 * 2e-6


def test_nobody_is_better_than_themselves():
    """Two candidates with one recording: both orders agree, and their average is one half."""
    bank = bank_of({"ann": 30})
    twin = EmbeddingBank([(name, bank._embeddings[0]) for name in ("ann", "bob")])
    plain = compare_windows(ranker_of(), twin)["p_first"]
    assert plain[0] == plain[1]
    even = compare_windows(ranker_of(), twin, Pairing(antisymmetric=True))
    assert even["p_first"].tolist() == [0.5, 0.5]


@pytest.mark.slow
def test_blocks_and_workers_change_nothing(monkeypatch):
    bank, ranker = bank_of({f"c{n:02}": 45 for n in range(24)}), ranker_of()
    whole = compare_windows(ranker, bank)
    with single_threaded_torch_workers(3) as executor:
        pd.testing.assert_frame_equal(compare_windows(ranker, bank, executor=executor), whole)
    ten = 10 * FactorisedHead(ranker.head).bytes_per_window
    monkeypatch.setattr(all_pairs, "MAX_BYTES", 2 * ten)
    small = compare_windows(ranker, bank)
    pd.testing.assert_frame_equal(small, whole, check_exact=False, atol=2e-6, rtol=0)


@pytest.mark.parametrize(
    "kind",
    ["threads", pytest.param("processes", marks=pytest.mark.slow)],  # torch loads anew
)
def test_any_executor_does(kind):
    bank, ranker = bank_of({f"c{n:02}": 5 for n in range(4)}), ranker_of()
    executor: Executor = ThreadPoolExecutor(2)
    if kind == "processes":
        executor = ProcessPoolExecutor(1, get_context("spawn"))
    with executor:
        votes = compare_windows(ranker, bank, executor=executor)
    pd.testing.assert_frame_equal(
        votes, compare_windows(ranker, bank), check_exact=False, atol=2e-6, rtol=0
    )


class StopError(Exception):
    """The process ends here."""


def log_in(cache: ResultCache) -> Path:
    """The one log in the folder."""
    (path,) = cache.folder.iterdir()
    return path


@pytest.fixture
def computed(monkeypatch):
    """Pairs of windows that were computed, tile by tile."""
    sizes = []
    tile = PairScorer._tile

    def tally(self, first, second, one):
        sizes.append(one.size)
        return tile(self, first, second, one)

    monkeypatch.setattr(PairScorer, "_tile", tally)
    return sizes


class Recorder(Progress):
    """Records how many pairs are done, and of how many; may stop there."""

    def __init__(self, stop_at: float = np.inf) -> None:
        self.stop_at = stop_at
        self.remarks: list[str] = []
        self.done_so_far: list[float] = [0]

    def start(self, what: str, total: float | None = None, unit: str = "") -> "Recorder":
        self.what, self.total = what, total
        return self

    def advance(self, steps: float = 1, detail: str = "") -> None:
        self.done_so_far.append(self.done_so_far[-1] + steps)
        if self.done_so_far[-1] >= self.stop_at:
            raise StopError

    def remark(self, sentence: str) -> None:
        self.remarks.append(sentence)


@pytest.mark.slow
def test_an_interrupted_call_goes_on_where_it_stopped(tmp_path, computed):
    bank, ranker = bank_of({f"c{n:02}": 45 for n in range(24)}), ranker_of()
    whole = compare_windows(ranker, bank)
    total = sum(computed)
    cache = ResultCache(tmp_path / "votes", {"ann": "her recording"})
    for pairs in (384, 576, 960):
        with pytest.raises(StopError):
            compare_windows(ranker, bank, cache=cache, progress=Recorder(pairs))
    with log_in(cache).open("ab") as file:  # killed while it wrote
        file.write(b"half a record")
    recorder = Recorder()
    again = compare_windows(ranker, bank, cache=cache, progress=recorder)
    pd.testing.assert_frame_equal(again, whole)
    assert recorder.what == "comparing windows"
    (remark,) = recorder.remarks
    assert remark.startswith(f"comparing goes on from what an earlier call kept in {cache.folder}:")
    assert recorder.done_so_far[-1] == recorder.total == total
    assert recorder.done_so_far[1] >= 960
    computed.clear()
    recorder = Recorder()
    again = compare_windows(ranker, bank, cache=cache, progress=recorder)
    pd.testing.assert_frame_equal(again, whole)
    assert computed == []
    assert recorder.remarks == []  # nothing was left to do


def test_a_flipped_byte_is_noticed_and_its_tile_computed_again(tmp_path, computed):
    bank, ranker = bank_of({f"c{n:02}": 30 for n in range(24)}), ranker_of()
    cache = ResultCache(tmp_path, {})
    whole = compare_windows(ranker, bank, cache=cache)
    raw = bytearray(log_in(cache).read_bytes())
    raw[-100] ^= 4
    log_in(cache).write_bytes(raw)
    computed.clear()
    recorder = Recorder()
    again = compare_windows(ranker, bank, cache=cache, progress=recorder)
    pd.testing.assert_frame_equal(again, whole)
    assert computed == [8 * 24]  # the last tile, of 16 + 8
    assert recorder.remarks[0] == f"votes in {tmp_path} are damaged; they are computed again"


@pytest.mark.parametrize("change", ["head", "recordings", "windows", "candidates", "pairing"])
def test_cached_votes_of_something_else_are_not_used(tmp_path, computed, change):
    bank, ranker = bank_of({"ann": 60, "bob": 60, "cyd": 60}), ranker_of()
    compare_windows(ranker, bank, cache=ResultCache(tmp_path, {"ann": 1}))
    computed.clear()
    if change == "windows":
        bank = bank_of({"ann": 60, "bob": 60, "dov": 60})
    if change == "head":
        ranker.head.output.bias.data += 1e-6
    candidates = ["ann", "cyd"] if change == "candidates" else None
    pairing = Pairing("all" if change == "pairing" else "aligned")
    cache = ResultCache(tmp_path, {"ann": 2 if change == "recordings" else 1})
    votes = compare_windows(ranker, bank, pairing, candidates, cache)
    assert sum(computed) == {"pairing": 36, "candidates": 8}.get(change, 18)
    pd.testing.assert_frame_equal(votes, compare_windows(ranker, bank, pairing, candidates))


@pytest.mark.parametrize(
    ("windows", "name"),
    [
        ("all", "3db03e28d3732581f72abc53096ec7329d6eb11db6293ec8ca2264f3d7cc3591"),
        ("aligned", "0e3d163ea7a5c24b8722b090d8508ec400f0e3c99fed9816a6a06a72ca9220d2"),
    ],
)
def test_votes_are_cached_under_the_name_that_they_always_had(tmp_path, windows, name):
    """Renaming a column, a field or a choice must not lose what people have on disk."""
    config = HeadConfig(FRAMES, DIMENSION, 2, 2, 30, (1, 3, 1), 5, 4, 2, 12, 3, 7, 0.25)
    cache = ResultCache(tmp_path, {"ann": "a", "made": "spectrogram"})
    bank = bank_of({"ann": 46, "bob": 30, "cyd": 4})
    compare_windows(as_ranker(fixed_head(config)), bank, Pairing(windows), cache=cache)
    assert log_in(cache).name == f"{name}.votes"


def test_an_unwritable_log_and_a_single_candidate_are_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"votes: it cannot be written \("):
        compare_windows(ranker_of(), bank_of(SEGMENTS), cache=ResultCache(tmp_path / "file", {}))
    with pytest.raises(RankingError, match="fewer than two candidates"):
        compare_windows(ranker_of(), bank_of({"ann": 90}))
    with pytest.raises(RankingError, match="windows some: no such choice"):
        Pairing("some")


def test_the_number_of_torchs_threads_is_restored():
    before = torch.get_num_threads()
    compare_windows(ranker_of(), bank_of(SEGMENTS))
    assert torch.get_num_threads() == before


def test_votes_are_read_and_the_rest_computed_where_nothing_can_be_written(tmp_path, monkeypatch):
    bank, cache, remarks = bank_of(SEGMENTS), ResultCache(tmp_path / "votes", {}), []
    whole = compare_windows(ranker_of(), bank, cache=cache)
    log = log_in(cache)
    log.write_bytes(log.read_bytes()[:-3])
    before = log.read_bytes()

    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", read_only)
    progress = Progress()
    monkeypatch.setattr(progress, "remark", remarks.append)
    again = compare_windows(ranker_of(), bank, cache=cache, progress=progress)
    pd.testing.assert_frame_equal(again, whole)
    assert log.read_bytes() == before
    assert any("votes are computed, but not kept" in one for one in remarks)
