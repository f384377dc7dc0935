"""Which examples of a pool an epoch trains on, as data: drawn anew in every epoch.

Conventions
-----------
An epoch's examples follow from a seed and the epoch's number alone: any epoch can be named without
those before it. An epoch draws equally many units, or pairs, so that its number of batches is known
before it; every pair of the pool is equally likely to be in it. After E epochs that draw n of N
pairs each, a pair was in at least one with probability 1 - (1 - n / N)^E.

A unit, which stays in one batch, is drawn as a whole: the two orders of a pair, or all pairs
between two groups of windows that are convolved once for all of them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

STREAM = 1
"""Tells the draw of an epoch from the order of its examples, which has the same seed and number."""


@dataclass(frozen=True)
class UnitDraw:
    """Units drawn at random, as large a share as some pairs are of all."""

    pairs: int
    """Pairs of recordings that an epoch is to have, 1 at least."""
    of: int
    """Pairs of recordings in the pool."""

    def count(self, units: np.ndarray) -> tuple[int, int]:
        """Return how many units an epoch draws, and of how many: units has shape (N,)."""
        distinct = len(np.unique(units))
        return max(1, round(distinct * self.pairs / self.of)), distinct

    def rows(self, units: np.ndarray, seed: int, epoch: int) -> np.ndarray:
        """Return the numbers of an epoch's examples, ascending.

        Parameters
        ----------
        units : int array, shape (N,), the unit of each example of the pool
        seed
            Seed of the draws.
        epoch
            Number of the epoch, from 0.
        """
        distinct, unit = np.unique(units, return_inverse=True)
        drawn = np.zeros(len(distinct), dtype=bool)
        rng = np.random.default_rng([seed, epoch, STREAM])
        drawn[rng.choice(*self.count(units)[::-1], replace=False)] = True
        return np.flatnonzero(drawn[unit])

    @property
    def on_disk(self) -> list[Any]:
        """The values that hashes know."""
        return ["units", self.pairs, self.of]


@dataclass(frozen=True, eq=False)
class MatchedDraw:
    """Recordings of two levels matched one to one, anew in every epoch."""

    pair: np.ndarray
    """Number of the pair of recordings of each example, int, shape (N,)."""
    tables: Sequence[np.ndarray]
    """For each event and two levels, the number of the pair of each recording of the one level, by
    row, with each of the other, by column."""
    counts: Sequence[int]
    """How many pairs are matched in each table: of each recording one at most."""
    most: int
    """Most pairs of an epoch; of more, so many are drawn."""

    def count(self, _: np.ndarray) -> tuple[int, int]:
        """Return how many pairs an epoch has, and of how many: it has as many units, or more."""
        return min(sum(self.counts), self.most), int(self.pair.max()) + 1

    def rows(self, units: np.ndarray, seed: int, epoch: int) -> np.ndarray:
        """Return the numbers of an epoch's examples, ascending.

        Parameters
        ----------
        units : int array, shape (N,), the unit of each example of the pool
        seed
            Seed of the draws.
        epoch
            Number of the epoch, from 0.
        """
        rng = np.random.default_rng([seed, epoch, STREAM])
        matched = np.concatenate(
            [
                table[rng.permutation(len(table))[:count], rng.permutation(table.shape[1])[:count]]
                for table, count in zip(self.tables, self.counts, strict=True)
            ]
        )
        count, pairs = self.count(units)
        drawn = np.zeros(pairs, dtype=bool)
        drawn[rng.choice(matched, count, replace=False)] = True
        return np.flatnonzero(drawn[self.pair])

    @property
    def on_disk(self) -> list[Any]:
        """The values that hashes know."""
        digest = hashlib.sha256()
        for table in self.tables:
            digest.update(f"{table.shape}".encode())
            digest.update(np.ascontiguousarray(table, dtype=np.int64).tobytes())
        return ["matched", digest.hexdigest(), [*self.counts], self.most]


Draw = UnitDraw | MatchedDraw
