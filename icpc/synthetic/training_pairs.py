"""Examples that train a ranker: spectrograms of recitals, excerpts of them, and pairs of those.

Conventions
-----------
An *excerpt* is a few segments of a recital, set in some places of a window, the others silent: a
ranker gains more from many short recitals than from as many seconds of few long ones. An example's
number is recital · :data:`EXCERPTS` + excerpt; excerpt 0 is the whole recital from the start of the
window. Both recordings of a pair give the same excerpt. Three of four pairs play the same
programme, the others any two; the better is the one of larger level.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.recitals import Recital, sound_of
from ranking.audio.lengths import SEGMENT_SECONDS, SEGMENTS_PER_WINDOW
from ranking.encoders.spectrogram import Spectrogram, load
from ranking.files.atomic import open_atomic
from ranking.files.records import map_array
from ranking.progress import SILENT, Progress
from ranking.tasks.pair_examples import pair_targets
from ranking.tasks.task import Examples
from ranking.workers.children import SafeContext

EXCERPTS = 64
"""Excerpts of a recital, the whole among them."""
MIN_GAP = 0.1  # between the levels of a pair
Played = TypeVar("Played")


def load_spectrograms(
    recitals: Sequence[Recital], cache: Path, progress: Progress = SILENT
) -> list[np.ndarray]:
    """Return the spectrograms (S, F, D) of recitals, memory-mapped.

    Parameters
    ----------
    recitals
        Recitals to be played and turned into spectrograms.
    cache
        A folder of spectrograms; what is in it is not made again.
    progress
        Shows the recitals.
    """
    paths = _play(recitals, cache, ".npy", _save_spectrogram, progress)
    return [map_array(path) for path in paths]


def write_recordings(
    recitals: Sequence[Recital], cache: Path, progress: Progress = SILENT
) -> list[Path]:
    """Write the sound of recitals as FLAC, at the sample rate of the spectrogram.

    Parameters
    ----------
    recitals
        Recitals to be played.
    cache
        A folder of recordings; what is in it is not made again.
    progress
        Shows the recitals.
    """
    return _play(recitals, cache, ".flac", _save_recording, progress)


class Excerpts:
    """Excerpts of recitals by number, as a training loop loads them.

    Parameters
    ----------
    spectrograms : arrays of shape (S, F, D), one for each recital
    segments
        Segments of an excerpt.
    seed
        Seed of which segments those are, and of their places in the window.
    """

    def __init__(self, spectrograms: Sequence[np.ndarray], segments: int, seed: int) -> None:
        self._spectrograms = spectrograms
        self._segments = segments
        self._draws = np.random.default_rng(seed).random((EXCERPTS, 2, SEGMENTS_PER_WINDOW))

    def load_batch(self, numbers: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return segments (M, inputs · F, D) and mask (N, 30) of examples, shape (N, inputs)."""
        mask = torch.zeros(len(numbers), SEGMENTS_PER_WINDOW, dtype=torch.bool)
        segments = []
        for row, example in enumerate(numbers):
            recitals = [self._spectrograms[number // EXCERPTS] for number in example]
            chosen, places = self._excerpt(example[0] % EXCERPTS, min(map(len, recitals)))
            mask[row, places] = True
            segments.append(np.concatenate([recital[chosen] for recital in recitals], axis=1))
        return torch.from_numpy(np.concatenate(segments)).float(), mask

    def _excerpt(self, excerpt: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Which segments of a recital, and their places in the window."""
        if excerpt == 0:
            return np.arange(length), np.arange(length)
        which, where = self._draws[excerpt]
        chosen = np.sort(np.argsort(which[:length])[: self._segments])
        return chosen, np.sort(np.argsort(where)[: len(chosen)])


def draw_pairs(
    recitals: Sequence[Recital], first_number: int, count: int, whole_recitals: bool, seed: int
) -> Examples:
    """Return pairs of excerpts, drawn at random, each in both orders.

    Parameters
    ----------
    recitals
        Recitals to be compared.
    first_number
        Number of the first of these recitals among those that :class:`Excerpts` has.
    count
        Number of pairs.
    whole_recitals
        Whether all excerpts are whole recitals.
    seed
        Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    by_programme: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for number, recital in enumerate(recitals):
        by_programme.setdefault(recital.programme, []).append(number)
    programmes, everyone = list(by_programme.values()), list(range(len(recitals)))
    windows: list[tuple[int, int]] = []
    gaps: list[float] = []
    while len(windows) < 2 * count:
        one_programme = programmes[rng.integers(len(programmes))]
        a, b = rng.choice(everyone if rng.random() < 0.25 else one_programme, 2, replace=False)
        gap = recitals[a].level - recitals[b].level
        if abs(gap) >= MIN_GAP:
            excerpt = 0 if whole_recitals else int(rng.integers(1, EXCERPTS))
            pair = (
                (first_number + a) * EXCERPTS + excerpt,
                (first_number + b) * EXCERPTS + excerpt,
            )
            windows += [pair, pair[::-1]]
            gaps += [gap, -gap]
    units = np.repeat(np.arange(count), 2)
    return Examples(np.array(windows), pair_targets(np.array(gaps), 2), units)


def _play(
    recitals: Sequence[Recital],
    cache: Path,
    suffix: str,
    save: Callable[[Recital, Path], None],
    progress: Progress,
) -> list[Path]:
    """Files of recitals, each made where it is not there."""
    paths = [cache / f"{_sha256(recital)}{suffix}" for recital in recitals]
    write_missing(recitals, paths, save, progress)
    return paths


def write_missing(
    played: Sequence[Played],
    paths: Sequence[Path],
    save: Callable[[Played, Path], None],
    progress: Progress = SILENT,
) -> None:
    """Write those files that are not there, in as many processes as there are cores.

    Parameters
    ----------
    played
        What is played, a value for each file.
    paths
        The files.
    save
        Writes one; a function of a module, as processes need it.
    progress
        Shows the files.
    """
    missing = [place for place, path in enumerate(paths) if not path.is_file()]
    context = SafeContext()
    with (
        progress.start("playing", total=len(paths)),
        ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool,
    ):
        progress.advance(len(paths) - len(missing))
        for _ in pool.map(save, *([one[k] for k in missing] for one in (played, paths))):
            progress.advance()


def _save_recording(recital: Recital, path: Path) -> None:
    rate = _encoder().sample_rate
    write_flac(path, sound_of(recital, rate), rate)


def _save_spectrogram(recital: Recital, path: Path) -> None:
    encoder = _encoder()
    sound = sound_of(recital, encoder.sample_rate).reshape(
        -1, SEGMENT_SECONDS * encoder.sample_rate
    )
    with torch.inference_mode():
        values = encoder.encode(torch.from_numpy(sound)).numpy().astype(encoder.stored_dtype)
    with open_atomic(path) as file:
        np.save(file, values)


@cache
def _encoder() -> Spectrogram:
    torch.set_num_threads(1)
    return load()


def _sha256(recital: Recital) -> str:
    return hashlib.sha256(repr(recital).encode()).hexdigest()[:16]
