"""Labelled recordings: from a manifest and a folder to a bank of embeddings.

Conventions
-----------
All recordings that are missing, and all that cannot be used, are named at once, or left out by name
if that is asked for. Two recordings of the same sound are refused: one might be in train and the
other in test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icpc.workflows.embedding import describe_cut_off, embed_for_bank, embed_missing
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.bank_source import BankSource
from ranking.embeddings.workers import EmbeddingSettings
from ranking.errors import AudioError, TableError
from ranking.files.text import list_some
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest, data_sha256
from ranking.tasks.recording_files import (
    NAMED,
    locate_recordings,
    missing_recordings,
    refuse_copies,
    spelling_of_files,
)
from ranking.tasks.task import Task


@dataclass(frozen=True)
class LabelledRecordings:
    """Recordings with their labels, and where they are."""

    manifests: Sequence[Manifest]
    """One, or those of folds: all name the recordings of the last."""
    folder: Path
    """Where the recordings are."""
    allow_outside: bool = False
    """Whether symbolic links are followed that lead out of the folder."""
    skip_bad: bool = False
    """Whether recordings that are missing or cannot be used are left out."""


@dataclass(frozen=True)
class EmbeddedRecordings:
    """Labelled recordings that could be used, with their embeddings."""

    manifests: Sequence[Manifest]
    """Those of the recordings that could be used, in the order given."""
    bank: EmbeddingBank
    """Their embeddings."""
    source: BankSource
    """What other processes open the bank from."""
    sha256: str
    """Hash of recordings, labels and splits."""

    @property
    def groups(self) -> dict[str, str]:
        """The group of each recording."""
        groups: dict[str, str] = (
            self.manifests[-1].recordings.set_index("recording")["group"].to_dict()
        )
        return groups


def embed_labelled(
    own: LabelledRecordings,
    work: EmbeddingSettings,
    task: Task,
    progress: Progress = SILENT,
) -> EmbeddedRecordings:
    """Return labelled recordings with their embeddings; what the store lacks is computed.

    Parameters
    ----------
    own
        The recordings.
    work
        One encoder with its weights, store and device.
    task
        What windows are for: it says how many segments they have, and whether zeros count.
    progress
        Shows what was understood and left out, and how many recordings are done.

    Raises
    ------
    AudioError, TableError
        If recordings are missing or cannot be used, or two are the same sound.
    """
    manifests, table = _usable(own, work, progress)
    source, named = embed_for_bank(table, work, progress, task.segments, task.padded)
    bank = source.open()
    for remark in describe_cut_off(named):
        progress.remark(remark)
    refuse_copies(manifests[-1], dict(zip(named["candidate"], named["recording"], strict=True)))
    refuse_copies(manifests[-1], bank.distinctive_sha256)
    sha256 = data_sha256(manifests[-1], named["recording"])
    return EmbeddedRecordings(manifests, bank, source, sha256)


def _usable(
    own: LabelledRecordings, work: EmbeddingSettings, progress: Progress
) -> tuple[list[Manifest], pd.DataFrame]:
    """The manifests of recordings that can be used, embedded, and the files of these.

    All that are missing, or cannot be used, are named at once, or left out if that is asked for.
    """
    manifests = list(own.manifests)
    if own.skip_bad and (absent := missing_recordings(manifests[-1], own.folder)):
        progress.remark(f"left out, not in {own.folder}: {list_some(absent, NAMED)}")
        manifests = [one.without(absent) for one in manifests]
    files = locate_recordings(manifests[-1], own.folder, own.allow_outside)
    if remark := spelling_of_files(files):
        progress.remark(remark)
    outcomes = embed_missing(
        pd.DataFrame({"path": list(files.values())}), work, skip_bad=True, progress=progress
    )
    errors = {one.path: one.error for one in outcomes if one.error is not None}
    if errors and not own.skip_bad:
        raise _of_all(manifests[-1].name, list(errors.values()))
    for error in errors.values():
        progress.remark(f"left out: {error.where}: {error.what}")
    bad = [name for name, path in files.items() if path in errors]
    manifests = [one.without(bad) for one in manifests] if bad else manifests
    left = {name: path for name, path in files.items() if path not in errors}
    if not left:
        raise TableError(manifests[-1].name, "no recording can be used", "give others")
    return manifests, pd.DataFrame({"candidate": list(left), "path": list(left.values())})


def _of_all(name: str, errors: Sequence[AudioError]) -> AudioError:
    """One error that names all recordings that cannot be used."""
    if len(errors) == 1:
        return errors[0]
    each = "; ".join(f"{error.where}: {error.what}" for error in errors[:NAMED])
    more = f"; and {len(errors) - NAMED:,} more" if len(errors) > NAMED else ""
    return AudioError(
        name,
        f"{len(errors)} recordings cannot be used: {each}{more}",
        "mend them, or leave them out",
        "leave-out-bad",
    )
