"""Controls of a competition's recordings: length, loudness and others, measured as an encoder."""

from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.recordings import match_recordings
from icpc.workflows.embedding import load_embeddings
from icpc.workflows.settings import EmbeddingOptions
from ranking.encoders.controls import CONTROLS, OF_RECORDING, WIDTH
from ranking.progress import SILENT, Progress
from ranking.storage.addresses import StorePlace


def measure_controls(
    competition: Competition,
    folder: Path,
    index: Path | None,
    store: StorePlace,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Return the controls of each candidate's recordings, a row by id and a column by control.

    They are means over segments; length and number of segments are of all files of a candidate
    together. Candidates without a recording have no row.

    Parameters
    ----------
    competition
        The competition that was recorded.
    folder
        Where they are.
    index
        CSV of whose each file is; by their names, if None.
    store
        Folder or address of embeddings, where controls are kept too.
    progress
        Where to show how far it is.

    Raises
    ------
    JudgeError
        If a recording cannot be used, or it is not clear whose it is.
    """
    found = match_recordings(competition, folder, index, skip_bad=True)
    for remark in found.remarks:
        progress.remark(remark)
    options = EmbeddingOptions(("controls",), store=store)
    values: dict[str, list[np.ndarray]] = {}
    embeddings = load_embeddings(list(found.table["path"]), options, progress)
    for candidate, embedding in zip(found.table["candidate"], embeddings, strict=True):
        values.setdefault(candidate, []).append(embedding[:, 0, ::WIDTH])  # (S, 6)
    rows = {candidate: _of_candidate(own) for candidate, own in values.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(CONTROLS))


def _of_candidate(files: list[np.ndarray]) -> np.ndarray:
    """The controls of all files of a candidate, each (S, 6)."""
    mean: np.ndarray = np.concatenate(files).mean(axis=0)
    mean[:OF_RECORDING] = sum(file[0, :OF_RECORDING] for file in files)
    return mean
