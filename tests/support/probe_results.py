"""Files of results as training writes them, predictions and histories beside; without sound."""

from pathlib import Path

import numpy as np
import pandas as pd

from icpc.experiments.results import Result, append_result
from ranking.files.atomic import safe_file_name
from ranking.files.hashing import file_sha256
from ranking.files.table_writer import to_csv
from ranking.tasks.difficulty import MERGED

GROUPS = 30


def write_result(folder: Path, encoder: str, right: float, seed: int = 0, data: str = "d") -> Path:
    """Add a test of three grades to ``results.jsonl``; each recording is a group of its own.

    Parameters
    ----------
    right : share of the recordings that is answered rightly
    data : what the data are known by; each seed has its own
    """
    rng = np.random.default_rng([seed, len(encoder)])
    truth = np.tile(MERGED, GROUPS // 3)
    wrong = np.roll(MERGED, 1)[np.arange(GROUPS) % 3]
    is_right = rng.permutation(np.arange(GROUPS) < round(right * GROUPS))
    names = [f"r{number:02}" for number in range(GROUPS)]
    predicted = pd.DataFrame({"recording": names, "group": names, "fold": 1, "truth": truth})
    predicted["predicted"] = np.where(is_right, truth, wrong)
    for name in MERGED:
        predicted[f"p_{name}"] = np.where(predicted["predicted"] == name, 0.8, 0.1)
    stem = f"{safe_file_name(encoder, 'own')}-{seed}"
    paths = [folder / f"{stem}.{kind}.csv" for kind in ("predictions", "history")]
    for path, table in zip(paths, (predicted, history_of(seed)), strict=True):
        path.write_text(to_csv(table), encoding="utf-8")
    each = [is_right[truth == name].mean() for name in MERGED]
    half = 1.96 * np.sqrt(right * (1 - right) / GROUPS)
    result = Result(
        task="difficulty-3",
        encoder=encoder,
        weights_sha256="",
        probe_sha256=stem,
        data_sha256=f"{data} {seed}",
        settings={"learning_rate": 1e-3, "seed": seed},
        seed=seed,
        folds=0,
        groups=GROUPS,
        metrics={"acc0": float(np.mean(each)), "f1": 0.5, "kappa": None},
        reported="acc0",
        low=right - half,
        high=right + half,
        predictions=paths[0].name,
        predictions_sha256=file_sha256(paths[0]),
        history=paths[1].name,
        history_sha256=file_sha256(paths[1]),
        random=1 / 3,
        majority={"acc0": 1 / 3},
    )
    append_result(folder / "results.jsonl", result)
    return folder / "results.jsonl"


def history_of(seed: int, epochs: int = 4) -> pd.DataFrame:
    """Two settings in one split; the second is chosen, and its third epoch."""
    rows = [
        {
            "fold": "1",
            "learning_rate": rate,
            "weight_decay": 0.01,
            "dropout": 0.1,
            "seed": seed,
            "batch_size": 16,
            "epoch": epoch,
            "chosen": rate == 1e-2,
            "best": epoch == 3,
            "training_loss": 1 / epoch,
            "validation_loss": 1.2 / epoch,
            "acc0": 0.1 * epoch,
            **{f"ap_{name}": 0.4 + 0.1 * epoch - 0.01 * seed for name in MERGED},
            **{f"random_{name}": 1 / 3 for name in MERGED},
        }
        for rate in (1e-3, 1e-2)
        for epoch in range(1, epochs + 1)
    ]
    return pd.DataFrame(rows)
