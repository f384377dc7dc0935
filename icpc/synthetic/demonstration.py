"""A small competition that the project makes itself: recordings, a roster, and a known result.

Conventions
-----------
All candidates play one programme. Their skill is known, spread evenly from beginner to master; the
better half passed the preliminary round. A folder gets ``roster.csv``, ``competition.toml``, a FLAC
file for each candidate, and ``manifest.csv`` to train a ranker with. A recording that is there is
not made again, unless it is damaged, by its hash in ``SHA256SUMS``.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from icpc.synthetic.pieces import STYLES
from icpc.synthetic.recitals import draw_recitals, sound_of
from ranking.audio.flac import write_blocks
from ranking.errors import RunError
from ranking.files.atomic import write_error, write_text
from ranking.files.hashing import SUMS_FILE, file_states, read_sums, write_sums
from ranking.files.table_reader import read_csv
from ranking.files.table_writer import to_csv
from ranking.progress import SILENT, Progress

SAMPLE_RATE = 44_100
ROUNDS = ("preliminary", "final")
NAMES = ("Aria", "Bourree", "Canon", "Danza", "Elegy", "Fugue", "Gigue", "Hymn")
PIECES = 5
SETTINGS = """name = "demo"
title = "Eight players of known skill, made by judge"
rounds = ["preliminary", "final"]
"""


def write_demonstration(
    folder: Path, seconds: float, seed: int, progress: Progress = SILENT
) -> Path:
    """Write recordings, roster and manifest of eight candidates; return the roster's path.

    Parameters
    ----------
    folder
        Where the files are written.
    seconds
        Length of each recording.
    seed
        Seed of programme, players and pianos.
    progress
        Shows the recordings; a remark where one was damaged.
    """
    recitals = draw_recitals(list(STYLES), 1, len(NAMES), seconds, PIECES, seed)
    better = float(np.median([recital.level for recital in recitals]))
    rows, states = [], _states(folder)
    with progress.start("playing", total=len(NAMES)):
        for name, recital in zip(NAMES, recitals, strict=True):
            path = folder / f"{name.lower()}-{seed}-{seconds:g}s.flac"
            if states.get(path.name) == "changed":
                progress.remark(f"{path} is damaged, and is played again")
            if states.get(path.name, "missing") in ("changed", "missing"):
                write_flac(path, sound_of(recital, SAMPLE_RATE), SAMPLE_RATE)
            progress.advance()
            reached = ROUNDS[int(recital.level > better)]
            rows.append((name.lower(), name, reached, path.name, f"{recital.level:.3f}"))
    columns = ["candidate", "name", "reached", "recording", "skill"]
    roster = pd.DataFrame(rows, columns=columns)
    manifest = roster[["recording", "skill"]].set_axis(["recording", "level"], axis=1)
    write_text(SETTINGS, folder / "competition.toml")
    write_text(to_csv(manifest), folder / "manifest.csv")
    write_text(to_csv(roster), folder / "roster.csv")
    write_sums(folder)
    return folder / "roster.csv"


def read_skill(roster: Path) -> pd.Series:
    """Return the level of each candidate of a roster that was written here, by id."""
    file = read_csv(roster, ("candidate", "skill"))
    return pd.Series(file.numbers("skill").to_numpy(), index=file.rows["candidate"])


def _states(folder: Path) -> dict[str, str]:
    """What became of the files of a folder; where nobody can tell, they are added."""
    try:
        sha256 = read_sums(folder / SUMS_FILE)
    except (OSError, ValueError):
        sha256 = {}
    return file_states(folder, sha256) if folder.is_dir() else {}


def write_flac(path: Path, samples: np.ndarray, sample_rate: int) -> None:
    """Write mono sound as FLAC of 16 bits, in an atomic write.

    Parameters
    ----------
    path
        The file.
    samples : float, shape (T,), -1 to 1
    sample_rate
        Hz.
    """
    integers = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    try:
        write_blocks(path, [integers[np.newaxis]], sample_rate)
    except OSError as error:
        raise write_error(RunError, path, error, key="other-out") from None
