"""Labelled recordings that the project makes itself, beside a manifest: to see whether probes work.

    python -m icpc.synthetic.labelled difficulty --out DIR

Conventions
-----------
*difficulty*: studies of the grades 1 to 9 (:mod:`icpc.synthetic.figures`), equally many of each.
*technique*: studies of one technique or none, in turn, a quarter of them with another technique.
*expertise*: pieces, each by players of three levels, who have a skill of 0.1, 0.5 or 0.9; they are
a group and an event. All play one piano in one hall, as in a competition: among few recordings on
as many pianos, a probe would tell the pianos apart.
A label is planted: it claims nothing of Henle's grades, or of people. Length, loudness, notes a
second and what else is drawn do not depend on it (:mod:`icpc.synthetic.studies`). What is measured
of the sound may: of 96 recordings of 10 s the density of onsets that were detected differs by
technique (p 0.008, fewest of repeated notes) and, where each has a piano of its own, a little by
level (p 0.04); loudness, bandwidth and noise floor do not (p 0.19 and more, Kruskal and Wallis).
A folder gets a FLAC file for each recording and ``manifest.csv``, as ``judge train`` reads it. The
name of a file has a hash of all that it follows from: what is there is not made again.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.figures import FIGURES, GRADES, STACCATO
from icpc.synthetic.studies import Study, sound_of_study
from icpc.synthetic.train import PrintedProgress
from icpc.synthetic.training_pairs import write_missing
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.progress import SILENT, Progress

SAMPLE_RATE = 24_000
SECONDS = 20.0
LEVELS = (0.1, 0.5, 0.9)
"""Skill of the players of each level."""
STYLES = ("etude", "sonatina")
WITH_ANOTHER = 0.25
TECHNIQUES = (*FIGURES, STACCATO)
UNLIKE = frozenset({"ornaments", STACCATO})
NONE = "none"
MANIFEST = "manifest.csv"


@dataclass(frozen=True)
class LabelledRecording:
    """A recording to be made, and its labels."""

    study: Study
    labels: Mapping[str, str]
    """Cells of its row in a manifest, by column."""

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{hashlib.sha256(repr(self.study).encode()).hexdigest()[:12]}.flac"


def draw_graded(count: int, seconds: float, seed: int) -> list[LabelledRecording]:
    """Return studies of all grades in turn.

    Parameters
    ----------
    count
        Number of recordings.
    seconds
        Length of each.
    seed
        Seed of the draw.
    """
    rng = np.random.default_rng([seed, 9])
    return [
        LabelledRecording(replace(_draw_study(rng, seconds), grade=grade), {"grade": str(grade)})
        for grade in (GRADES[number % len(GRADES)] for number in range(count))
    ]


def draw_technical(
    count: int, seconds: float, seed: int, equal_notes: bool = True
) -> list[LabelledRecording]:
    """Return studies of all techniques, and of none, in turn.

    Parameters
    ----------
    count
        Number of recordings.
    seconds
        Length of each.
    seed
        Seed of the draw.
    equal_notes
        Whether techniques of two keys have as many notes a second as others.
    """
    rng = np.random.default_rng([seed, 7])
    made = []
    for number in range(count):
        own = {(*TECHNIQUES, NONE)[number % (len(TECHNIQUES) + 1)]} - {NONE}
        if own and rng.random() < WITH_ANOTHER:
            own.add(str(rng.choice(_that_go_with(*own))))
        names = tuple(name for name in TECHNIQUES if name in own)
        study = replace(_draw_study(rng, seconds), techniques=names, equal_notes=equal_notes)
        made.append(LabelledRecording(study, {"techniques": ";".join(names) or NONE}))
    return made


def draw_levels(count: int, seconds: float, seed: int) -> list[LabelledRecording]:
    """Return pieces, each by players of all levels.

    Parameters
    ----------
    count
        Number of recordings.
    seconds
        Length of each.
    seed
        Seed of the draw.
    """
    rng = np.random.default_rng([seed, 3])
    piano = int(np.random.default_rng([seed, 4]).integers(2**31))
    made: list[LabelledRecording] = []
    while len(made) < count:
        piece = replace(_draw_study(rng, seconds), style=str(rng.choice(STYLES)), piano=piano)
        name = f"piece-{len(made) // len(LEVELS) + 1:03}"
        for level, skill in enumerate(LEVELS):
            study = replace(piece, level=skill, player=_draw_study(rng, seconds).player)
            labels = {"level": str(level), "group": name, "event": name}
            made.append(LabelledRecording(study, labels))
    return made[:count]


DRAWN: dict[str, Callable[[int, float, int], list[LabelledRecording]]] = {
    "difficulty": draw_graded,
    "technique": draw_technical,
    "expertise": draw_levels,
}
"""What draws the recordings of a task."""


def write_labelled(
    recordings: Sequence[LabelledRecording], folder: Path, progress: Progress = SILENT
) -> Path:
    """Write recordings and their manifest; return the manifest's path.

    Parameters
    ----------
    recordings
        What is made.
    folder
        Where the files are written; what is there is not made again.
    progress
        Shows the recordings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / one.file for one in recordings]
    write_missing([one.study for one in recordings], paths, _save, progress)
    rows = [{"recording": one.file, **one.labels} for one in recordings]
    write_text(to_csv(pd.DataFrame(rows)), folder / MANIFEST)
    return folder / MANIFEST


def _save(study: Study, path: Path) -> None:
    write_flac(path, sound_of_study(study, SAMPLE_RATE), SAMPLE_RATE)


def _draw_study(rng: np.random.Generator, seconds: float) -> Study:
    """A study, all but what is planted."""
    return Study(seconds, seed=int(rng.integers(2**31)), player=int(rng.integers(2**31)))


def _that_go_with(technique: str) -> list[str]:
    """Techniques that another may be joined by: nobody plays ornaments staccato."""
    apart = {technique}
    if technique in UNLIKE:
        apart |= UNLIKE
    return [name for name in TECHNIQUES if name not in apart]


def main() -> None:
    """Draw, play and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=DRAWN)
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument("--recordings", type=int, default=180, help="how many are made")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each")
    parser.add_argument("--seed", type=int, default=0, help="seed of all that is drawn")
    given = parser.parse_args()
    recordings = DRAWN[given.task](given.recordings, given.seconds, given.seed)
    manifest = write_labelled(recordings, given.out, PrintedProgress())
    sys.stdout.write(f"{len(recordings)} recordings, with their labels in {manifest}\n")


if __name__ == "__main__":
    main()
