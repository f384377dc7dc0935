"""A ranker's votes on every ordered pair of candidates, window by window.

Conventions
-----------
*Aligned*: the first window of one candidate meets the first of the other, the second the second,
as far as both have windows. *All*: every window meets every one. A vote's ``window`` is that of
the window; of all pairs of windows, i · m + j for window i of the first candidate and j of the
second, who has m.
Probabilities have six decimals, in memory as on disk. *Antisymmetric*: the two orders of a pair of
windows are made to agree, p(a, b) = (p(a, b) + 1 − p(b, a)) / 2, which takes a preference for the
first or the second place out.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

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
from ranking.files.text import printable
from ranking.judging.all_pairs import torch_threads
from ranking.judging.ranker import Ranker, Strip
from ranking.judging.vote_log import open_log
from ranking.progress import SILENT, Progress
from ranking.tables import VOTES, WINDOWS

PAIRINGS = ("aligned", "all")
DECIMALS = 6


@dataclass(frozen=True)
class Judging:
    """How candidates are compared."""

    windows: str = "aligned"
    """Which windows meet: aligned ones, or all."""
    antisymmetric: bool = False
    """Whether the two orders of a pair are made to agree."""

    def __post_init__(self) -> None:
        """Refuse what is no choice.

        Raises
        ------
        RankingError
            If ``windows`` is none.
        """
        if self.windows not in PAIRINGS:
            raise RankingError(
                Given(windows=printable(self.windows)),
                "no such choice",
                f"choose {', '.join(PAIRINGS)}",
            )


ALIGNED = Judging()


@dataclass(frozen=True)
class Kept:
    """Where votes are kept as they come: a file for each ranker, recordings and way of judging."""

    folder: Path
    recordings: Mapping[str, Any]
    """What the bank holds: what its embeddings were made from, and how."""


def compare_windows(
    ranker: Ranker,
    bank: EmbeddingBank,
    judging: Judging = ALIGNED,
    among: Collection[str] | None = None,
    kept: Kept | None = None,
    pool: Executor | None = None,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Return the VOTES table of all ordered pairs of a bank's candidates, in the bank's order.

    Parameters
    ----------
    among : only these candidates
    kept : what an earlier call left there is not scored again
    pool : workers, by default one; :func:`ranking.judging.all_pairs.torch_threads` lends more
    progress : counts pairs of windows

    Raises
    ------
    RankingError
        If there is but one candidate.
    StoreError
        If votes cannot be kept.
    ValueError
        If the ranker compares nobody.
    """
    windows = bank.windows
    if among is not None:
        windows = windows[windows["candidate"].isin(among)].reset_index(drop=True)
    if windows["candidate"].nunique() < 2:
        raise RankingError("recordings", "fewer than two candidates", "give two to compare")
    groups = meetings(windows, judging.windows)
    with ExitStack() as stack:
        scorer, workers = ranker.scorer(bank), pool or stack.enter_context(torch_threads())
        strips = [scorer.strips(len(group)) for group in groups]
        sizes = [strip.size for own in strips for strip in own]
        records: list[np.ndarray] = []
        append = records.append
        if kept is not None:
            facts = {
                "head": ranker.digest,
                "recordings": kept.recordings,
                "windows": windows_on_disk(windows),
                "meet": judging.windows,
            }
            log = stack.enter_context(open_log(kept.folder, facts, sizes))
            records, append = log.records, log.append
        skipped = len(records)
        stack.enter_context(progress.start("judging", total=sum(sizes)))
        progress.advance(sum(sizes[:skipped]))
        for group, own in zip(groups, strips, strict=True):
            for record in scorer.scores(group["row"].to_list(), own[skipped:], workers):
                append(record.astype(np.float32).ravel())  # as on disk
                progress.advance(record.size)
            skipped = max(0, skipped - len(own))
    ahead = iter(records)
    probabilities = [_matrix(own, ahead) for own in strips]
    return _votes(windows, groups, probabilities, judging)


def windows_on_disk(windows: pd.DataFrame) -> str:
    """Return a WINDOWS table as a text; what was made of its windows is found by a hash of it.

    Columns are called what they were first called, whatever they are now: or nothing would be found
    again.
    """
    names = ["window", "candidate", "position", "start", "stop"]
    return str(windows[list(WINDOWS)].to_csv(index=False, header=names))


def meetings(windows: pd.DataFrame, meet: str) -> list[pd.DataFrame]:
    """Return groups of rows of a WINDOWS table in each of which all candidates meet.

    Parameters
    ----------
    meet : aligned or all
    """
    if meet == "all":
        return [windows]
    groups = [group for _, group in windows.groupby("window")]
    return [group for group in groups if len(group) > 1]


def _matrix(strips: Sequence[Strip], records: Iterator[np.ndarray]) -> np.ndarray:
    """Probabilities (n, n) of a group, first by second, from the next records."""
    count = strips[-1].first.stop
    out = np.empty((count, count))
    for strip, record in zip(strips, records, strict=False):
        first, second = strip.first, strip.second
        place = np.s_[first.start : first.stop, second.start : second.stop]
        out[place] = record.reshape(len(first), len(second))
    return out


def _votes(
    windows: pd.DataFrame,
    groups: Sequence[pd.DataFrame],
    probabilities: Sequence[np.ndarray],
    judging: Judging,
) -> pd.DataFrame:
    code, ids = pd.factorize(windows["candidate"])
    counts = np.bincount(code)
    columns = []
    for group, p in zip(groups, probabilities, strict=True):
        own, window = code[group.index], group["window"].to_numpy()
        i, j = np.nonzero(own[:, np.newaxis] != own)
        at = window[i]
        if judging.windows == "all":
            at = at * counts[own[j]] + window[j]
        chance = (p[i, j] + 1 - p[j, i]) / 2 if judging.antisymmetric else p[i, j]
        columns.append((own[i], own[j], at, np.round(chance, DECIMALS)))
    first, second, at, p_one = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((at, second, first))
    values = (ids[first[order]], ids[second[order]], at[order], p_one[order])
    return pd.DataFrame(dict(zip(VOTES, values, strict=True)))
