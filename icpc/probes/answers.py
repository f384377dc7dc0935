"""What a probe of grades or techniques says of recordings that nobody has labelled.

Conventions
-----------
A recording is cut into windows of as many segments as the probe was trained on. A grade is of the
whole recording, from the mean of its windows' logits; techniques are of each window. The range of
grades is the shortest run of classes that holds :data:`HELD` of the probability. The expected grade
weighs each class by its probability; a class of several grades, 4-6, counts as their middle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competition.recordings import all_recordings
from icpc.probes.evaluate import task_of
from icpc.workflows.embedding import best_device, describe_cut_off, embed_for_bank
from icpc.workflows.recordings import encoder_of_probe
from icpc.workflows.settings import RecordingOptions
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.workers import EmbeddingSettings, default_workers
from ranking.errors import AudioError, CompetitionError, ProbeError
from ranking.files.text import escape_controls
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.checkpoint import Probe, check_probe_use, load_probe
from ranking.probe.loop import predict_logits
from ranking.progress import SILENT, Progress
from ranking.tasks.difficulty import class_names
from ranking.tasks.registry import DIFFICULTY, TECHNIQUE, TaskSpec
from ranking.tasks.task import Task
from ranking.tasks.technique import NONE, TECHNIQUES

SHIPPED = Path(__file__).parent / "shipped"
HELD = 0.8
DOMINANT = 0.5
"""Probability from which a technique is named."""
NOT_SHIPPED = {
    DIFFICULTY.name: "no probe of grades comes with the program",
    TECHNIQUE.name: "no probe of techniques comes with the program: one trained on passages that "
    "the program makes itself has not been shown to tell those of real music",
}
"""Why there is no probe of a task."""


@dataclass(frozen=True)
class Answers:
    """What a probe says of each recording, or of each of its windows."""

    table: pd.DataFrame
    """A row for each; ``p_…`` are probabilities by class or technique."""
    remark: str
    """What a reader of it must know; may be empty."""


def grade_recordings(
    recordings: Sequence[Path], options: RecordingOptions, progress: Progress = SILENT
) -> Answers:
    """Return the grade of each recording: ``grade``, ``expected``, ``low``, ``high`` and p.

    Parameters
    ----------
    recordings
        Sound files, or folders of them.
    options
        The probe as ``ranker``, the one that comes with the program if None, and how to embed.
    progress
        Shows how many recordings are embedded.

    Raises
    ------
    JudgeError
        If a recording, the probe or its encoder cannot be used.
    """
    task, probe, bank = _open(recordings, options, DIFFICULTY, progress)
    names = class_names(task.outputs)
    logits = pd.DataFrame(_logits(probe, bank), columns=[f"p_{name}" for name in names])
    whole = logits.groupby(bank.windows["candidate"].to_numpy(), sort=False).mean()
    p = task.decode(whole.to_numpy())
    middle = np.array([np.mean([float(grade) for grade in name.split("-")]) for name in names])
    runs = [_shortest_run(own, HELD) for own in p]
    table = pd.DataFrame(p, columns=whole.columns)
    for place, (column, values) in enumerate(
        {
            "recording": whole.index,
            "grade": [names[best] for best in p.argmax(axis=1)],
            "expected": p @ middle,
            "low": [names[low].split("-")[0] for low, _ in runs],
            "high": [names[high].split("-")[-1] for _, high in runs],
        }.items()
    ):
        table.insert(place, column, values)
    return Answers(table, probe.record.remark)


def techniques_of_recordings(
    recordings: Sequence[Path], options: RecordingOptions, progress: Progress = SILENT
) -> Answers:
    """Return the techniques of each window: ``start`` and ``stop`` (s), ``techniques`` and p.

    Parameters
    ----------
    recordings
        Sound files, or folders of them.
    options
        The probe as ``ranker``, and how to embed.
    progress
        Shows how many recordings are embedded.

    Raises
    ------
    JudgeError
        If a recording, the probe or its encoder cannot be used.
    """
    task, probe, bank = _open(recordings, options, TECHNIQUE, progress)
    p = task.decode(_logits(probe, bank))
    windows = bank.windows[["candidate", "start", "stop"]].rename(
        columns={"candidate": "recording"}
    )
    named = [
        ";".join(name for name, own in zip(TECHNIQUES, row, strict=True) if own >= DOMINANT)
        for row in p
    ]
    windows = windows.assign(techniques=[name or NONE for name in named])
    each = pd.DataFrame(p, columns=[f"p_{name}" for name in TECHNIQUES])
    return Answers(pd.concat([windows, each], axis=1), probe.record.remark)


def _open(
    recordings: Sequence[Path], options: RecordingOptions, spec: TaskSpec, progress: Progress
) -> tuple[Task, Probe, EmbeddingBank]:
    """The task, the probe, and the bank of the recordings."""
    table = _sound_files(recordings)
    path = options.ranker or SHIPPED / f"{spec.name}.safetensors"
    if options.ranker is None and not path.is_file():
        raise ProbeError(
            spec.name,
            NOT_SHIPPED[spec.name],
            "give one that you trained",
            "own-probe",
            task=spec.name,
        )
    probe = load_probe(path)
    own = replace(options, recordings=recordings[0], ranker=path)
    device = best_device(options.device)
    choice = encoder_of_probe(probe.record.cache_key, own, device, progress)
    tasks = [f"{spec.name}-{outputs}" for outputs in spec.outputs]
    check_probe_use(probe, cache_key_with_weights_hash(choice), tasks, str(path))
    task = task_of(probe.record)
    work = EmbeddingSettings(
        store=options.store,
        encoders=(choice,),
        device=device,
        workers=options.workers or default_workers(),
        allow_cut=options.allow_cut,
    )
    source, named = embed_for_bank(table, work, progress, task.segments, task.padded)
    bank = source.open()
    for remark in describe_cut_off(named):
        progress.remark(remark)
    seconds = bank.windows.groupby("candidate", sort=False)["stop"].max()
    if seconds.min() < SEGMENT_SECONDS:
        raise AudioError(
            escape_controls(str(seconds.idxmin())),
            f"{seconds.min():.3g} s of sound, and {SEGMENT_SECONDS} s are needed",
            "is this the right file? leave it out if it is",
        )
    return task, probe, bank


def _sound_files(given: Sequence[Path]) -> pd.DataFrame:
    """Candidate and path of each file, and of those in folders; equal names become paths."""
    paths: list[Path] = []
    for path in given:
        if path.is_dir():
            paths += all_recordings(path).table["path"].tolist()
        elif path.is_file():
            paths.append(path)
        else:
            raise CompetitionError(
                escape_controls(str(path)), "there is no such file or folder", "name one that is"
            )
    unique = list(dict.fromkeys(paths))
    names = pd.Series([path.name for path in unique])
    twice = names.duplicated(keep=False)
    return pd.DataFrame(
        {"candidate": names.where(~twice, [str(path) for path in unique]), "path": unique}
    )


def _logits(probe: Probe, bank: EmbeddingBank) -> np.ndarray:
    """Logits of each window of a bank, in order."""
    head = probe.head.to(bank.device)
    rows = bank.windows["row"].to_numpy()[:, np.newaxis]
    return predict_logits(head.logits, partial(load_segments_and_mask, bank), rows)


def _shortest_run(p: np.ndarray, held: float) -> tuple[int, int]:
    """First and last class of the shortest run with that much probability; of equals the best."""
    total = np.concatenate([[0.0], np.cumsum(p)])
    runs = [
        (high - low, low - high + 1 - (total[high + 1] - total[low]), low, high)
        for low in range(len(p))
        for high in range(low, len(p))
        if total[high + 1] - total[low] >= held - 1e-12
    ]
    _, _, low, high = min(runs)
    return low, high
