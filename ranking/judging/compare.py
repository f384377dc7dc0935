"""A ranker's votes on every ordered pair of candidates, window by window.

Conventions
-----------
Windows are paired *aligned*: the first window of one candidate with the first of the other, the
second with the second, as far as both have windows; or *all*: every window with every window of the
other. Votes are in the order of the candidates and of their windows.
Probabilities have six decimals, in memory as on disk. *Antisymmetric*: the probabilities of the two
orders of a pair of windows are averaged, p(a, b) = (p(a, b) + 1 − p(b, a)) / 2, which removes an
order effect, a preference for the first or the second place.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import Given, RankingError
from ranking.files.text import escape_controls
from ranking.judging.all_pairs import single_threaded_torch_workers
from ranking.judging.ranker import Ranker, Tile
from ranking.judging.vote_log import open_vote_log
from ranking.progress import SILENT, Progress
from ranking.storage.folders import Storage
from ranking.tables import VOTES, WINDOWS

WINDOW_PAIRINGS = ("aligned", "all")
DECIMALS = 6


@dataclass(frozen=True)
class Pairing:
    """Which windows of two candidates are compared, and how their two orders are combined."""

    windows: str = "aligned"
    """Windows to pair: aligned ones, or all."""
    antisymmetric: bool = False
    """Whether to average the probabilities of the two orders of a pair of windows."""

    def __post_init__(self) -> None:
        """Refuse an unknown choice of windows.

        Raises
        ------
        RankingError
            If ``windows`` is neither aligned nor all.
        """
        if self.windows not in WINDOW_PAIRINGS:
            raise RankingError(
                Given(windows=escape_controls(self.windows)),
                "no such choice",
                f"choose {' or '.join(WINDOW_PAIRINGS)}",
            )


ALIGNED = Pairing()


@dataclass(frozen=True)
class ResultCache:
    """Where votes or fitted rankers are cached, each under a hash of all that it depends on."""

    folder: Path
    """Folder of the cache; it is made when needed."""
    recordings: Mapping[str, Any]
    """What the embeddings of the bank depend on: recordings by hash, and the cache key."""
    storage: Storage | None = None
    """Storage whose folder on this disk the folder is in; None: the folder is by itself."""


def compare_windows(
    ranker: Ranker,
    bank: EmbeddingBank,
    pairing: Pairing = ALIGNED,
    candidates: Collection[str] | None = None,
    cache: ResultCache | None = None,
    executor: Executor | None = None,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Return the VOTES table of all ordered pairs of a bank's candidates, in the bank's order.

    Parameters
    ----------
    ranker
        Compares windows.
    bank
        Embeddings of the recordings.
    pairing
        Which windows of two candidates are compared.
    candidates
        Ids of those to compare; by default all.
    cache
        Votes that an earlier call left there are not computed again.
    executor
        Workers, one by default; more are made by
        :func:`ranking.judging.all_pairs.single_threaded_torch_workers`.
    progress
        Counts pairs of windows; a remark where an earlier call was interrupted, or left damage.

    Raises
    ------
    RankingError
        If there are fewer than two candidates.
    StoreError
        If votes cannot be written to the cache.
    ValueError
        If the ranker is a probe of single recordings.

    References
    ----------
    Sec. 4.1.1 of [1]_.
    """
    windows = bank.windows
    if candidates is not None:
        windows = windows[windows["candidate"].isin(candidates)].reset_index(drop=True)
    if windows["candidate"].nunique() < 2:
        raise RankingError("recordings", "fewer than two candidates", "give at least two")
    groups = group_windows_to_compare(windows, pairing.windows)
    with ExitStack() as stack:
        scorer, workers = (
            ranker.scorer(bank),
            executor or stack.enter_context(single_threaded_torch_workers()),
        )
        tiles = [scorer.tiles(len(group)) for group in groups]
        sizes = [tile.size for own in tiles for tile in own]
        records: list[np.ndarray] = []
        append = records.append
        if cache is not None:
            facts = {
                **votes_on_disk(ranker, cache, windows, pairing),
                **bank.devices_on_disk,
            }
            log = stack.enter_context(open_vote_log(cache.folder, facts, sizes, cache.storage))
            records, append = log.records, log.append
            if not log.kept and sum(map(len, records)) < sum(sizes):
                progress.remark(
                    f"votes are computed, but not kept: {cache.folder} cannot be written"
                )
            if log.damaged:
                progress.remark(f"votes in {cache.folder} are damaged; they are computed again")
        skipped = len(records)
        total, done = sum(sizes), sum(sizes[:skipped])
        if cache is not None and 0 < done < total:
            progress.remark(
                f"comparing goes on from what an earlier call kept in {cache.folder}: "
                f"{100 * done / total:.0f} % of the pairs of windows"
            )
        stack.enter_context(progress.start("comparing windows", total=total))
        progress.advance(done)
        coming = []
        for group, own in zip(groups, tiles, strict=True):  # elsewhere all begin at once
            coming.append(scorer.score(group["row"].to_list(), own[skipped:], workers))
            skipped = max(0, skipped - len(own))
        for record in itertools.chain.from_iterable(coming):
            append(record.astype(np.float32).ravel())  # as on disk
            progress.advance(record.size)
    ahead = iter(records)
    probabilities = [_matrix(own, ahead) for own in tiles]
    return _votes(windows, groups, probabilities, pairing)


