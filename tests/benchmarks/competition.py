"""Rank a competition of long recordings, killed three times; compare it with an undisturbed run.

Run ``python tests/benchmarks/competition.py``; ``--candidates 20 --minutes 10`` for a short one. As
many candidates play as in the preliminary round of 2015, half an hour each: chords that die away.
``judge rank`` embeds them as mel spectrograms, and compares them by the ranker that comes with the
program. It is killed without warning when a third of the recordings are embedded, when two thirds
are, and when votes are being written; then it goes on. The files of the two runs must be equal byte
for byte. No process may have more memory of its own than ``--gigabytes``; what is printed is the
most that one used, with pages of the store, 9.5 GB for all, that the system may drop.
"""

import argparse
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from decoding import write_recording

FILES = ("ranking.csv", "votes.csv", "comparisons.csv", "run.json")
SAMPLE_RATE = 24_000
POLL_SECONDS = 0.02


def write_competition(folder: Path, candidates: int, minutes: int) -> None:
    """Write the roster and a recording for each candidate."""
    rows = ["candidate,score,recording"]
    for number in range(candidates):
        write_recording(folder / f"c{number:03}.flac", minutes, SAMPLE_RATE, seed=number)
        rows.append(f"c{number:03},{number % 4},c{number:03}.flac")
    (folder / "roster.csv").write_text("\n".join(rows) + "\n")


def start(folder: Path, name: str) -> subprocess.Popen[bytes]:
    """Begin a run, or go on with it."""
    command = [
        sys.executable,
        "-c",
        "from icpc.cli import app; app()",
        "rank",
        "--min-seconds",
        "10",
    ]
    command += ["--roster", str(folder / "roster.csv"), "--recordings", str(folder)]
    command += ["--store", str(folder / f"store-{name}"), "--out", str(folder / name)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(folder: Path, name: str) -> float:
    """Seconds from here to the end of a run."""
    begun = time.perf_counter()
    process = start(folder, name)
    _, messages = process.communicate()
    if process.returncode:
        raise SystemExit(messages.decode())
    return time.perf_counter() - begun


def kill_when(folder: Path, name: str, reached: Callable[[Path], bool]) -> int:
    """Kill a run when its store has come so far; return its exit code."""
    process = start(folder, name)
    while process.poll() is None and not reached(folder / f"store-{name}"):
        time.sleep(POLL_SECONDS)
    process.kill()
    process.communicate()
    return process.returncode


def embedded(count: int) -> Callable[[Path], bool]:
    """Whether so many recordings are in a store."""
    return lambda store: len(list(store.glob("spectrogram-*/*.json"))) >= count


def voting(store: Path) -> bool:
    """Whether votes are in a store, or about to be."""
    return any((store / "votes").glob("*"))


def main() -> None:
    """Print seconds, memory, and what the files say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=137)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--gigabytes", type=float, default=8.0)
    parser.add_argument("--folder", type=Path, help="for recordings and stores; must be empty")
    options = parser.parse_args()
    n, hours = options.candidates, options.candidates * options.minutes / 60
    limit = int(1e9 * options.gigabytes)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # children inherit it
    print(
        f"{n} recordings of {options.minutes} minutes, within {options.gigabytes:g} GB", flush=True
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        write_competition(folder, n, options.minutes)
        seconds = finish(folder, "whole")
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
        size = sum(path.stat().st_size for path in folder.glob("store-whole/**/*.npy")) / 1e9
        print(f"whole run: {seconds:.0f} s, {hours * 3600 / seconds:.0f} × real time")
        print(f"most memory: {memory:.2f} GB; embeddings on disk: {size:.2f} GB")
        print(f"again, from the store: {finish(folder, 'whole'):.1f} s", flush=True)
        for reached in (embedded(-(-n // 3)), embedded(-(-2 * n // 3)), voting):
            if kill_when(folder, "killed", reached) != -signal.SIGKILL:
                raise SystemExit("a run came to its end before it could be killed")
        print(f"killed three times; the rest: {finish(folder, 'killed'):.0f} s")
        for file in FILES:
            whole, killed = ((folder / run / file).read_bytes() for run in ("whole", "killed"))
            print(f"{file}: {'equal' if whole == killed else 'NOT EQUAL'}, {len(whole):,} bytes")


if __name__ == "__main__":
    main()
