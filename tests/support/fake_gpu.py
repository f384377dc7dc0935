"""A GPU without one: tensors that have a shape and a device, and no values.

An operation on two devices fails, and so does whatever would wait for a value: a number, or how
many entries are true.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode


@contextmanager
def fake_gpu() -> Iterator["FakeGpu"]:
    """While the block runs, tensors are fake; what is yielded makes fakes of those that exist."""
    with FakeTensorMode() as mode, torch.no_grad():
        yield FakeGpu(mode)


class FakeGpu:
    """Puts tensors and modules on the GPU that there is not."""

    def __init__(self, mode: FakeTensorMode) -> None:
        self._mode = mode

    def tensor(self, values: Tensor) -> Tensor:
        """Return a fake of a tensor, on the GPU."""
        return self._mode.from_tensor(values).to("cuda")

    def module(self, module: nn.Module) -> nn.Module:
        """Return a module, whose weights are fakes on the GPU from now on."""
        for part in module.modules():
            for held in (part._parameters, part._buffers):
                for name, values in held.items():
                    held[name] = None if values is None else self.tensor(values)
        return module
