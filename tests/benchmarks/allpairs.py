"""Time all pairs at once beside the head on every concatenation, as ratios measured in one run.

Run ``python tests/benchmarks/allpairs.py dac``; without names, every encoder's shape. Heads and
embeddings are random, one thread. The naive head has its embeddings in float32 and takes pairs in
the best of several batches, or even segment by segment, so that what it convolves stays in the
processor's cache; ratios are to the faster of the two. All pairs at once start from float16, as
stored. Both take turns, and the least CPU time and the least wall time of each count: other work on
the machine disturbs both alike.

A tournament of ``--measured`` candidates of one window each is computed whole; seconds of one of
``--candidates`` with ``--windows`` each follow from those of a window and of a pair. Of the naive
head one batch is timed. Memory is what the work takes beside the embeddings; the gap is the largest
difference of logits. Operations are the multiplications and additions of products and convolutions;
beside them stands their share of the rate of a large matrix product (sgemm), measured in that run.
Memory that is freed is kept, as by ``judge``: without, the naive head takes up to twice as long.

What prevents more than 2 to 6 % by a window, and 15 to 30 % by a pair: a window's first
convolution has one channel, a kernel of 7 and a stride of 5, so that a number that was read, 2
bytes as stored, takes part in 49 / 25 products for each of 2 channels: 4 operations a byte, where a
product of 1,024 columns has hundreds. Torch's routine computes 16 channels in the time of the 2 or
4 that there are (0.97 ms a segment of DAC for 2, 1.01 for 16: at 16 it would run at half of sgemm's
rate); strided columns as more channels would multiply zeros five times in six. Half of the time of
a window goes to making float32 of float16, to standardising and to joining segments, which are one
pass through memory each. Of a pair's time, sums, ReLUs, copies, softmax and layer norms, which
compute little, take more than half.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from ranking.audio.lengths import SEGMENTS_PER_WINDOW
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.spec import EncoderSpec
from ranking.judging.all_pairs import CPU_BATCH, PairScorer, single_threaded_torch_workers
from ranking.network.factorised import FactorisedHead
from ranking.network.head import Head, HeadConfig, make_head
from ranking.tasks.by_pair import p_first
from ranking.workers.memory import keep_freed_memory

BATCHES = (1, 2, 4)
SEGMENT = "by segment"
GIGABYTE = 1e9
SGEMM_SIZE = 1024


@dataclass
class Least:
    """The least CPU and wall seconds that a piece of work took, per unit."""

    work: Callable[[], object]
    units: int
    times: int = 1
    cpu: float = float("inf")
    wall: float = float("inf")

    def run(self) -> None:
        """Do it once more."""
        for _ in range(self.times):
            wall, cpu = time.perf_counter(), time.process_time()
            self.work()
            self.cpu = min(self.cpu, (time.process_time() - cpu) / self.units)
            self.wall = min(self.wall, (time.perf_counter() - wall) / self.units)


def by_segment(head: Head, first: Tensor, second: Tensor, mask: Tensor) -> Tensor:
    """Logits of a pair of windows (S, F, D), side by side, one segment at a time."""
    vectors = [
        head.vectors(torch.cat(one, dim=1))
        for one in zip(first.split(1), second.split(1), strict=True)
    ]
    attended = head.attention(torch.cat(vectors)[None], src_key_padding_mask=~mask)
    logits: Tensor = head.output(attended.flatten(1))
    return logits


def batched(head: Head, first: Tensor, second: Tensor, mask: Tensor, size: int) -> Tensor:
    """Logits of a pair, ``size`` times at once."""
    inputs = [window.expand(size, -1, -1, -1) for window in (first, second)]
    return head.logits(torch.cat(inputs, dim=2).flatten(0, 1), mask.expand(size, -1))


def tournament(head: Head, bank: EmbeddingBank, count: int) -> list[np.ndarray]:
    """Probabilities of all pairs of ``count`` windows, which are the bank's over and over."""

    def load_segments(numbers: Sequence[int], size: int) -> tuple[Iterable[Tensor], Tensor]:
        return bank.iter_segments([number % len(bank) for number in numbers], size)

    with single_threaded_torch_workers() as executor:
        scorer = PairScorer(FactorisedHead(head), load_segments, p_first)
        return list(scorer.score(range(count), scorer.tiles(count), executor))


def random_bank(spec: EncoderSpec) -> EmbeddingBank:
    """Two windows in the form in which they are stored."""
    g = np.random.default_rng(0)
    values = np.empty((2, SEGMENTS_PER_WINDOW, spec.frames, spec.dimension), np.float16)
    for segment in np.ndindex(values.shape[:2]):
        values[segment] = g.standard_normal(values.shape[2:], dtype=np.float32)
    return EmbeddingBank(
        [("", Embedding(own, np.full(SEGMENTS_PER_WINDOW, 10.0))) for own in values]
    )


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of the products and convolutions of a piece of work."""

    def product(_: object, a: Sequence[int], b: Sequence[int], **__: object) -> int:
        return 2 * a[0] * a[1] * b[1]  # of shapes

    in_place = {torch.ops.aten.addmm_: product}
    with FlopCounterMode(display=False, custom_mapping=in_place) as counter:
        work()
    return counter.get_total_flops()


def peak() -> float:
    """Most memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIGABYTE


