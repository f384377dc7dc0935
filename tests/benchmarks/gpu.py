"""Measure encoders, training and all pairs on one device, beside the CPU, in one command.

Run ``python tests/benchmarks/gpu.py`` on a machine with a GPU; it takes less than eight minutes,
prints a line for each measurement, and writes ``gpu.json`` and ``gpu.md``, a table. Weights,
embeddings and sound are random. The program need not be installed: CONTRIBUTING says how to bring
what it needs to a machine without a package index.

``--device cpu --small`` runs all of it on little, to see that it works; the numbers mean nothing.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import gpu_encoders
import gpu_heads
import torch
from gpu_table import Row, facts_of, write

from ranking.encoders import load_encoder, spec_of
from ranking.encoders.base import CodeEncoder

ROOT = Path(__file__).resolve().parents[2]
LARGE_SHAPES = [
    (name, spec_of(name).frames, spec_of(name).dimension) for name in gpu_encoders.NAMES
]
SMALL_SHAPES = [("small", 60, 48), ("odd", 53, 41)]
TRAINING = gpu_heads.TrainingSize(749, 1024, 64, 2694, (1, 16, 32), 20.0)
SMALL_TRAINING = gpu_heads.TrainingSize(60, 48, 8, 56, (1, 2), 5.0)
PARTS = ("parity", "encoding", "training", "all-pairs")


def encoders(options: argparse.Namespace, folder: Path, device: torch.device) -> Iterator[Row]:
    """Yield parity and speed of each encoder asked for."""
    size = 256 if options.small else 8192
    rates = {
        precision: gpu_encoders.measured_rate(device, precision, size)
        for precision in ("bfloat16", "float32")
    }
    for precision, rate in rates.items():
        yield Row("device", f"matrix product, {precision}", rate / 1e12, "TFLOP/s", f"{size}³")
    count, lengths = (1, (10, 20)) if options.small else (16, (20, 300))
    paths = {}
    if "encoding" in options.parts:
        paths = {seconds: gpu_encoders.recordings(folder, count, seconds) for seconds in lengths}
    for name in options.encoders:
        weights = gpu_encoders.weights_of(name, folder, options.small)
        with gpu_encoders.small_networks(options.small):
            if "parity" in options.parts:
                yield from gpu_heads.guarded(
                    "parity",
                    name,
                    partial(
                        gpu_encoders.parity, name, weights, device, count=1 if options.small else 2
                    ),
                )
            if paths:
                yield gpu_encoders.speed(name, weights, device, paths, rates)
    if paths:
        yield gpu_encoders.NOT_MEASURED


def heads(options: argparse.Namespace, folder: Path, device: torch.device) -> Iterator[Row]:
    """Yield parity of all pairs, training and tournaments."""
    if "parity" in options.parts:
        yield from gpu_heads.parity(SMALL_SHAPES if options.small else LARGE_SHAPES, device)
    if "all-pairs" in options.parts:
        weights = gpu_encoders.weights_of("dac", folder, options.small)
        dac = load_encoder("dac", weights).to(device)
        assert isinstance(dac, CodeEncoder)
        sizes = [(2, 1), (3, 1)] if options.small else [(137, 6), (1000, 1)]
        yield from gpu_heads.tournaments(sizes, 2 if options.small else 30, dac, device)
    if "training" in options.parts:
        size = SMALL_TRAINING if options.small else TRAINING
        yield from gpu_heads.training(folder, size, device)


def measure(options: argparse.Namespace) -> list[Row]:
    """Return all rows, each printed as soon as it is there."""
    device, begun = torch.device(options.device), time.perf_counter()
    rows: list[Row] = []
    parts: tuple[Callable[..., Iterator[Row]], ...] = (heads, encoders)
    with tempfile.TemporaryDirectory() as name:
        for part in parts:
            for row in part(options, Path(name), device):
                rows.append(row)
                at = time.perf_counter() - begun
                print(f"{at:5.0f} s  {row.part}: {row.what}: {row.text}  {row.detail}", flush=True)
                if at > 60 * options.minutes:
                    late = Row("device", "out of time", None, detail=f"after {options.minutes} min")
                    return [*rows, late]
    return rows


def main() -> None:
    """Print a line for each measurement, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true", help="little of everything")
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=PARTS)
    parser.add_argument(
        "--encoders", nargs="*", default=list(gpu_encoders.NAMES), choices=gpu_encoders.NAMES
    )
    parser.add_argument("--minutes", type=float, default=8, help="begin nothing new after these")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "gpu")
    options = parser.parse_args()
    facts = facts_of(torch.device(options.device))
    print(", ".join(f"{key} {value}" for key, value in facts.items()), flush=True)
    rows = measure(options)
    write(options.out, facts, rows)
    print(f"written: {options.out / 'gpu.md'}, {options.out / 'gpu.json'}")


if __name__ == "__main__":
    main()
