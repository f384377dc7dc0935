"""Two workers of a cluster of this machine, beside one process: seconds as ratios.

Run ``python tests/benchmarks/cluster.py``. Recordings of ten minutes are embedded by ``--encoder``,
and a grid of three batch sizes is trained on their mel spectrograms; four hundred recordings of a
minute are compared, all with all. Each is done by one process and by a cluster of two, one thread
each, in turns; starting the cluster, some seconds, is counted. What is written must be equal.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded

import numpy as np
from competition import write_competition
from typer.testing import CliRunner

from icpc.cli import app

WORKERS = {
    "one process": ("--workers", 1),
    "cluster of 2": ("--cluster-workers", 2),
}


def judge(*arguments: object) -> None:
    """Run a command."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exit_code:
        raise SystemExit(result.output)


def seconds_of(work: Callable[[], None]) -> float:
    """Seconds that work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def contents(folder: Path) -> dict[str, bytes]:
    """What was written, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".claims" not in path.parts and path.name != "results.jsonl"
    }


def embed(encoder: str, folder: Path, where: tuple[object, ...], out: Path) -> None:
    """Embed all recordings into a new store."""
    judge("embed", "--recordings", folder, "--encoder", encoder, "--store", out, *where)


def compare(folder: Path, where: tuple[object, ...], out: Path) -> None:
    """Compare all recordings with all, embedded before."""
    given = ("rank", "--roster", folder / "roster.csv", "--recordings", folder)
    judge(*given, "--min-seconds", 10, "--store", folder / "store", "--out", out, *where)
    for path in (folder / "store" / "votes").iterdir():
        path.unlink()  # the next one computes them again


def train(folder: Path, where: tuple[object, ...], out: Path) -> None:
    """Train a grid of three stacks on spectrograms, embedded before."""
    out.mkdir()
    own = () if where[0] == "--workers" else where  # one process trains without an option
    given = ("train", "expertise", "--manifest", folder / "manifest.csv", "--recordings", folder)
    judge(
        *(*given, "--store", folder / "store", "--out", out / "mine.safetensors", "--epochs", 2),
        *("--max-pairs", 100, "--grid", "batch_size=4,8,16", *own),
    )


def write_manifest(folder: Path, candidates: int) -> None:
    """Write levels and splits of the recordings."""
    rows = ["recording,level,split"]
    for number in range(candidates):
        split = ("train", "train", "val", "test")[number % 4]
        rows.append(f"c{number:03},{number // 4 % 2},{split}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")


def main() -> None:
    """Make the recordings, work, and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="basicpitch")
    parser.add_argument("--candidates", type=int, default=24)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--field", type=int, default=400)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        long, field = Path(name) / "long", Path(name) / "field"
        for folder, size in ((long, (given.candidates, given.minutes)), (field, (given.field, 1))):
            folder.mkdir()
            write_competition(folder, *size)
            judge("embed", "--recordings", folder, "--store", folder / "store")
        write_manifest(long, given.candidates)
        works = {"embed": partial(embed, given.encoder, long), "train": partial(train, long)}
        for what, work in {**works, "compare": partial(compare, field)}.items():
            seconds: dict[str, list[float]] = {way: [] for way in WORKERS}
            written = []
            for turn in range(given.turns):
                for way, where in WORKERS.items():
                    out = Path(name) / f"{what}-{turn}-{way.replace(' ', '-')}"
                    seconds[way].append(seconds_of(partial(work, where, out)))
                    written.append(contents(out))
            equal = all(one == written[0] for one in written)
            middle = {way: float(np.median(own)) for way, own in seconds.items()}
            ratios = ", ".join(
                f"{way} {own / middle['one process']:.2f} ({own:.0f} s)"
                for way, own in middle.items()
            )
            print(f"{what}: {ratios}; equal files: {equal}", flush=True)


if __name__ == "__main__":
    main()
