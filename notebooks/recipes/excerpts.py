r"""Render excerpts of captured notes to sound, beside a manifest: real performances of four tasks.

    apt-get install -y fluidsynth musescore-general-soundfont
    pip install mido soundfile
    python notebooks/recipes/excerpts.py difficulty --facts pieces.csv --notes midi.zip --out DIR

Conventions
-----------
*difficulty*: 30 s from a quarter into each rendition, earlier where fewer follow; shorter ones are
left out. *technique*: two segments of 10 s of each passage, the second is the last of its first
20 s. *expertise*: amateurs (``--others recordings.csv --other-notes midi.zip``) as level 0, junior
editions of a competition as 1, others as 2; 20 s from a quarter into each piece. *preference*: the
first 20 s of each rendition.
How they are cut and rendered is in ``rendering.py``; a second call goes on where one was stopped.
``--most`` draws so many recordings of each grade or level, or so many passages with all of their
renditions, where there are more: rendering takes one or two seconds of a core for each excerpt.
What comes out is rendered from captured notes, or from scores: no recording.
"""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from rendering import FONT, Excerpt, write_all

from ranking.files.atomic import write_text
from ranking.files.hashing import file_sha256
from ranking.files.table_writer import to_csv
from ranking.tasks.technique import TECHNIQUES

JUNIOR_EDITIONS = (2008, 2013)


def from_a_quarter(length: float, seconds: float) -> tuple[tuple[float, float], ...]:
    """Return the span that begins a quarter into a piece, earlier where fewer seconds follow."""
    start = min(length / 4, length - seconds)
    return ((start, start + seconds),)


def of_difficulty(facts: pd.DataFrame, archive: Path) -> tuple[pd.DataFrame, list[Excerpt]]:
    """Return manifest and excerpts of graded pieces."""
    facts = facts[facts["seconds"] >= 30]
    manifest = facts.rename(columns={"id": "recording"})[
        ["recording", "grade", "group", "kind", "source", "performer", "seconds", "notes"]
    ]
    excerpts = [
        Excerpt(row.id, archive, row.midi, from_a_quarter(row.seconds, 30))
        for row in facts.itertuples()
    ]
    return manifest, excerpts


def of_technique(facts: pd.DataFrame, archive: Path) -> tuple[pd.DataFrame, list[Excerpt]]:
    """Return manifest and excerpts of passages with their techniques."""
    labels = facts[list(TECHNIQUES)].map(lambda value: f"{value:.0f}" if value >= 0 else "")
    manifest = pd.concat(
        [facts[["id", "group", "performer", "kind", "onsets_per_second"]], labels], axis=1
    ).rename(columns={"id": "recording"})
    excerpts = []
    for row in facts.itertuples():
        end = min(20.0, row.seconds)
        excerpts.append(Excerpt(row.id, archive, row.midi, ((0, 10), (end - 10, end))))
    return manifest, excerpts


def of_expertise(
    facts: pd.DataFrame, archive: Path, others: Path, other_archive: Path
) -> tuple[pd.DataFrame, list[Excerpt]]:
    """Return manifest and excerpts of a competition's candidates and of amateurs."""
    amateurs = pd.read_csv(others, dtype={"player": str})
    amateurs = amateurs.assign(
        level=0, group="amateur " + amateurs["player"], kind="amateur", archive=other_archive
    )
    levels = np.where(facts["edition"].isin(JUNIOR_EDITIONS), 1, 2)
    candidates = facts.assign(
        level=levels,
        group=facts["candidate_id"],
        kind=facts["edition"].map("competition {}".format),
        archive=archive,
    )
    both = pd.concat([amateurs, candidates], ignore_index=True)
    both = both[both["seconds"] >= 20]
    both["recording"] = both["midi"].map(lambda name: Path(name).stem)
    excerpts = [
        Excerpt(row.recording, row.archive, row.midi, from_a_quarter(row.seconds, 20))
        for row in both.itertuples()
    ]
    return both[["recording", "level", "group", "kind", "seconds", "notes"]], excerpts


