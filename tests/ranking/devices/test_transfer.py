"""Copies to a device and back, as far as a machine without one can tell."""

import numpy as np
import torch

from ranking.devices import transfer
from ranking.devices.transfer import begin_fetch, to_device


class Pinned(torch.Tensor):
    """A tensor that says that it was pinned, and how it was copied."""

    calls: list

    def pin_memory(self):
        self.calls = ["pinned"]
        return self

    def to(self, device, non_blocking=False):
        return (*self.calls, device, non_blocking)


def test_on_a_cpu_nothing_is_copied():
    values = torch.arange(3.0)
    assert to_device(values, "cpu") is values
    assert begin_fetch(values)().ctypes.data == values.data_ptr()


def test_a_gpu_copies_from_pinned_memory_without_anybody_waiting(monkeypatch):
    monkeypatch.setattr(transfer, "pins_memory", lambda: True)
    values = torch.arange(3.0).as_subclass(Pinned)
    assert to_device(values, "cuda:1") == ("pinned", "cuda:1", True)


def test_what_a_gpu_has_is_copied_by_itself_and_waited_for_when_it_is_read(monkeypatch):
    events, real = [], torch.empty

    class Event:
        def synchronize(self):
            events.append("synchronize")

    class Stream:
        def __init__(self, device):
            self.device = device

        def record_event(self):
            events.append(f"recorded on {self.device}")
            return Event()

    class OnGpu(torch.Tensor):
        device = torch.device("cuda", 0)

    monkeypatch.setattr(transfer, "pins_memory", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(
        torch,
        "empty",
        lambda *shape, pin_memory, **rest: events.append(pin_memory) or real(*shape, **rest),
    )
    wait = begin_fetch(torch.arange(3.0).as_subclass(OnGpu))
    assert events == [True, "recorded on cuda:0"]
    np.testing.assert_array_equal(wait(), [0, 1, 2])
    assert events[-1] == "synchronize"
