"""The embeddings of a competition, window by window, on the device that needs them.

Conventions
-----------
A window is thirty segments in a row. A recording's last window may hold fewer, but at least half,
unless it is the only one: what is judged on a few seconds would count as much as on five minutes.
What is asked for comes as (B, S, F, D) float32 with S = 30, zeros where there is no sound, and a
mask (B, S) that is true where there is. As many recordings as fit in the budget lie on the device,
in the form in which they are stored (half precision, codes); the others are read from the
memory-mapped store when asked for. Which is where does not show.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ranking.audio.lengths import SEGMENT_SECONDS, SEGMENTS
from ranking.embeddings.store import CacheKey, Embedding, EmbeddingStore
from ranking.errors import StoreError
from ranking.tables import WINDOWS

LEAST_SEGMENTS = SEGMENTS // 2  # of a last window
SHARE_OF_FREE_MEMORY = 0.7  # the rest is for those who compute


@dataclass(frozen=True)
class _Window:
    recording: int
    first: int
    count: int


class EmbeddingBank:
    """Windows by number; ``windows`` is the WINDOWS table that says whose they are."""

    def __init__(
        self,
        embeddings: Sequence[tuple[str, Embedding]],
        expand: Callable[[Tensor], Tensor] | None = None,
        device: str | torch.device = "cpu",
        budget: int | None = None,
    ) -> None:
        if not embeddings:
            raise StoreError("bank", "no embeddings", "embed some recordings", key="embed")
        self.device = torch.device(device)
        self._expand = expand
        self._embeddings = [embedding for _, embedding in embeddings]
        self._refuse_mixed(embeddings)
        self.windows, self._places = _cut(embeddings)
        self._resident = self._load(_free_bytes(self.device) if budget is None else budget)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def resident(self) -> int:
        """How many recordings lie on the device."""
        return len(self._resident)

    def take(self, windows: Iterable[int]) -> tuple[Tensor, Tensor]:
        """Return embeddings (B, 30, F, D), float32, and mask (B, 30) of windows by number."""
        values, mask = self.sounding(windows)
        out = values.new_zeros(*mask.shape, *values.shape[1:])
        out[mask] = values
        return out, mask

    def sounding(self, windows: Iterable[int]) -> tuple[Tensor, Tensor]:
        """Return only the segments with sound (M, F, D), window after window, and the mask."""
        places = [self._places[int(window)] for window in windows]
        values = torch.cat([self._stored(place, slice(0, place.count)) for place in places])
        return self._expanded(values), self._mask(places)

    def pieces(self, windows: Iterable[int], size: int) -> tuple[Iterator[Tensor], Tensor]:
        """Return the same, but at most ``size`` segments at a time, each read when asked for."""
        places = [self._places[int(window)] for window in windows]
        pieces = (
            self._expanded(self._stored(place, slice(start, min(start + size, place.count))))
            for place in places
            for start in range(0, place.count, size)
        )
        return pieces, self._mask(places)

    def _mask(self, places: Sequence[_Window]) -> Tensor:
        counts = torch.tensor([place.count for place in places], device=self.device)
        return torch.arange(SEGMENTS, device=self.device) < counts[:, None]

    def _stored(self, place: _Window, part: slice) -> Tensor:
        here = slice(place.first + part.start, place.first + part.stop)
        if place.recording in self._resident:
            return self._resident[place.recording][here]
        values = np.array(self._embeddings[place.recording].segments[here])  # off the disk
        return torch.from_numpy(values).to(self.device)

    def _expanded(self, stored: Tensor) -> Tensor:
        values = stored if self._expand is None else self._expand(stored)
        return values.float()

    def _load(self, budget: int) -> dict[int, Tensor]:
        """Recordings on the device, in order, as long as they fit."""
        held: dict[int, Tensor] = {}
        for number, embedding in enumerate(self._embeddings):
            budget -= embedding.segments.nbytes
            if budget < 0:
                break
            held[number] = torch.from_numpy(np.array(embedding.segments)).to(self.device)
        return held

    @staticmethod
    def _refuse_mixed(embeddings: Sequence[tuple[str, Embedding]]) -> None:
        wanted = embeddings[0][1].segments.shape[1:]
        for candidate, other in embeddings:
            if other.segments.shape[1:] != wanted:
                raise StoreError(
                    f"bank, {candidate}",
                    f"an embedding of shape {other.segments.shape[1:]} among {wanted}",
                    "take one encoder and front end for all",
                )


def open_bank(
    store: EmbeddingStore,
    cache_key: CacheKey,
    recordings: pd.DataFrame,
    expand: Callable[[Tensor], Tensor] | None = None,
    device: str | torch.device = "cpu",
    budget: int | None = None,
) -> EmbeddingBank:
    """Return the bank of some recordings.

    Parameters
    ----------
    recordings : table with ``candidate`` and ``recording``, the SHA-256 of the sound file
    expand : what turns what is stored into embeddings, :meth:`Encoder.expand` for codes
    budget : bytes to hold on the device
        By default most of what is free on a GPU, and nothing on a CPU, where the system's own cache
        of the store does as well.

    Raises
    ------
    StoreError
        If an embedding is missing or damaged, or they are of several kinds.
    """
    pairs = zip(recordings["candidate"], recordings["recording"], strict=True)
    embeddings = [(candidate, store.read(cache_key, recording)) for candidate, recording in pairs]
    return EmbeddingBank(embeddings, expand, device, budget)


def _cut(embeddings: Sequence[tuple[str, Embedding]]) -> tuple[pd.DataFrame, list[_Window]]:
    """The WINDOWS table, and where each window lies."""
    rows: list[tuple[int, str, int, float, float]] = []
    places = []
    for number, (candidate, embedding) in enumerate(embeddings):
        for window, first in enumerate(range(0, len(embedding.seconds), SEGMENTS)):
            seconds = embedding.seconds[first : first + SEGMENTS]
            if first and len(seconds) < LEAST_SEGMENTS:
                break
            start = float(first * SEGMENT_SECONDS)
            rows.append((len(rows), candidate, window, start, start + float(seconds.sum())))
            places.append(_Window(number, first, len(seconds)))
    return pd.DataFrame(rows, columns=list(WINDOWS)), places


def _free_bytes(device: torch.device) -> int:
    if device.type != "cuda":
        return 0
    return int(SHARE_OF_FREE_MEMORY * torch.cuda.mem_get_info(device)[0])
