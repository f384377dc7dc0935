"""A training step on another device than the CPU waits for no value of it."""

from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest
import torch

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.network.head import HeadConfig
from ranking.probe import loop
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_runs
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.task import Examples

CONFIG = HeadConfig(53, 41, 2, inputs=2)
PAIRS = np.array([(0, 1), (1, 0), (1, 2), (2, 1)])
EXAMPLES = Examples(PAIRS, np.arange(4) % 2, np.arange(4) // 2)


def bank(device):
    drawn = np.random.default_rng(0)
    return EmbeddingBank(
        [
            (str(n), Embedding(drawn.standard_normal((15 + n, 53, 41)), np.full(15 + n, 10.0)))
            for n in range(3)
        ],
        device=device,
    )


@pytest.mark.parametrize("windows_per_step", [0, 4])
def test_a_step_reads_no_value(windows_per_step, monkeypatch):
    """On torch's meta device, whose tensors have none."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # it knows no meta
    monkeypatch.setattr(loop, "begin_fetch", lambda losses: lambda: np.zeros(losses.shape))
    monkeypatch.setattr(loop, "fit_scaler", lambda head, batches: None)
    settings = TrainingSettings(batch_size=2, windows_per_step=windows_per_step)
    runs = [TrainingRun(CONFIG, settings, EXAMPLES, EXAMPLES) for _ in range(2)]
    load_batch = partial(load_segments_and_mask, bank("meta"))
    own = loop.Loop(EXPERTISE_TASKS[2], runs, load_batch, "meta")
    assert [own._step(0, step) for step in range(own.steps)] == [0] * own.steps
    assert all(weight.device.type == "meta" for weight in own.stack.weights.values())


def test_losses_are_read_a_step_later_and_none_is_lost():
    settings = TrainingSettings(batch_size=2)
    run = TrainingRun(CONFIG, settings, EXAMPLES, EXAMPLES)
    own = loop.Loop(EXPERTISE_TASKS[2], [run], partial(load_segments_and_mask, bank("cpu")), "cpu")
    read = []
    for number in range(4):
        own._unread.append(partial(np.full, 1, number))
        own._read_losses(unread=1 if own.losses else 0)
        read.append(own.losses[-1][0])
    assert read == [0, 0, 1, 2]
    own._read_losses()
    assert own.losses == [[0], [1], [2], [3]]


def test_training_is_without_tf32(monkeypatch):
    seen = []
    real = loop.begin_fetch
    monkeypatch.setattr(
        loop,
        "begin_fetch",
        lambda values: seen.append(torch.backends.cudnn.conv.fp32_precision) or real(values),
    )
    run = TrainingRun(CONFIG, TrainingSettings(epochs=1), EXAMPLES, EXAMPLES)
    train_runs(EXPERTISE_TASKS[2], [run], partial(load_segments_and_mask, bank("cpu")))
    assert set(seen) == {"ieee"}
