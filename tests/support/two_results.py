"""Results of two probes, of one task and unlike seeds."""

from dataclasses import replace

from icpc.experiments.results import Result

ONE = Result(
    task="expertise-2",
    encoder="spectrogram",
    weights_sha256="",
    probe_sha256="a",
    data_sha256="d",
    settings={"learning_rate": 1e-3, "seed": 0},
    seed=0,
    folds=0,
    groups=12,
    metrics={"accuracy": 0.75, "f1": 0.5, "AUC": None},
    reported="accuracy",
    low=0.625,
    high=0.875,
)
TWO = replace(ONE, probe_sha256="b", seed=1, metrics={"accuracy": 0.5, "f1": 0.25, "AUC": None})
