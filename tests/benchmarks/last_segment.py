"""What a ranker makes of how a recording ends: the shift of its margin, in logits.

Run ``python tests/benchmarks/last_segment.py --cache DIR --recordings DIR``. The margin of two
recordings is the logit of the probability that the first is the better, averaged over both orders.

*Ends*: ``--recitals`` synthetic recitals of 290 s, each beside the same one whose last segment has
``r`` seconds of sound, then zeros or the noise of a room (-70 dB of full scale). The shift of the
margin against all other recitals is averaged over these, and its 95 % interval is over recitals.
*Cuts*: each recording in a folder, cut at random places, ``r`` = 1, 3 ... 9 s after a whole
segment. The slope of the margin against the others, whole, with the seconds of sound in the last
segment is given for 9 s; its 95 % interval is over recordings.
Each of the two as the program cuts them, and *zeros*, as it was: the grid, filled up with what
follows in the file, or with zeros.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from scipy.io import wavfile
from torch import Tensor

from icpc.competition.recordings import list_recordings
from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.train import TESTS
from icpc.synthetic.training_pairs import write_recordings
from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.audio.segments import stream_segments
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders.spectrogram import SPEC, load
from ranking.judging.all_pairs import PairScorer, single_threaded_torch_workers
from ranking.judging.probe_ranker import load_own_or_shipped_ranker
from ranking.network.factorised import FactorisedHead

RATE = SPEC.sample_rate
WHOLE = 29  # segments of a recital
NOISE = 10 ** (-70 / 20)
WAYS = ("program", "zeros")


@dataclass(frozen=True)
class Ending:
    """A recording to its end: the embedding of its window, and how much of the last is sound."""

    segments: np.ndarray
    """Float16, shape (S, F, D)."""
    seconds: float


@dataclass(frozen=True)
class Shift:
    """A mean with its 95 % interval."""

    mean: float
    half_width: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Shift":
        """Return the mean of independent values, and its interval by Student's t."""
        count = len(values)
        half_width = stats.t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count)
        return cls(float(np.mean(values)), float(half_width))

    def __str__(self) -> str:
        low, high = self.mean - self.half_width, self.mean + self.half_width
        return f"{self.mean:+6.2f} ({low:+.2f} to {high:+.2f})"


