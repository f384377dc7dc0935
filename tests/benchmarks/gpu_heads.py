"""What ``gpu.py`` measures of heads: parity of all pairs, training, and whole tournaments.

Embeddings are noise, or random codes. A training step is timed from the end of the third to that of
the last; where an epoch takes too long, it follows from the steps that were taken.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from gpu_encoders import wait_for
from gpu_table import Row
from torch import Tensor

from ranking.audio.lengths import SEGMENTS_PER_WINDOW
from ranking.devices.precision import full_float32
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders.base import CodeEncoder
from ranking.judging.all_pairs import PairScorer, single_threaded_torch_workers
from ranking.network.factorised import FactorisedHead
from ranking.network.head import Head, HeadConfig, make_head
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_runs
from ranking.progress import Progress
from ranking.tasks.by_pair import p_first
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.task import Examples

BATCH_SIZE = 16
WARM_UP_STEPS = 3
SECONDS = np.full(SEGMENTS_PER_WINDOW, 10.0)


@dataclass(frozen=True)
class TrainingSize:
    """How much is trained on."""

    frames: int
    dimension: int
    recordings: int
    pairs: int
    """Ordered pairs of an epoch."""
    runs: tuple[int, ...]
    """Numbers of runs that are trained as one stack."""
    max_seconds: float
    """What one measurement may take before an epoch is extrapolated."""


class _EnoughError(Exception):
    """The steps so far tell how long the others take."""


class Stopwatch(Progress):
    """Times the steps of a training, and ends it after some seconds."""

    def __init__(self, device: torch.device, steps: int, max_seconds: float) -> None:
        self.device, self.steps, self.max_seconds = device, steps, max_seconds
        self.taken, self.begun, self.first, self.seconds = 0, time.perf_counter(), 0.0, 0.0

    def advance(self, steps: float = 1, detail: str = "") -> None:
        """Count a step; wait for the device only where the time is read."""
        self.taken += round(steps)
        if self.taken == WARM_UP_STEPS:
            wait_for(self.device)
            self.first = time.perf_counter()
        enough = time.perf_counter() - self.begun > self.max_seconds
        if self.taken > WARM_UP_STEPS and (self.taken == self.steps or enough):
            wait_for(self.device)
            self.seconds = (time.perf_counter() - self.first) / (self.taken - WARM_UP_STEPS)
            raise _EnoughError


def lively_head(frames: int, dimension: int, seed: int = 0) -> Head:
    """Return a head of two recordings with random weights and statistics, in eval mode."""
    head = make_head(HeadConfig(frames, dimension, 2, inputs=2), seed).eval()
    drawn = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for norm in head.norms:
            norm.running_mean.normal_(0, 0.1, generator=drawn)
            norm.running_var.uniform_(0.5, 2, generator=drawn)
    return head.requires_grad_(requires_grad=False)


def noise_bank(
    folder: Path, size: TrainingSize, device: torch.device, max_bytes: int | None
) -> EmbeddingBank:
    """Return recordings of one window each, memory-mapped, on the device as far as allowed.

    Parameters
    ----------
    folder
        Where arrays are written, once.
    size
        Shape and number of the windows.
    device, max_bytes
        As :class:`EmbeddingBank` takes them.
    """
    shape = (SEGMENTS_PER_WINDOW, size.frames, size.dimension)
    base = np.random.default_rng(0).standard_normal(shape, np.float32).astype(np.float16)
    embeddings = []
    for number in range(size.recordings):
        path = folder / f"{number}.npy"
        if not path.is_file():
            np.save(path, np.roll(base, number, axis=0) + np.float16(number % 7))
        embeddings.append((str(number), Embedding(np.load(path, mmap_mode="r"), SECONDS)))
    return EmbeddingBank(embeddings, device=device, max_bytes=max_bytes)


def pair_examples(size: TrainingSize) -> Examples:
    """Return ordered pairs of windows, the two orders of a pair together."""
    upper = np.stack(np.triu_indices(size.recordings, 1), axis=1)
    chosen = np.random.default_rng(0).permutation(upper)[: size.pairs // 2]
    windows = np.stack([chosen, chosen[:, ::-1]], axis=1).reshape(-1, 2)
    return Examples(windows, np.arange(len(windows)) % 2, np.arange(len(windows)) // 2)


def step_seconds(
    bank: EmbeddingBank, size: TrainingSize, runs: int, settings: TrainingSettings
) -> tuple[float, int, int]:
    """Return the seconds of a step, the steps that were timed, and those of an epoch.

    Parameters
    ----------
    bank
        The windows.
    size
        Shapes, pairs, and how long to measure.
    runs
        Runs of one stack; they differ in learning rate.
    settings
        What they have in common.
    """
    train = pair_examples(size)
    few = train.subset(np.arange(2))
    config = HeadConfig(size.frames, size.dimension, 2, inputs=2)
    stack = [
        TrainingRun(config, TrainingSettings(**{**vars(settings), "seed": seed}), train, few)
        for seed in range(runs)
    ]
    steps = -(-len(train) // settings.batch_size)
    watch = Stopwatch(bank.device, steps, size.max_seconds)
    try:
        train_runs(
            EXPERTISE_TASKS[2], stack, partial(load_segments_and_mask, bank), bank.device, watch
        )
    except _EnoughError:
        return watch.seconds, watch.taken - WARM_UP_STEPS, steps
    raise RuntimeError(f"an epoch of {watch.taken} steps is too short to be timed")


def training(folder: Path, size: TrainingSize, device: torch.device) -> Iterator[Row]:
    """Yield the time of an epoch, resident and streamed, and that of stacked runs."""
    settings = TrainingSettings(epochs=1, batch_size=BATCH_SIZE, shuffle_seed=0)
    banks = {"resident": 1 << 62, "streamed": 0}
    shape = f"{size.recordings} windows of 30 × {size.frames} × {size.dimension}"
    single = 0.0
    for where, max_bytes in banks.items():
        bank = noise_bank(folder, size, device, max_bytes)
        seconds, timed, steps = step_seconds(bank, size, 1, settings)
        single = single or seconds
        yield Row(
            "training",
            f"epoch of {size.pairs} pairs, {where}",
            seconds * steps,
            "s",
            f"{shape}; {timed} of {steps} steps timed, {1e3 * seconds:.3g} ms each",
        )
        del bank
    bank = noise_bank(folder, size, device, banks["resident"])
    for runs in size.runs:
        yield from guarded(
            "training", f"{runs} stacked", partial(_stacked, bank, size, runs, settings, single)
        )


def _stacked(
    bank: EmbeddingBank, size: TrainingSize, runs: int, settings: TrainingSettings, single: float
) -> Iterator[Row]:
    seconds, timed, _ = step_seconds(bank, size, runs, settings)
    detail = f"{seconds / single:.3g} × a single run's, {timed} timed"
    yield Row("training", f"step of {runs} stacked", 1e3 * seconds, "ms", detail)


def guarded(part: str, what: str, measure: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of a measurement, or one that says that the memory did not suffice."""
    try:
        yield from measure()
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        yield Row(part, what, None, detail=str(error).partition(". ")[0])


