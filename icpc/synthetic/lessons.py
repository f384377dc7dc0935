"""What a ranker learns from: spectrograms of recitals, parts of them, and pairs of those.

Conventions
-----------
A *part* is a few segments of a recital, set in some places of a window, the others silent: a ranker
learns more from many short recitals than from as many seconds of few long ones. An example's number
is recital · :data:`PARTS` + part; part 0 is the whole from the start of the window. Of a pair, both
sides are the same part. Three of four pairs play the same programme, the others any two; the truth
is the larger level.
"""

import hashlib
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from icpc.synthetic.recitals import Recital, sound_of
from ranking.audio.lengths import SEGMENT_SECONDS, SEGMENTS
from ranking.encoders.spectrogram import Spectrogram, load
from ranking.files.atomic import replacing
from ranking.progress import SILENT, Progress
from ranking.tasks.expertise import labels
from ranking.tasks.task import Examples

PARTS = 64
LEAST_GAP = 0.1  # of the levels of a pair


def heard(
    recitals: Sequence[Recital], folder: Path, progress: Progress = SILENT
) -> list[np.ndarray]:
    """Return the spectrograms (S, F, D) of recitals, memory-mapped; what is in the folder stays."""
    paths = [folder / f"{_digest(recital)}.npy" for recital in recitals]
    missing = [place for place, path in enumerate(paths) if not path.is_file()]
    context = multiprocessing.get_context("spawn")
    with (
        progress.start("playing", total=len(paths)),
        ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool,
    ):
        progress.advance(len(paths) - len(missing))
        for _ in pool.map(_hear, *([own[k] for k in missing] for own in (recitals, paths))):
            progress.advance()
    return [np.load(path, mmap_mode="r") for path in paths]


class Parts:
    """Parts of recitals by number, for a training loop to take."""

    def __init__(self, spectrograms: Sequence[np.ndarray], size: int, seed: int) -> None:
        self._spectrograms = spectrograms
        self._size = size
        self._lots = np.random.default_rng(seed).random((PARTS, 2, SEGMENTS))

    def take(self, numbers: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return segments (M, sides · F, D) and mask (N, 30) of examples, shape (N, sides)."""
        mask = torch.zeros(len(numbers), SEGMENTS, dtype=torch.bool)
        segments = []
        for row, example in enumerate(numbers):
            held = [self._spectrograms[number // PARTS] for number in example]
            chosen, places = self._part(example[0] % PARTS, min(map(len, held)))
            mask[row, places] = True
            segments.append(np.concatenate([side[chosen] for side in held], axis=1))
        return torch.from_numpy(np.concatenate(segments)).float(), mask

    def _part(self, part: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Which segments of a recital, and where they are set."""
        if part == 0:
            return np.arange(length), np.arange(length)
        which, where = self._lots[part]
        chosen = np.sort(np.argsort(which[:length])[: self._size])
        return chosen, np.sort(np.argsort(where)[: len(chosen)])


def pairs(recitals: Sequence[Recital], first: int, count: int, whole: bool, seed: int) -> Examples:
    """Return pairs of parts, each in both orders.

    Parameters
    ----------
    first : number of the first of these recitals among those that :class:`Parts` has
    whole : whether all are part 0
    """
    rng = np.random.default_rng(seed)
    mates: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for number, recital in enumerate(recitals):
        mates.setdefault(recital.programme, []).append(number)
    programmes, everyone = list(mates.values()), list(range(len(recitals)))
    windows: list[tuple[int, int]] = []
    gaps: list[float] = []
    while len(windows) < 2 * count:
        one_programme = programmes[rng.integers(len(programmes))]
        a, b = rng.choice(everyone if rng.random() < 0.25 else one_programme, 2, replace=False)
        gap = recitals[a].level - recitals[b].level
        if abs(gap) >= LEAST_GAP:
            part = 0 if whole else int(rng.integers(1, PARTS))
            pair = ((first + a) * PARTS + part, (first + b) * PARTS + part)
            windows += [pair, pair[::-1]]
            gaps += [gap, -gap]
    return Examples(np.array(windows), labels(np.array(gaps), 2), np.repeat(np.arange(count), 2))


def _hear(recital: Recital, path: Path) -> None:
    encoder = _encoder()
    sound = sound_of(recital, encoder.sample_rate).reshape(
        -1, SEGMENT_SECONDS * encoder.sample_rate
    )
    with torch.inference_mode():
        values = encoder.encode(torch.from_numpy(sound)).numpy().astype(encoder.stored_dtype)
    with replacing(path) as file:
        np.save(file, values)


@cache
def _encoder() -> Spectrogram:
    torch.set_num_threads(1)
    return load()


def _digest(recital: Recital) -> str:
    return hashlib.sha256(repr(recital).encode()).hexdigest()[:16]
