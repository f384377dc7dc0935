"""A training once for each of several seeds, and one result of them all.

Conventions
-----------
Each seed splits a manifest without a split of its own anew, and draws its own weights; each has its
probe, its predictions and its result. Those of the first seed have the names that are asked for,
those of another ``NAME.seed-K.…``. The first seed is trained last: seeds that the file of results
has already, with their predictions, are not trained again, so that an interrupted call goes on, and
a call that was finished trains one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

from icpc.experiments.results import Result, read_results
from icpc.experiments.seeds import read_predictions
from icpc.probes.train import (
    EmbeddedJob,
    TrainingJob,
    embed_for_training,
    results_path,
    train_embedded,
)
from ranking.errors import Given, ProbeError
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest

Split = Callable[[int], Sequence[Manifest]]
"""Returns the manifests of a seed, as :attr:`icpc.probes.train.TrainingJob.manifests`."""


def train_over_seeds(
    job: TrainingJob, split: Split, count: int, progress: Progress = SILENT
) -> list[Result]:
    """Train a probe for each seed, write them, and return the results of their tests.

    Parameters
    ----------
    job
        The training of the first seed.
    split
        Returns the manifests of a seed.
    count
        Number of seeds: that of the job and those that follow it.
    progress
        Shows what is done, and which seeds an earlier call has trained.

    Raises
    ------
    ProbeError
        If the grid tries seeds too.
    JudgeError
        As :func:`icpc.probes.train.train_and_save_probe`.
    """
    if any(name == "seed" for name, _ in job.settings.grid):
        where = Given(seeds=count, grid="seed")
        raise ProbeError(where, "two ways to choose seeds", "leave one of them out")
    first, found = job.settings.training.seed, []
    shown = _RemarksOnce(progress)
    for seed in [*range(first + 1, first + count), first]:
        embedded = embed_for_training(job_of_seed(job, seed, split), shown)
        result = _earlier_result(embedded) if seed != first else None
        if result is not None:
            progress.remark(f"seed {seed}: trained by an earlier call")
        else:
            progress.remark(f"seed {seed} of {first} to {first + count - 1}")
            _, result = train_embedded(embedded, shown)
        if result is not None:
            found.append(result)
    return sorted(found, key=lambda one: one.seed)


def job_of_seed(job: TrainingJob, seed: int, split: Split) -> TrainingJob:
    """Return the training of a seed, with its own split and files.

    Parameters
    ----------
    job
        The training of the first seed.
    seed
        Which one.
    split
        Returns the manifests of a seed.
    """
    if seed == job.settings.training.seed:
        return job
    training = replace(job.settings.training, seed=seed)
    return replace(
        job,
        manifests=split(seed),
        out=job.out.with_suffix(f".seed-{seed}.safetensors"),
        settings=replace(job.settings, training=training),
        results=results_path(job),
    )


def _earlier_result(embedded: EmbeddedJob) -> Result | None:
    """The result of the same training, if an earlier call has finished it."""
    job, path = embedded.job, results_path(embedded.job)
    if not path.is_file() or not job.out.is_file():
        return None
    key, wanted = embedded.cache_key, job.settings.training.seed
    for one in read_results(path):
        same = (
            (one.task, one.encoder, one.weights_sha256, one.seed, one.folds)
            == (job.task.name, key.encoder, key.weights_sha256, wanted, job.folds)
            and one.data_sha256 == embedded.own.sha256
            and one.search_sha256 == job.search_sha256
        )
        if same and read_predictions(one, path.parent) is not None:
            return one
    return None


class _RemarksOnce(Progress):
    """Progress that says each sentence once: every seed would say the same of the recordings."""

    def __init__(self, shown: Progress) -> None:
        self.shown, self.remarks = shown, set[str]()

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        self.shown.start(what, total, unit)
        return self

    def advance(self, steps: float = 1, detail: str = "") -> None:
        self.shown.advance(steps, detail)

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.add(sentence)
            self.shown.remark(sentence)

    def done(self) -> None:
        self.shown.done()
