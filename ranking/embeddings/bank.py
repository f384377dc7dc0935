"""The embeddings of many recordings, window by window, on the device that computes with them.

Conventions
-----------
A window is thirty segments in a row, or as many as a probe was trained on. A recording's last
window may hold fewer, but at least half, unless it is the only one: a comparison of a few seconds
would count as much as one of five minutes.
A candidate may have several recordings, a piece each, in the order of the programme: no window goes
from one to the next, and the numbers and times of windows go on.
Windows come as (B, S, F, D) float32, zeros where there is no sound, and a mask (B, S)
that is true where there is. Masks stay on the CPU: so it is known without waiting for the device
how many segments there are. As many recordings as ``max_bytes`` allows lie on the device, in the
form in which they are stored (float16, codes); the others are read from the store when they are
asked for, and no file stays open. Both give the same numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from ranking.audio.lengths import SEGMENT_SECONDS, SEGMENTS_PER_WINDOW
from ranking.devices.memory import free_bytes
from ranking.devices.precision import full_float32
from ranking.devices.transfer import to_device
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.on_disk import SegmentArray
from ranking.embeddings.store import Embedding, EmbeddingStore, read_on_demand
from ranking.encoders.base import CodeEncoder
from ranking.errors import StoreError
from ranking.tables import WINDOWS

FEW_NUMBERS = 64  # in a segment: another sound may have the same
SHARE_OF_FREE_MEMORY = 0.7  # the rest is for computing


@dataclass(frozen=True)
class _Window:
    recording: int
    first: int
    count: int


class EmbeddingBank:
    """Embeddings of recordings, by number of their window.

    Attribute ``windows`` is the table WINDOWS: whose each window is, and when it begins and ends;
    ``computations`` says of each candidate what the embedding was computed with, ``sha256`` has the
    hash of its array (of several, those after the first by the candidate and their number), and
    ``lengths`` how long the sound files are together, in seconds.

    Parameters
    ----------
    embeddings : pairs of a candidate and the embedding of a recording
        Those of a candidate follow each other.
    encoder : the encoder whose codes are stored; None where embeddings themselves are
    device : where windows are returned
    max_bytes : how much to keep on the device
        By default most of what is free on a GPU, and nothing on a CPU.
    segments_per_window : how many segments in a row a window is

    Raises
    ------
    StoreError
        If there are no embeddings, or of several shapes.
    """

    def __init__(
        self,
        embeddings: Sequence[tuple[str, Embedding]],
        encoder: CodeEncoder | None = None,
        device: str | torch.device = "cpu",
        max_bytes: int | None = None,
        segments_per_window: int = SEGMENTS_PER_WINDOW,
    ) -> None:
        if not embeddings:
            raise StoreError("embeddings", "there are none", "embed some recordings", key="embed")
        self.device, self.segments_per_window = torch.device(device), segments_per_window
        self._encoder, self._padded = encoder, False
        self._named = list(embeddings)
        self._embeddings = [embedding for _, embedding in embeddings]
        named = _by_recording(embeddings)
        self.computations = {name: own.computation for name, own in named.items()}
        self.sha256 = {name: own.sha256 for name, own in named.items()}
        self.lengths: dict[str, float] = {}
        for name, embedding in embeddings:
            self.lengths[name] = self.lengths.get(name, 0.0) + embedding.length
        self._refuse_mixed(embeddings)
        self.windows, self._places = _cut(embeddings, segments_per_window)
        free = int(SHARE_OF_FREE_MEMORY * free_bytes(self.device))
        self._on_device = self._load(free if max_bytes is None else max_bytes)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def on_device(self) -> int:
        """Number of recordings that lie on the device."""
        return len(self._on_device)

    @property
    def distinctive_sha256(self) -> dict[str, str]:
        """Hashes of arrays that tell sounds apart: not those of a few numbers, such as a length."""
        return {
            name: self.sha256[name]
            for name, own in _by_recording(self._named).items()
            if own.sha256 and len(np.unique(np.asarray(own.segments[:1]))) > FEW_NUMBERS
        }

    @property
    def devices_on_disk(self) -> dict[str, Any]:
        """Classes of device that results depend on, as they are hashed; none where all are CPUs.

        What lies on disk is found by this too, so that one class never goes on with another's.
        """
        devices = {name: own["device"] for name, own in self.computations.items()}
        others = {name: own for name, own in devices.items() if own != "cpu"}
        return {
            **({} if self.device.type == "cpu" else {"device": self.device.type}),
            **({"embedded_on": others} if others else {}),
        }

    def as_padded(self) -> "EmbeddingBank":
        """Return the bank with zeros, which count as sound, for segments that a window lacks."""
        padded = copy(self)
        padded._padded = True
        return padded

    def load_windows(self, windows: Iterable[int]) -> tuple[Tensor, Tensor]:
        """Return windows by number, padded with zeros (B, S, F, D), and their mask (B, S)."""
        values, mask = self.load_segments(windows)
        out = values if self._padded else self._with_zeros(values, mask)
        return torch.unflatten(out, 0, mask.shape), to_device(mask, self.device)

    def load_segments(self, windows: Iterable[int]) -> tuple[Tensor, Tensor]:
        """Return the segments with sound (M, F, D), window after window, and the mask (B, S)."""
        places = [self._places[int(window)] for window in windows]
        stored = torch.cat([self._stored(place, slice(0, place.count)) for place in places])
        values, mask = self._embedding(stored), self._mask(places)
        if self._padded:
            return self._with_zeros(values, mask), torch.ones_like(mask)
        return values, mask

    def iter_segments(self, windows: Iterable[int], size: int) -> tuple[Iterator[Tensor], Tensor]:
        """Return the same, but at most ``size`` segments at a time, each read when asked for.

        A window of fewer segments shares a chunk with those that follow.
        """
        if self._padded:
            values, mask = self.load_segments(windows)
            return iter(torch.split(values, size)), mask
        chunks, mask = self._iter_stored(windows, size)
        return map(self._embedding, chunks), mask

    @property
    def projection(self) -> nn.Linear | None:
        """What gives the embeddings of what :meth:`iter_unprojected` returns, if not the same."""
        return None if self._encoder is None or self._padded else self._encoder.projection

    def iter_unprojected(
        self, windows: Iterable[int], size: int
    ) -> tuple[Iterator[Tensor], Tensor]:
        """Return, as :meth:`iter_segments` does, what is projected to embeddings, (M, F, K).

        A padded bank returns embeddings: zeros are projections of nothing.
        """
        if self._encoder is None or self._padded:
            return self.iter_segments(windows, size)
        chunks, mask = self._iter_stored(windows, size)
        return map(self._encoder.codebook_vectors, chunks), mask

    def _iter_stored(self, windows: Iterable[int], size: int) -> tuple[Iterator[Tensor], Tensor]:
        places = [self._places[int(window)] for window in windows]
        return self._chunks(places, size), self._mask(places)

    def _chunks(self, places: Sequence[_Window], size: int) -> Iterator[Tensor]:
        held: list[Tensor] = []
        for place in places:
            for start in range(0, place.count, size):
                stop = min(start + size, place.count)
                if held and sum(map(len, held)) + stop - start > size:
                    yield torch.cat(held)
                    held = []
                held.append(self._stored(place, slice(start, stop)))
        if held:
            yield torch.cat(held)

    def _with_zeros(self, values: Tensor, mask: Tensor) -> Tensor:
        """Segments with sound (M, F, D), with zeros between them where there is none (B · S)."""
        out = values.new_zeros(mask.numel(), *values.shape[1:])
        out[to_device(mask.flatten().nonzero()[:, 0], self.device)] = values
        return out

    def _mask(self, places: Sequence[_Window]) -> Tensor:
        counts = torch.tensor([place.count for place in places])
        return torch.arange(self.segments_per_window) < counts[:, None]

    def _stored(self, place: _Window, chunk: slice) -> Tensor:
        segments = slice(place.first + chunk.start, place.first + chunk.stop)
        if place.recording in self._on_device:
            return self._on_device[place.recording][segments]
        return to_device(
            read_segments(self._embeddings[place.recording].segments[segments]), self.device
        )

    def _embedding(self, stored: Tensor) -> Tensor:
        if self._encoder is None:
            return stored.float()
        with full_float32():
            return self._encoder.to_embedding(stored).float()

    def _load(self, max_bytes: int) -> dict[int, Tensor]:
        """Recordings on the device, in order, as long as they fit."""
        loaded: dict[int, Tensor] = {}
        for number, embedding in enumerate(self._embeddings):
            max_bytes -= embedding.segments.nbytes
            if max_bytes < 0:
                break
            loaded[number] = to_device(read_segments(embedding.segments), self.device)
        return loaded

    @staticmethod
    def _refuse_mixed(embeddings: Sequence[tuple[str, Embedding]]) -> None:
        wanted = embeddings[0][1].segments.shape[1:]
        for candidate, other in embeddings:
            if other.segments.shape[1:] != wanted:
                raise StoreError(
                    f"embedding of {candidate}",
                    f"its segments have shape {other.segments.shape[1:]}, those of others {wanted}",
                    "embed all recordings by one encoder with the same front end",
                )


def open_bank(
    store: EmbeddingStore,
    cache_key: CacheKey,
    recordings: pd.DataFrame,
    encoder: CodeEncoder | None = None,
    device: str | torch.device = "cpu",
    max_bytes: int | None = None,
    segments_per_window: int = SEGMENTS_PER_WINDOW,
) -> EmbeddingBank:
    """Return the bank of recordings whose embeddings are in a store.

    Parameters
    ----------
    store : where the embeddings are
    cache_key : which embeddings of the recordings to take
    recordings : table with ``candidate`` and ``recording``, the SHA-256 of the sound file
        Those of a candidate follow each other, in the order of the programme.
    encoder : the encoder whose codes are stored; None where embeddings themselves are
    device : where windows are returned
    max_bytes : how much to keep on the device
        By default most of what is free on a GPU, and nothing on a CPU, where the system's own cache
        of the store does as well.
    segments_per_window : how many segments in a row a window is

    Raises
    ------
    StoreError
        If an embedding is missing or damaged, or they are of several kinds.
    """
    pairs = zip(recordings["candidate"], recordings["recording"], strict=True)
    embeddings = [
        (candidate, read_on_demand(store.load(cache_key, recording)))
        for candidate, recording in pairs
    ]
    return EmbeddingBank(embeddings, encoder, device, max_bytes, segments_per_window)


def _cut(
    embeddings: Sequence[tuple[str, Embedding]], size: int
) -> tuple[pd.DataFrame, list[_Window]]:
    """The WINDOWS table, and where each window lies."""
    rows: list[tuple[int, str, int, float, float]] = []
    places = []
    count: Counter[str] = Counter()  # of windows by candidate
    before: dict[str, float] = {}  # seconds of the recordings before this one
    for number, (candidate, embedding) in enumerate(embeddings):
        begin = before.get(candidate, 0.0)
        for first in range(0, len(embedding.seconds), size):
            seconds = embedding.seconds[first : first + size]
            if first and 2 * len(seconds) < size:
                break
            start = begin + float(first * SEGMENT_SECONDS)
            stop = start + float(seconds.sum())
            rows.append((len(rows), candidate, count[candidate], start, stop))
            places.append(_Window(number, first, len(seconds)))
            count[candidate] += 1
        before[candidate] = begin + embedding.length
    return pd.DataFrame(rows, columns=list(WINDOWS)), places


def _by_recording(embeddings: Sequence[tuple[str, Embedding]]) -> dict[str, Embedding]:
    """Each embedding by its candidate, and by number after the first."""
    count: Counter[str] = Counter()
    named = {}
    for candidate, embedding in embeddings:
        count[candidate] += 1
        number = count[candidate]
        named[candidate if number == 1 else f"{candidate} ({number})"] = embedding
    return named


def read_segments(stored: SegmentArray) -> Tensor:
    """Return what is stored, off the disk.

    Codes become int16, with which a GPU can compute, or int32.
    """
    values = np.array(stored)
    if values.dtype == np.uint16:
        fits = not values.size or values.max() <= np.iinfo(np.int16).max
        values = values.view(np.int16) if fits else values.astype(np.int32)
    return torch.from_numpy(values)
