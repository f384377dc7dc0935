"""Time decoding and cutting of a long recording, and measure the memory it takes.

Run ``python tests/benchmarks/decoding.py``; ``--hours 0.1`` for a short one. Each format holds the
same music; it is decoded once and cut into segments at the three sample rates that most encoders
take. The ratio is to plain reading by libsndfile, block by block at the file's own sample rate, in
the same run.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from ranking.audio.segments import stream_segments

SAMPLE_RATE, SAMPLE_RATES = 44_100, (16_000, 24_000, 44_100)
KINDS = {"flac": ("FLAC", "PCM_16"), "mp3": ("MP3", "MPEG_LAYER_III"), "ogg": ("OGG", "VORBIS")}


def write_recording(
    path: Path, minutes: int, sample_rate: int = SAMPLE_RATE, seed: int = 0
) -> None:
    """Write chords that die away, a new one each second, minute after minute."""
    rng = np.random.default_rng(seed)
    moment = np.arange(sample_rate) / sample_rate
    kind, subtype = KINDS[path.suffix[1:]]
    with soundfile.SoundFile(path, "w", sample_rate, 1, subtype, format=kind) as file:
        for _ in range(minutes):
            pitches = 110 * 2 ** (rng.integers(0, 48, (60, 4, 1)) / 12)
            chords = np.sin(2 * np.pi * pitches * moment).sum(axis=1) * np.exp(-3 * moment)
            for chord in chords:  # libsndfile's Vorbis encoder dies of long blocks
                file.write(0.1 * chord)


def seconds_to_read(path: Path) -> float:
    """Seconds that libsndfile takes."""
    begun = time.perf_counter()
    with soundfile.SoundFile(path) as file:
        for _ in file.blocks(blocksize=10 * SAMPLE_RATE, dtype="float32"):
            pass
    return time.perf_counter() - begun


def main() -> None:
    """Print a line for each format."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=float, default=3.0)
    minutes = max(1, round(60 * parser.parse_args().hours))
    print(f"{minutes} minutes")
    print("format  × real time  ÷ libsndfile  most memory, MB")
    with tempfile.TemporaryDirectory() as name:
        for suffix in KINDS:
            path = Path(name) / f"long.{suffix}"
            write_recording(path, minutes)
            begun = time.perf_counter()
            count = sum(1 for _ in stream_segments(path, SAMPLE_RATES))
            spent = time.perf_counter() - begun
            if count != 6 * minutes:
                raise SystemExit(f"{count} segments, not {6 * minutes}")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            ratio = spent / seconds_to_read(path)
            print(f"{suffix:6} {60 * minutes / spent:12.0f} {ratio:13.2f} {peak:16.0f}", flush=True)


if __name__ == "__main__":
    main()
