"""The pieces of the benchmark of a GPU that a machine without one can test."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.append(str(Path(__file__).parent))
import gpu_heads
from gpu_encoders import measured_rate, sound
from gpu_table import Row, as_markdown, facts_of, published_rate, write

CPU = torch.device("cpu")
SIZE = gpu_heads.TrainingSize(53, 41, 6, 28, (1,), 60.0)


def test_the_table_has_a_line_for_each_row_and_names_the_device(tmp_path):
    rows = [Row("encoding", "dac", 1234.5, "segments/s"), Row("encoding", "x", None, detail="why")]
    write(tmp_path, facts_of(CPU), rows)
    table = (tmp_path / "gpu.md").read_text().splitlines()
    assert table[0] == as_markdown(facts_of(CPU), rows).splitlines()[0]
    assert table[-2:] == ["| encoding | dac | 1,234 segments/s |  |", "| encoding | x | – | why |"]


def test_the_rate_of_the_data_sheet_is_that_of_the_card(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100 80GB HBM3")
    assert published_rate(torch.device("cuda"), "float32") == 67e12
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "another")
    assert published_rate(torch.device("cuda"), "float32") is None
    assert published_rate(CPU, "float32") is None


def test_pairs_are_distinct_and_both_orders_stay_together():
    examples = gpu_heads.pair_examples(SIZE)
    assert len(examples) == 28
    assert len(set(map(tuple, examples.windows.tolist()))) == 28
    np.testing.assert_array_equal(examples.windows[::2], examples.windows[1::2, ::-1])
    np.testing.assert_array_equal(examples.units[::2], examples.units[1::2])


def test_an_epoch_that_takes_too_long_is_measured_in_part():
    watch = gpu_heads.Stopwatch(CPU, steps=100, max_seconds=0.0)
    with pytest.raises(gpu_heads._EnoughError):
        for _ in range(100):
            watch.advance()
    assert watch.taken == gpu_heads.WARM_UP_STEPS + 1


def test_what_does_not_fit_into_memory_is_a_row_without_a_value():
    def measure():
        yield Row("training", "first", 1.0)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")

    rows = list(gpu_heads.guarded("training", "32 stacked", measure))
    assert rows[1] == Row("training", "32 stacked", None, detail="CUDA out of memory")


def test_all_pairs_on_the_same_device_are_equal():
    (row,) = gpu_heads.parity([("odd", SIZE.frames, SIZE.dimension)], CPU)
    assert row.value == 0


def test_sound_is_sound_and_a_rate_is_a_rate():
    samples = sound(0.5, 16_000, 0)
    assert samples.shape == (8000,)
    assert 0.01 < np.abs(samples).max() < 1
    assert measured_rate(CPU, "float32", 64) > 0