def of_preference(facts: pd.DataFrame, archive: Path) -> tuple[pd.DataFrame, list[Excerpt]]:
    """Return ratings and excerpts of passages that several pianists play."""
    manifest = pd.DataFrame(
        {
            "recording": facts["segment"],
            "mark": facts["Interpretation_Unsatisfactory_Convincing"],
            "sd": facts["Interpretation_sd"],
            "raters": facts["raters"],
            "event": facts["piece"] + " " + facts["bars"].astype(str) + " " + facts["seg"],
            "group": facts["player"],
            "work": facts["work"],
            "deadpan": facts["deadpan"],
        }
    )
    excerpts = [
        Excerpt(row.segment, archive, row.midi, ((0, min(20.0, row.seconds)),))
        for row in facts.itertuples()
    ]
    return manifest, excerpts


TASKS: dict[str, Callable[..., tuple[pd.DataFrame, list[Excerpt]]]] = {
    "difficulty": of_difficulty,
    "technique": of_technique,
    "expertise": of_expertise,
    "preference": of_preference,
}


OF_EACH = {"difficulty": "grade", "expertise": "level"}
"""The column of whose values as many are drawn at most; of other tasks, passages are drawn."""


def drawn(manifest: pd.DataFrame, task: str, most: int) -> pd.DataFrame:
    """Return the recordings of a manifest that are drawn.

    Parameters
    ----------
    manifest
        All of them.
    task
        A name of :data:`TASKS`.
    most
        How many of each grade or level, or how many passages.
    """
    shuffled = manifest.sample(frac=1, random_state=0)
    if task in OF_EACH:
        return shuffled.groupby(OF_EACH[task]).head(most).sort_index()
    passage = manifest["event"] if task == "preference" else manifest["recording"]
    chosen = passage.loc[shuffled.index].drop_duplicates().head(most)
    return manifest[passage.isin(chosen)]


def without_repeats(manifest: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Return a manifest without recordings that sound as one above, as a passage and its half.

    Parameters
    ----------
    manifest
        All of them.
    folder
        Where they were rendered.
    """
    sha256 = manifest["recording"].map(lambda name: file_sha256(folder / f"{name}.flac"))
    return manifest[~sha256.duplicated()]


def main() -> None:
    """Render what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--facts", type=Path, required=True, help="the table of the set")
    parser.add_argument("--notes", type=Path, required=True, help="its notes, a zip file")
    parser.add_argument("--others", type=Path, help="the table of the amateurs, of expertise")
    parser.add_argument("--other-notes", type=Path, help="their notes, a zip file")
    parser.add_argument("--most", type=int, help="draw so many of each class at most")
    parser.add_argument("--jobs", type=int, default=2, help="excerpts that are rendered at a time")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    given = parser.parse_args()
    if shutil.which("fluidsynth") is None or not FONT.exists():
        sys.exit(
            "fluidsynth and its piano are missing; run\n"
            "apt-get install -y fluidsynth musescore-general-soundfont"
        )
    facts = pd.read_csv(given.facts, dtype={"player": str, "seg": str})
    more = (given.others, given.other_notes) if given.task == "expertise" else ()
    if None in more:
        sys.exit("expertise needs amateurs too: give --others and --other-notes")
    manifest, excerpts = TASKS[given.task](facts, given.notes, *more)
    if given.most is not None:
        manifest = drawn(manifest, given.task, given.most)
        excerpts = [one for one in excerpts if one.recording in set(manifest["recording"])]
    given.out.mkdir(parents=True, exist_ok=True)
    for number in write_all(excerpts, given.out, given.jobs):
        print(f"\r{number} of {len(excerpts)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    write_text(to_csv(without_repeats(manifest, given.out)), given.out / "manifest.csv")


if __name__ == "__main__":
    main()
