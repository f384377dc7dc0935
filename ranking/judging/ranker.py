"""A probe that compares → votes on every ordered pair of candidates, window by window.

Conventions
-----------
*Aligned*: the first window of one candidate meets the first of the other, the second the second,
as far as both have windows. *All*: every window meets every one. A vote's ``position`` is that of
the window; of all pairs of windows, i · m + j for window i of the first candidate and j of the
second, who has m.
Probabilities have six decimals, in memory as on disk. *Antisymmetric*: the two orders of a pair of
windows are made to agree, p(a, b) = (p(a, b) + 1 − p(b, a)) / 2, which takes a preference for the
first or the second place out.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import ProbeError, RankingError
from ranking.files.text import printable
from ranking.judging.all_pairs import Judge, Strip
from ranking.judging.vote_log import open_log
from ranking.network.factorised import FactorisedHead
from ranking.network.head import Head
from ranking.probe.checkpoint import Probe, load_probe
from ranking.tables import VOTES
from ranking.tasks.expertise import p_first

PAIRINGS = ("aligned", "all")
SHIPPED = Path(__file__).parent / "rankers"
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
                f"--windows {printable(self.windows)}",
                "no such choice",
                f"choose {', '.join(PAIRINGS)}",
            )


ALIGNED = Judging()


@dataclass(frozen=True)
class Kept:
    """Where votes are kept as they come: a file for each head, recordings and way of judging."""

    folder: Path
    recordings: Mapping[str, Any]
    """What the bank holds: what its embeddings were made from, and how."""


def load_ranker(file: Path | None, encoder: str | None) -> Probe:
    """Return the ranker of a file, or the one that comes with the program for an encoder.

    Raises
    ------
    ProbeError
        If there is none, or it cannot be read.
    """
    if file is not None:
        return load_probe(file)
    shipped = SHIPPED / f"{encoder or 'spectrogram'}.safetensors"
    if not shipped.is_file():
        raise ProbeError(
            f"--encoder {encoder or 'spectrogram'}",
            "no ranker for it comes with this program",
            "give one with --ranker FILE; judge train expertise makes one",
        )
    return load_probe(shipped)


def compare_windows(
    head: Head,
    bank: EmbeddingBank,
    judging: Judging = ALIGNED,
    among: Collection[str] | None = None,
    kept: Kept | None = None,
    workers: int = 1,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> pd.DataFrame:
    """Return the VOTES table of all ordered pairs of a bank's candidates, in the bank's order.

    Parameters
    ----------
    among : only these candidates
    kept : what an earlier call left there is not judged again
    workers : threads, on a CPU
    advance : told how many pairs of windows are judged, and of how many

    Raises
    ------
    RankingError
        If there is but one candidate.
    StoreError
        If votes cannot be kept.
    ValueError
        If the head compares nobody.
    """
    windows = bank.windows
    if among is not None:
        windows = windows[windows["candidate"].isin(among)].reset_index(drop=True)
    if windows["candidate"].nunique() < 2:
        raise RankingError("recordings", "fewer than two candidates", "give two to compare")
    groups = meetings(windows, judging.windows)
    judge = Judge(FactorisedHead(head).to(bank.device), bank.pieces, p_first, workers)
    strips = [judge.strips(len(group)) for group in groups]
    sizes = [strip.size for own in strips for strip in own]
    with ExitStack() as stack:
        records: list[np.ndarray] = []
        append = records.append
        if kept is not None:
            facts = {
                "head": head.digest,
                "recordings": kept.recordings,
                "windows": windows.to_csv(index=False),
                "meet": judging.windows,
            }
            log = stack.enter_context(open_log(kept.folder, facts, sizes))
            records, append = log.records, log.append
        skipped = len(records)
        advance(sum(sizes[:skipped]), sum(sizes))
        for group, own in zip(groups, strips, strict=True):
            for record in judge.judge(group["window"].to_list(), own[skipped:]):
                append(record.ravel())
                advance(sum(sizes[: len(records)]), sum(sizes))
            skipped = max(0, skipped - len(own))
    ahead = iter(records)
    probabilities = [_matrix(own, ahead) for own in strips]
    return _votes(windows, groups, probabilities, judging)


def meetings(windows: pd.DataFrame, meet: str) -> list[pd.DataFrame]:
    """Return groups of rows of a WINDOWS table in each of which all candidates meet.

    Parameters
    ----------
    meet : aligned or all
    """
    if meet == "all":
        return [windows]
    groups = [group for _, group in windows.groupby("position")]
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
        own, position = code[group.index], group["position"].to_numpy()
        i, j = np.nonzero(own[:, np.newaxis] != own)
        at = position[i]
        if judging.windows == "all":
            at = at * counts[own[j]] + position[j]
        chance = (p[i, j] + 1 - p[j, i]) / 2 if judging.antisymmetric else p[i, j]
        columns.append((own[i], own[j], at, np.round(chance, DECIMALS)))
    first, second, at, p_one = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((at, second, first))
    values = (ids[first[order]], ids[second[order]], at[order], p_one[order])
    return pd.DataFrame(dict(zip(VOTES, values, strict=True)))