class Listener:
    """The spectrogram, and the ranker that ships."""

    def __init__(self) -> None:
        self._encoder = load()
        self._head = load_own_or_shipped_ranker(None, None).head

    def encode(self, samples: np.ndarray) -> np.ndarray:
        """Return segments (S, F, D) of samples, a multiple of ten seconds."""
        segments = torch.from_numpy(samples.reshape(-1, SEGMENT_SECONDS * RATE))
        with torch.inference_mode():
            parts = [self._encoder.encode(one[None]).numpy() for one in segments]
        return np.concatenate(parts).astype(np.float16)

    def endings(self, sound: np.ndarray, before: np.ndarray) -> dict[str, Ending]:
        """Return sound of which the segments ``before`` the last are known, in both ways."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.wav"
            wavfile.write(path, RATE, np.round(32767 * sound).astype(np.int16))
            *_, last = stream_segments(path, (RATE,))
        grid = np.zeros(SEGMENT_SECONDS * RATE, dtype=np.float32)
        rest = sound[len(before) * grid.size :][: grid.size]
        grid[: len(rest)] = rest
        parts = {"program": (before[: last.index], last.samples[RATE]), "zeros": (before, grid)}
        return {
            way: Ending(np.concatenate([own, self.encode(samples)]), last.seconds)
            for way, (own, samples) in parts.items()
        }

    def margins(self, windows: Sequence[np.ndarray]) -> np.ndarray:
        """Return the margin of each window against each other, antisymmetric."""
        bank = EmbeddingBank(
            [
                (f"{number:04}", Embedding(own, np.full(len(own), float(SEGMENT_SECONDS))))
                for number, own in enumerate(windows)
            ]
        )
        scorer = PairScorer(FactorisedHead(self._head), bank.iter_segments, _logit)
        count = len(windows)
        logits = np.zeros((count, count))
        tiles = scorer.tiles(count)
        with single_threaded_torch_workers() as executor:
            for tile, own in zip(tiles, scorer.score(range(count), tiles, executor), strict=True):
                rows, columns = tile.first, tile.second
                logits[rows.start : rows.stop, columns.start : columns.stop] = own
        return (logits - logits.T) / 2


def _logit(logits: Tensor) -> Tensor:
    """Of the probability that the first is the better."""
    return logits[..., 1] - logits[..., 0]


def read(path: Path) -> np.ndarray:
    """Return the sound of a file, which has the sample rate of the encoder."""
    with open_mono_sound(path) as sound:
        return np.concatenate(list(sound.blocks()))


def measure_ends(listener: Listener, paths: Sequence[Path], lengths: Sequence[float]) -> None:
    """Print the shift for each length of sound in the last segment, and each silence."""
    print("Ends: the last segment has r seconds of sound; mean shift, decisions that flip")
    sounds = [read(path)[: WHOLE * SEGMENT_SECONDS * RATE] for path in paths]
    whole = [listener.encode(sound) for sound in sounds]
    for silence in ("zeros", "room"):
        for r in lengths:
            both = [
                listener.endings(_ended(sound, r, silence), own[: WHOLE - 1])
                for sound, own in zip(sounds, whole, strict=True)
            ]
            for way in WAYS:
                ended = [endings[way].segments for endings in both]
                shifts, flips, decisions = _shifts(listener, whole, ended)
                print(
                    f"{silence:6} r = {r:3.1f} s  {way:8} {Shift.of(shifts)}  "
                    f"{flips} of {decisions}",
                    flush=True,
                )


def _ended(sound: np.ndarray, r: float, silence: str) -> np.ndarray:
    """Sound that is silent from ``r`` seconds in its last segment on."""
    ended = sound.copy()
    rest = ended[round(((WHOLE - 1) * SEGMENT_SECONDS + r) * RATE) :]
    noise = NOISE * np.random.default_rng(0).standard_normal(len(rest))
    rest[:] = 0 if silence == "zeros" else noise
    return ended


def _shifts(
    listener: Listener, whole: Sequence[np.ndarray], ended: Sequence[np.ndarray]
) -> tuple[list[float], int, int]:
    """Mean shift of each recital against all others; decisions that flip, of how many."""
    count = len(whole)
    margins = listener.margins([*whole, *ended])
    before, after = margins[:count, :count], margins[count:, :count]
    others = ~np.eye(count, dtype=bool)
    shift = [float((after - before)[one][others[one]].mean()) for one in range(count)]
    flips = np.sign(after[others]) != np.sign(before[others])
    return shift, int(flips.sum()), int(others.sum())


def measure_cuts(listener: Listener, paths: Sequence[Path], places: int) -> None:
    """Print the slope of the margin with the seconds of sound in the last segment."""
    rng = np.random.default_rng(0)
    print(f"Cuts: {len(paths)} recordings at {places} places each; slope for 9 s")
    sounds = [read(path)[: 30 * SEGMENT_SECONDS * RATE] for path in paths]
    whole = [listener.encode(sound) for sound in sounds]
    slopes: dict[str, list[float]] = {way: [] for way in WAYS}
    for number, sound in enumerate(sounds):
        others = [own for place, own in enumerate(whole) if place != number]
        cuts = [(int(n), r) for n in rng.integers(10, 29, places) for r in (1, 3, 5, 7, 9)]
        both = [
            listener.endings(sound[: round((n * SEGMENT_SECONDS + r) * RATE)], whole[number][:n])
            for n, r in cuts
        ]
        for way in WAYS:
            ends = [endings[way] for endings in both]
            margins = listener.margins([*(own.segments for own in ends), *others])
            against = margins[: len(ends), len(ends) :].mean(axis=1).reshape(places, -1)
            seconds = np.array([own.seconds for own in ends]).reshape(places, -1)
            seconds -= seconds.mean(axis=1, keepdims=True)
            slopes[way].append(9 * float((seconds * against).sum() / (seconds**2).sum()))
    for way, own in slopes.items():
        print(f"{way:8} {Shift.of(own)}")


def _at_rate(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The first five minutes of recordings, at the sample rate of the encoder."""
    written = []
    for number, path in enumerate(paths):
        segments = [one.samples[RATE] for one in stream_segments(path, (RATE,)) if one.index < 30]
        write_flac(own := folder / f"{number}.flac", np.concatenate(segments[:30]), RATE)
        written.append(own)
    return written


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="a folder for recitals")
    parser.add_argument("--recordings", type=Path, help="a folder of real recordings")
    parser.add_argument("--recitals", type=int, default=64)
    parser.add_argument("--lengths", type=float, nargs="*", default=[1, 2, 3, 4, 5, 6])
    parser.add_argument("--places", type=int, default=20)
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    listener = Listener()
    if given.lengths:
        recitals = [recital for test in TESTS.values() for recital in test.draw()]
        paths = write_recordings(recitals[: given.recitals], given.cache)
        measure_ends(listener, paths, given.lengths)
    if given.recordings is not None:
        with tempfile.TemporaryDirectory() as folder:
            paths = _at_rate(list(list_recordings(given.recordings)["path"]), Path(folder))
            measure_cuts(listener, paths, given.places)


if __name__ == "__main__":
    main()