def parity(
    shapes: Sequence[tuple[str, int, int]], device: torch.device, windows: int = 3
) -> Iterator[Row]:
    """Yield how far the device's logits of all pairs are from the CPU's, and from plain heads'.

    Parameters
    ----------
    shapes
        Name, frames and dimensions of each.
    device
        The device.
    windows
        Windows that are compared; the second has sound in half of its segments.
    """
    for name, frames, dimension in shapes:
        head = lively_head(frames, dimension)
        drawn = torch.Generator().manual_seed(0)
        mask = torch.ones(windows, SEGMENTS_PER_WINDOW, dtype=torch.bool)
        mask[1, SEGMENTS_PER_WINDOW // 2 :] = False
        segments = torch.randn(int(mask.sum()), frames, dimension, generator=drawn)
        with torch.inference_mode(), full_float32():
            here = _all_pairs(FactorisedHead(head), segments, mask)
            there = _all_pairs(FactorisedHead(head).to(device), segments.to(device), mask).cpu()
            x = segments.new_zeros(*mask.shape, frames, dimension)
            x[mask] = segments
            plain = head.to(device)(
                torch.cat([x[:1], x[1:2]], dim=2).to(device), (mask[:1] & mask[1:2]).to(device)
            ).cpu()
        gap, of_plain = (here - there).abs().max(), (here[0, 1] - plain[0]).abs().max()
        detail = f"largest difference from the CPU; of the plain head on the device {of_plain:.1e}"
        yield Row("parity", f"all pairs, {name}: logits", float(gap), "", detail)


def _all_pairs(head: FactorisedHead, segments: Tensor, mask: Tensor) -> Tensor:
    first, second = head.partial_sums([segments], mask)
    logits: Tensor = head(first, second)
    return logits


def tournaments(
    sizes: Sequence[tuple[int, int]],
    segments: int,
    encoder: CodeEncoder,
    device: torch.device,
) -> Iterator[Row]:
    """Yield the time of all ordered pairs of candidates, from codes on the device to probabilities.

    Parameters
    ----------
    sizes
        Candidates and windows of each.
    segments
        Segments of a window; fewer than 30 only where each candidate has one window.
    encoder
        DAC, on the device.
    device
        The device.
    """
    projection = encoder.projection
    own = lively_head(encoder.spec.frames, projection.out_features)
    head = FactorisedHead(own, projection=projection).to(device)
    for candidates, windows in sizes:
        yield from guarded(
            "all pairs",
            f"{candidates} × {windows}",
            partial(_tournament, candidates, windows, segments, encoder, head),
        )


def _tournament(
    candidates: int,
    windows: int,
    segments: int,
    encoder: CodeEncoder,
    head: FactorisedHead,
) -> Iterator[Row]:
    device, rng = head.device, np.random.default_rng(0)
    shape = (segments * windows, 870, 9)
    seconds = np.full(segments * windows, 10.0)
    bank = EmbeddingBank(
        [
            (str(number), Embedding(rng.integers(0, 1024, shape, np.uint16), seconds))
            for number in range(candidates)
        ],
        encoder,
        device,
        max_bytes=1 << 62,
    )
    numbers = bank.windows["window"].to_numpy()
    taken = []
    for _ in range(2):
        scorer = PairScorer(head, bank.iter_unprojected, p_first)
        wait_for(device)
        begun = time.perf_counter()
        with single_threaded_torch_workers() as executor:
            for window in range(windows):
                rows = np.flatnonzero(numbers == window).tolist()
                for tile in scorer.score(rows, scorer.tiles(len(rows)), executor):
                    assert np.isfinite(tile).all()
        taken.append(time.perf_counter() - begun)
    pairs = candidates * (candidates - 1) * windows
    detail = (
        f"{candidates * windows} windows, {pairs} pairs, {1e6 * min(taken) / pairs:.3g} µs each; "
        f"first time {taken[0]:.3g} s; {bank.on_device} of {candidates} recordings resident"
    )
    yield Row("all pairs", f"{candidates} × {windows}", min(taken), "s", detail)
