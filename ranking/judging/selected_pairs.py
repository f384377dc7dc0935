"""A ranker's votes on chosen pairs of candidates, round by round, chosen by its votes so far.

Conventions
-----------
A pair of candidates is compared in both orders, on the windows that
:mod:`ranking.judging.compare` pairs; the votes of both orders decide what
:mod:`ranking.selection.rules` chooses next. Votes of a round are a log of their own, named by all
that they depend on, its pairs among it: since pairs follow from the votes before and the seed, a
call after an interruption, or one of a larger budget, reads the rounds that are there and goes on.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import RankingError
from ranking.judging.all_pairs import PAIRS_AT_ONCE, single_threaded_torch_workers
from ranking.judging.compare import ALIGNED, DECIMALS, Pairing, ResultCache, votes_on_disk
from ranking.judging.ranker import Ranker
from ranking.judging.vote_log import open_vote_log
from ranking.progress import SILENT, Progress
from ranking.selection.compared_pairs import ComparedPairs, all_pairs_of, nothing_compared
from ranking.selection.rules import select_pairs
from ranking.selection.stability import is_stable, round_agreements
from ranking.tables import TIE, VOTES


@dataclass(frozen=True)
class Selection:
    """Which pairs of candidates are compared, where not all are."""

    rule: str
    """How they are chosen: one of :data:`ranking.tables.RULES`."""
    number: int | None = None
    """How many; None: until the ranking is stable."""
    seed: int = 0
    """Seed of every random draw."""
    vote_rule: str = "majority"
    """How votes on windows decide the comparisons by which the next pairs are chosen."""


@dataclass(frozen=True)
class SelectedVotes:
    """Votes on chosen pairs, and what was chosen."""

    votes: pd.DataFrame
    """Table VOTES, in the order of the bank."""
    compared: ComparedPairs
    """Pairs of candidates in the order in which they were compared."""
    agreements: tuple[float, ...]
    """Tau-b of the rankings before and after each of the last rounds."""


def compare_selected_windows(
    ranker: Ranker,
    bank: EmbeddingBank,
    selection: Selection,
    pairing: Pairing = ALIGNED,
    cache: ResultCache | None = None,
    executor: Executor | None = None,
    progress: Progress = SILENT,
) -> SelectedVotes:
    """Return the votes on chosen pairs of a bank's candidates.

    Parameters
    ----------
    ranker, bank, pairing, cache, executor
        As in :func:`ranking.judging.compare.compare_windows`.
    selection
        Which pairs are compared.
    progress
        Counts pairs of candidates.

    Raises
    ------
    RankingError
        If there are fewer than two candidates, or no such rule.
    StoreError
        If votes cannot be written to the cache.
    """
    ids = bank.windows["candidate"].unique()
    if len(ids) < 2:
        raise RankingError("recordings", "fewer than two candidates", "give at least two")
    compared, votes = nothing_compared(len(ids)), []
    total = min(selection.number or all_pairs_of(len(ids)), all_pairs_of(len(ids)))
    with ExitStack() as stack:
        workers = executor or stack.enter_context(single_threaded_torch_workers())
        judged = _Round(ranker, bank, pairing, cache, workers, progress)
        stack.enter_context(progress.start("comparing pairs", total=total))
        while len(compared) < total and not (selection.number is None and _stable(compared)):
            number = min(len(ids) // 2, total - len(compared))
            pairs = select_pairs(compared, number, selection.rule, selection.seed)
            votes.append(judged.votes(pairs))
            compared = _with_points(compared, pairs, votes[-1], ids, selection.vote_rule)
            progress.advance(number)
    table = pd.concat(votes)
    place = pd.Series(np.arange(len(ids)), ids)
    keys = [table["second_window"], table["first_window"]]
    keys += [table[column].map(place) for column in ("second", "first")]
    table = table.iloc[np.lexsort(keys)].reset_index(drop=True)
    return SelectedVotes(table, compared, tuple(round_agreements(compared)))


class _Round:
    """Votes on the pairs of a round: those on disk, and the others."""

    def __init__(
        self,
        ranker: Ranker,
        bank: EmbeddingBank,
        pairing: Pairing,
        cache: ResultCache | None,
        executor: Executor,
        progress: Progress,
    ) -> None:
        self._bank, self._pairing, self._cache = bank, pairing, cache
        self._executor, self._progress = executor, progress
        self._scorer = ranker.scorer(bank)
        windows = bank.windows.reset_index(drop=True)
        self._rows = [own.index.to_numpy() for _, own in windows.groupby("candidate", sort=False)]
        self._windows = windows
        self._remarked = False
        self._facts = {}
        if cache is not None:
            self._facts = {
                **votes_on_disk(ranker, cache, windows, pairing),
                **bank.devices_on_disk,
            }

    def votes(self, pairs: np.ndarray) -> pd.DataFrame:
        """Return the VOTES table of pairs of candidates by number, in both orders."""
        chosen = [self._paired_windows(one, other) for one, other in pairs.tolist()]
        there = np.concatenate(chosen)  # (P, 2), windows by place
        both = np.concatenate([there, there[:, ::-1]])
        there_p, back_p = np.split(np.concatenate(list(self._probabilities(both))).astype(float), 2)
        if self._pairing.antisymmetric:
            there_p, back_p = (there_p + 1 - back_p) / 2, (back_p + 1 - there_p) / 2
        candidate, window = (self._windows[name].to_numpy() for name in ("candidate", "window"))
        columns = (
            *(candidate[place] for place in both.T),
            *(window[place] for place in both.T),
            np.round(np.concatenate([there_p, back_p]), DECIMALS),
        )
        return pd.DataFrame(dict(zip(VOTES, columns, strict=True)))

    def _paired_windows(self, one: int, other: int) -> np.ndarray:
        """Windows of two candidates that are compared, by place, shape (P, 2)."""
        first, second = self._rows[one], self._rows[other]
        if self._pairing.windows == "all":
            return np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
        count = min(len(first), len(second))  # windows are numbered from 0
        return np.column_stack([first[:count], second[:count]])

    def _probabilities(self, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Probabilities that the first is better of pairs of windows by place, as on disk."""
        rows = self._windows["row"].to_list()
        if self._cache is None:
            for scores in self._scorer.score_pairs(rows, pairs, self._executor):
                yield scores.astype(np.float32)
            return
        sizes = [min(PAIRS_AT_ONCE, len(pairs) - at) for at in range(0, len(pairs), PAIRS_AT_ONCE)]
        facts = {**self._facts, "pairs": pairs.tolist()}
        with open_vote_log(self._cache.folder, facts, sizes, self._cache.storage) as log:
            if log.damaged:
                self._progress.remark(
                    f"votes in {self._cache.folder} are damaged; they are computed again"
                )
            if not log.kept and len(log.records) < len(sizes) and not self._remarked:
                self._remarked = True
                self._progress.remark(
                    f"votes are computed, but not kept: {self._cache.folder} cannot be written"
                )
            left = pairs[sum(map(len, log.records)) :]
            for scores in self._scorer.score_pairs(rows, left, self._executor) if len(left) else ():
                log.append(scores)
            yield from log.records


def _stable(compared: ComparedPairs) -> bool:
    return is_stable(round_agreements(compared))


def _with_points(
    compared: ComparedPairs, pairs: np.ndarray, votes: pd.DataFrame, ids: np.ndarray, rule: str
) -> ComparedPairs:
    """The comparisons, and those of a round: points of the first are the mean of both orders."""
    decided = votes_to_comparisons(votes, rule).set_index(["first", "second"])["winner"]
    one, other = ids[pairs].T
    winners = [
        decided.loc[pd.MultiIndex.from_arrays(order)].to_numpy(dtype=object)
        for order in ((one, other), (other, one))
    ]
    points = np.mean([np.where(own == TIE, 0.5, own == one) for own in winners], axis=0)
    return compared.followed_by(pairs, points)
