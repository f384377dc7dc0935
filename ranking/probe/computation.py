"""What the bytes of a training depend on, beside data, settings and seeds.

Conventions
-----------
Sums of floating-point numbers round otherwise in another order. On a CPU the order follows from the
version of torch, the instructions of the CPU that it uses (its *capability*, such as AVX2 or
AVX512) and the number of threads. Equal bytes are promised where all of these and the precision are
equal; across them, results are equal to rounding. A probe's record names them: precision and
threads among its settings, the others as its *computation*. Nothing is promised for a GPU.

The number of threads is a setting, and one by default: it must depend neither on the machine nor on
what ran before in the same process.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ranking.devices import capabilities


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch compute each operation in so many threads; afterwards in as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def computation_facts(device: str | torch.device) -> dict[str, str]:
    """Return what a probe's record says of torch and the machine.

    That is what an embedding's record says, without the threads, which are a setting here.
    """
    facts = capabilities.computation_facts(device)
    return {name: str(value) for name, value in facts.items() if name != "threads"}
