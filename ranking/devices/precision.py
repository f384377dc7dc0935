"""Products of float32 numbers in float32, wherever parity with the CPU is promised.

Conventions
-----------
NVIDIA's TF32 keeps ten bits of a mantissa. PyTorch uses it for convolutions and recurrent layers
unless told otherwise, and for matrix products if told to. Since version 2.9 each kind has a setting
``fp32_precision`` of its own, and reading the old ``allow_tf32`` raises an error as soon as they
differ; before it, ``allow_tf32`` is all there is [1]_. Both belong to the process, not to a thread:
they are changed when the first of several threads asks, and restored when the last is done.

References
----------
.. [1] PyTorch, "TensorFloat-32 (TF32) on Ampere (and later) devices", notes on CUDA semantics.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch


class _Switch:
    """TF32 is off from the first user to the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: Sequence[Any] = ()

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._before = [getattr(owner, name) for owner, name, _ in _settings()]
                _assign([full for _, _, full in _settings()])
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                _assign(self._before)


_SWITCH = _Switch()


@contextmanager
def full_float32() -> Iterator[None]:
    """Keep TF32 out of convolutions, recurrent layers and matrix products while the block runs."""
    _SWITCH.enter()
    try:
        yield
    finally:
        _SWITCH.leave()


def _settings() -> list[tuple[Any, str, Any]]:
    """Owner and name of each setting, and its value without TF32."""
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    kinds: list[Any] = [getattr(cudnn, "conv", None), getattr(cudnn, "rnn", None), matmul]
    if all(hasattr(kind, "fp32_precision") for kind in kinds):
        return [(kind, "fp32_precision", "ieee") for kind in kinds]
    return [(cudnn, "allow_tf32", False), (matmul, "allow_tf32", False)]


def _assign(values: Sequence[Any]) -> None:
    for (owner, name, _), value in zip(_settings(), values, strict=True):
        setattr(owner, name, value)
