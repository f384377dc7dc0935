"""Batches become smaller where the memory does not suffice, and nothing is lost."""

import pytest
import torch

from ranking.devices.memory import BatchLimit, batch_that_fits, free_bytes, peak_bytes


def holds(most):
    """A function of slices that runs out of memory above so many items."""

    def function(items):
        if items.stop - items.start > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return list(range(items.start, items.stop))

    return function


@pytest.mark.parametrize(("size", "count", "most"), [(64, 100, 7), (8, 8, 8), (5, 3, 1), (4, 0, 1)])
def test_every_item_is_computed_once_and_in_order(size, count, most):
    limit = BatchLimit(size)
    results = limit.each(count, holds(most))
    assert [item for batch in results for item in batch] == list(range(count))
    assert limit.size <= max(size, 1)
    assert limit.reduced == (min(size, count) > most)


def test_the_smaller_batch_is_remembered():
    limit = BatchLimit(64)
    limit.each(64, holds(10))
    assert limit.size == 8
    assert [len(one) for one in limit.each(24, holds(10))] == [8, 8, 8]


def test_one_item_that_does_not_fit_is_an_error():
    with pytest.raises(torch.OutOfMemoryError):
        BatchLimit(4).each(4, holds(0))


def test_a_batch_takes_half_of_the_free_memory(monkeypatch):
    monkeypatch.setattr("ranking.devices.memory.free_bytes", lambda device: 1000)
    assert batch_that_fits("cuda", item_bytes=50, most=64) == 10
    assert batch_that_fits("cuda", item_bytes=50, most=4) == 4
    assert batch_that_fits("cuda", item_bytes=5000, most=4) == 1


def test_memory_of_a_cpu_is_not_asked_for():
    assert free_bytes("cpu") == 0
    assert batch_that_fits("cpu", item_bytes=50, most=64) == 64
    assert peak_bytes("cpu", lambda: 1 / 0) == 0