def windows_on_disk(windows: pd.DataFrame) -> str:
    """Return a WINDOWS table as it is hashed: CSV, with the first names of its columns.

    Votes and fits on disk are found by this hash, so these names stay when columns are renamed.
    """
    names = ["window", "candidate", "position", "start", "stop"]
    return str(windows[list(WINDOWS)].to_csv(index=False, header=names))


def group_windows_to_compare(windows: pd.DataFrame, pairing: str) -> list[pd.DataFrame]:
    """Return groups of rows of a WINDOWS table; all windows of a group are compared.

    Parameters
    ----------
    windows
        Table WINDOWS.
    pairing
        aligned, for a group of each window number, or all, for one group.
    """
    if pairing == "all":
        return [windows]
    groups = [group for _, group in windows.groupby("window")]
    return [group for group in groups if len(group) > 1]


def votes_on_disk(
    ranker: Ranker, cache: ResultCache, windows: pd.DataFrame, pairing: Pairing
) -> dict[str, Any]:
    """Return what votes depend on, under the names that are hashed.

    Parameters
    ----------
    ranker, cache, pairing
        As in :func:`compare_windows`.
    windows
        Table WINDOWS of what is compared.
    """
    return {
        "head": ranker.sha256,
        "recordings": cache.recordings,
        "windows": windows_on_disk(windows),
        "meet": pairing.windows,
    }


def _matrix(tiles: Sequence[Tile], records: Iterator[np.ndarray]) -> np.ndarray:
    """Probabilities (n, n) of a group, first by second, from the next records."""
    count = tiles[-1].first.stop
    out = np.empty((count, count))
    for tile, record in zip(tiles, records, strict=False):
        first, second = tile.first, tile.second
        place = np.s_[first.start : first.stop, second.start : second.stop]
        out[place] = record.reshape(len(first), len(second))
    return out


def _votes(
    windows: pd.DataFrame,
    groups: Sequence[pd.DataFrame],
    probabilities: Sequence[np.ndarray],
    pairing: Pairing,
) -> pd.DataFrame:
    code, ids = pd.factorize(windows["candidate"])
    columns = []
    for group, p in zip(groups, probabilities, strict=True):
        own, window = code[group.index], group["window"].to_numpy()
        i, j = np.nonzero(own[:, np.newaxis] != own)
        p_first = (p[i, j] + 1 - p[j, i]) / 2 if pairing.antisymmetric else p[i, j]
        columns.append((own[i], own[j], window[i], window[j], np.round(p_first, DECIMALS)))
    first, second, *windows_of_both, p_first = (
        np.concatenate(column) for column in zip(*columns, strict=True)
    )
    order = np.lexsort((*reversed(windows_of_both), second, first))
    values = (ids[first], ids[second], *windows_of_both, p_first)
    table = dict(zip(VOTES, (column[order] for column in values), strict=True))
    return pd.DataFrame(table)
