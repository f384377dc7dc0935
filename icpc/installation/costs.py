"""What embedding costs: time and memory measured here on a few segments, the rest reckoned from it.

Conventions
-----------
Measured is one process of two threads, as a worker is, which embeds :data:`MEASURED_SEGMENTS`
segments of noise from a WAV file into a store of its own; the second time counts, since the first
loads libraries. Its memory is the most that it held, of which only Linux tells.
Reckoned from that are hours, as if every worker took as long for each segment, and those with one
recording more than others end last; and disk, the arrays of the store, which follows from the sizes
alone. An encoder that cannot be loaded here has a disk and nothing else.
"""

import re
import tempfile
import time
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.audio.segments import count_segments
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import THREADS, EmbeddingSettings, embed_one
from ranking.encoders import spec_of
from ranking.errors import JudgeError, WeightsError
from ranking.workers.executors import process_executor

MEASURED_SEGMENTS = 4
"""Segments that are embedded to measure how long one takes."""
SAMPLE_RATE, LOUDNESS = 44_100, 0.1  # of the noise that is embedded
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Workload:
    """What is to be embedded, and by how many processes."""

    recordings: int
    """Number of recordings."""
    segments: int
    """Number of segments of all of them together."""
    workers: int
    """Number of processes that embed at the same time, on all machines together."""

    @property
    def most_segments(self) -> float:
        """Segments of a worker with the most recordings, all being of mean length."""
        return ceil(self.recordings / self.workers) * self.segments / self.recordings


@dataclass(frozen=True)
class Measurement:
    """What embedding took on this machine."""

    segment_seconds: float
    """Seconds from the file to the store, for a segment."""
    segment_bytes: int
    """Size of a segment in the store."""
    memory_bytes: int | None
    """Most memory that the process held; None where the system does not tell."""


def workload_of(lengths: Sequence[float], workers: int) -> Workload:
    """Return what embedding recordings of these lengths, in seconds, amounts to.

    Raises
    ------
    ValueError
        If there are no recordings or no workers.
    """
    if not lengths or workers < 1:
        raise ValueError(f"{len(lengths)} recordings, {workers} workers")
    return Workload(len(lengths), sum(map(count_segments, lengths)), workers)


def measure_encoders(
    names: Sequence[str], choose: Callable[[str], EncoderChoice], device: str
) -> dict[str, Measurement | str]:
    """Return what embedding by each encoder takes here, or why it cannot be measured.

    Parameters
    ----------
    names : names of the encoders
    choose : gives the encoder of a name with its weights, or raises the error that it lacks them
    device : device to encode on
    """
    found: dict[str, Measurement | str] = {}
    for name in names:
        try:
            choice = choose(name)
            with process_executor(1, THREADS) as process:
                found[name] = process.submit(_measure, choice, device).result()
        except WeightsError:
            found[name] = "its weights are not here"
        except JudgeError as error:
            found[name] = f"{error.where}: {error.what}"
    return found


def cost_table(found: Mapping[str, Measurement | str], load: Workload) -> pd.DataFrame:
    """Return what embedding by each encoder costs, one row for each.

    Columns ``encoder``; ``segment_seconds`` and ``memory_bytes`` of a worker, which are measured;
    ``disk_bytes`` and ``hours``, which are reckoned from them; ``basis``, measured here or why not.

    Parameters
    ----------
    found : as :func:`measure_encoders` returns it
    load : what is to be embedded
    """
    rows = []
    for name, one in found.items():
        measured = one if isinstance(one, Measurement) else None
        size = _known_size(name) if measured is None else measured.segment_bytes
        hours = measured and measured.segment_seconds * load.most_segments / 3600
        rows.append(
            {
                "encoder": name,
                "segment_seconds": measured and measured.segment_seconds,
                "memory_bytes": measured and measured.memory_bytes,
                "disk_bytes": size and size * load.segments,
                "hours": hours,
                "basis": "measured here" if measured else f"not measured: {one}",
            }
        )
    sizes = {"memory_bytes": "Int64", "disk_bytes": "Int64"}
    times = {"segment_seconds": "float", "hours": "float"}
    return pd.DataFrame(rows).astype({**sizes, **times})


def _known_size(name: str) -> int | None:
    """Bytes of a segment in the store, where they are known without loading the encoder."""
    try:
        return spec_of(name).stored_bytes or None
    except JudgeError:  # a package is missing
        return None


def _measure(choice: EncoderChoice, device: str) -> Measurement:
    """Embed some noise, twice; the second time counts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = _noise(folder / "noise.wav")
        seconds = 0.0
        for store in ("once", "again"):
            settings = EmbeddingSettings(folder / store, (choice,), device)
            began = time.perf_counter()
            outcome = embed_one(sound, settings)
            seconds = time.perf_counter() - began
            if outcome.error is not None:
                raise outcome.error
        key = cache_key_with_weights_hash(choice, device)
        size = EmbeddingStore(folder / "again").load(key, outcome.recording).segments.nbytes
    return Measurement(seconds / MEASURED_SEGMENTS, size // MEASURED_SEGMENTS, _peak_memory())


def _noise(path: Path) -> Path:
    """Write a file of noise that swells and fades."""
    at = np.arange(MEASURED_SEGMENTS * SEGMENT_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    swell = LOUDNESS * (1 + 0.5 * np.sin(2 * np.pi * at / 3))
    noise = np.random.default_rng(0).standard_normal(len(at)).clip(-3, 3)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((32767 * swell * noise).astype("<i2").tobytes())
    return path


def _peak_memory() -> int | None:
    """The most memory that this process has held, in bytes."""
    try:
        text = STATUS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", text, re.MULTILINE)
    return None if found is None else int(found[1]) * 1024
