"""Copies between the CPU and a device that nobody waits for.

Conventions
-----------
A copy from or to memory that the system may move stops the program until the device has done all
that it was given. From *pinned* memory, which stays where it is, the device copies by itself,
between its other work and in order with it. On a CPU nothing is copied.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def to_device(values: Tensor, device: str | torch.device) -> Tensor:
    """Return values on a device; from the CPU to a GPU without waiting for the copy."""
    if torch.device(device).type == "cuda" and values.device.type == "cpu" and pins_memory():
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)


def begin_fetch(values: Tensor) -> Callable[[], np.ndarray]:
    """Begin to copy values to the CPU; what is returned waits for them, and returns them."""
    if values.device.type != "cuda" or not pins_memory():
        here = values.cpu()
        return here.numpy
    host = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
    host.copy_(values, non_blocking=True)
    copied = torch.cuda.current_stream(values.device).record_event()

    def wait() -> np.ndarray:
        copied.synchronize()
        return host.numpy()

    return wait


def pins_memory() -> bool:
    """Whether this machine has a GPU to pin memory for."""
    return torch.cuda.is_available()
