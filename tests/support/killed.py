"""A training for a process of its own, which a test kills."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from skill import all_pairs, loader, planted_bank

from ranking.network.head import HeadConfig
from ranking.probe import loop
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_run
from ranking.tasks.expertise import EXPERTISE_TASKS

LEVELS = np.tile([0, 1, 2], 5)
CONFIG = HeadConfig(frames=20, dimension=32, outputs=2, inputs=2, width=16, feedforward=8)
SETTINGS = TrainingSettings(epochs=20, batch_size=8, learning_rate=3e-3, patience=20, seed=1)


def train_in_a_folder(folder: Path, windows_per_step: int, save_seconds: float) -> None:
    """Train, keeping the state in ``folder/kept`` so often; write what was trained."""
    loop.SAVE_SECONDS = save_seconds
    train, validation = (all_pairs(LEVELS, own) for own in (np.arange(9), np.arange(9, 15)))
    settings = replace(SETTINGS, windows_per_step=windows_per_step)
    load_batch = loader(planted_bank(LEVELS, CONFIG.frames, CONFIG.dimension))
    run = TrainingRun(CONFIG, settings, train, validation)
    found = train_run(EXPERTISE_TASKS[2], run, load_batch, resume_folder=folder / "kept")
    facts = json.dumps([found.epoch, found.history])
    weights = save(found.head.state_dict())  # as a probe is: pickles of equal values may differ
    (folder / "trained").write_bytes(weights + facts.encode())


def train_in_a_process(folder: Path, windows_per_step: int, save_seconds: float) -> None:
    """Train as a child process that was told to use two threads."""
    torch.set_num_threads(2)
    train_in_a_folder(folder, windows_per_step, save_seconds)