@torch.inference_mode()
def measure(encoder: str, options: argparse.Namespace) -> str:
    """Return the line of an encoder's shape."""
    keep_freed_memory()
    torch.set_num_threads(1)
    spec = spec_of(encoder)
    head = make_head(HeadConfig(spec.frames, spec.dimension, 2, inputs=2)).eval()
    bank, count = random_bank(spec), options.measured
    before = peak()
    tournament(head, bank, count)
    own_memory = peak() - before
    windows, (mask, _) = bank.load_windows([0, 1])
    mask = mask[None]
    fast = FactorisedHead(head)
    (first, _), (_, second) = (
        fast.partial_sums(*bank.iter_segments([number], 1)) for number in (0, 1)
    )
    batch = [sums.select([0] * size) for sums, size in zip((first, second), CPU_BATCH, strict=True)]
    before = peak()
    naive = {SEGMENT: Least(partial(by_segment, head, *windows, mask), 1)}
    naive |= {
        f"batch of {size}": Least(partial(batched, head, *windows, mask, size), size)
        for size in BATCHES
    }
    window = Least(lambda: fast.partial_sums(*bank.iter_segments([0], 1)), 1, 5)
    pair = Least(partial(fast, *batch), CPU_BATCH[0] * CPU_BATCH[1], 20)
    whole = Least(partial(tournament, head, bank, count), 1)
    a, b = torch.randn(2, SGEMM_SIZE, SGEMM_SIZE).unbind()
    sgemm = Least(lambda: a @ b, 2 * SGEMM_SIZE**3, 3)
    for _ in range(options.rounds):
        for least in (*naive.values(), window, pair, whole, sgemm):
            least.run()
    naive_memory = peak() - before
    gap = max(
        float((fast(first, second)[0] - other).abs().max())
        for other in (by_segment(head, *windows, mask), batched(head, *windows, mask, 1))
    )
    paired = min(list(naive.values())[1:], key=lambda one: one.cpu)
    best = min(naive.values(), key=lambda one: one.cpu)
    n, w = options.candidates, options.windows
    seconds = n * w * (window.cpu + n * pair.cpu)
    pairs, large = count * (count - 1), n * (n - 1) * w
    of_window, of_pair = (operations(one.work) / one.units for one in (window, pair))
    shares = (
        100 * flop * sgemm.cpu / one.cpu for flop, one in ((of_window, window), (of_pair, pair))
    )
    return (
        f"{encoder:11} {1e3 * paired.cpu:8.1f} {1e3 * naive[SEGMENT].cpu:8.1f} "
        f"{1e3 * window.cpu:7.1f} {1e6 * pair.cpu:6.0f} {pairs * best.cpu / whole.cpu:6.0f} "
        f"{pairs * best.wall / whole.wall:6.0f} {seconds:8.1f} {large * best.cpu / seconds:6.0f} "
        f"{naive_memory:7.2f} {own_memory:6.2f} {1e-9 / sgemm.cpu:7.1f} {of_window / 1e9:7.3f} "
        f"{next(shares):5.1f} {of_pair / 1e6:7.3f} {next(shares):5.1f} {gap:8.0e}"
    )


def main() -> None:
    """Print a line for each encoder's shape."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("encoders", nargs="*", default=list(ENCODERS), metavar="ENCODER")
    parser.add_argument("--measured", type=int, default=32)
    parser.add_argument("--candidates", type=int, default=137)
    parser.add_argument("--windows", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    many = f"{options.candidates} × {options.windows}"
    print(
        f"{'':11} {'naive, ms a pair':^17} {'at once':^14} {f'{options.measured} × 1':^13} "
        f"{many:^15} {'memory, GB':^14} {'sgemm,':>7} {'a window':^13} {'a pair':^13}"
    )
    print(
        f"{'':11} {'batched':>8} {'by seg.':>8} {'ms/win.':>7} {'µs/pr.':>6} {'× CPU':>6} "
        f"{'× wall':>6} {'CPU s':>8} {'×':>6} {'batched':>7} {'ours':>6} "
        f"{'GFLOP/s':>7} {'GFLOP':>7} {'%':>5} {'MFLOP':>7} {'%':>5} {'gap':>8}"
    )
    context = multiprocessing.get_context("spawn")  # each with its own peak of memory
    with context.Pool(1, maxtasksperchild=1) as pool:
        for line in pool.imap(partial(measure, options=options), options.encoders):
            print(line, flush=True)


if __name__ == "__main__":
    main()
