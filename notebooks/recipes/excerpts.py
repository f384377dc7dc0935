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
Notes are cut before they are rendered: an excerpt begins with the pedals and all other controls as
they stand there, and without notes that are sounding already. Every excerpt has its peak at
-1 dBFS, mono, 44.1 kHz, FLAC. Excerpts that are there are kept, so that a second call goes on.
``--most`` draws so many recordings of each grade or level, or so many passages with all of their
renditions, where there are more: rendering takes about four seconds of a core for each excerpt.
What comes out is rendered from captured notes, or from scores: no recording.
"""

import argparse
import io
import itertools
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mido
import numpy as np
import pandas as pd
import soundfile

from ranking.files.atomic import open_atomic, write_text
from ranking.files.table_writer import to_csv
from ranking.tasks.technique import TECHNIQUES

FONT = Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3")
RATE = 44100
PEAK = 10 ** (-1 / 20)
TICKS_PER_BEAT, BEAT_MICROSECONDS = 1000, 500_000
TICKS_PER_SECOND = 1_000_000 * TICKS_PER_BEAT / BEAT_MICROSECONDS
JUNIOR_EDITIONS = (2008, 2013)


@dataclass(frozen=True)
class Excerpt:
    """Which part of a file of notes is rendered."""

    recording: str
    """Name of the sound file, without its ending."""
    archive: Path
    midi: str
    """Name of the notes in the archive."""
    spans: tuple[tuple[float, float], ...]
    """Start and end of what is rendered, one after another, seconds."""

    @property
    def notes_span(self) -> tuple[float, float]:
        """Start and end of the notes that are rendered."""
        return min(start for start, _ in self.spans), max(end for _, end in self.spans)


def cut_notes(notes: mido.MidiFile, start: float, end: float) -> mido.MidiFile:
    """Return the notes from one second to another, which begin with the controls as they stand.

    Parameters
    ----------
    notes
        A file of notes.
    start, end
        Seconds.
    """
    times = itertools.accumulate(message.time for message in notes)
    played = [one for one in zip(times, notes, strict=True) if hasattr(one[1], "channel")]
    controls = {
        (message.type, message.channel, getattr(message, "control", None)): message
        for at, message in played
        if at < start and not _is_note(message)
    }
    within = [(at - start, message) for at, message in played if start <= at < end]
    track, now = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=BEAT_MICROSECONDS)]), 0
    for at, message in [*((0.0, one) for one in controls.values()), *_struck_within(within)]:
        tick = round(at * TICKS_PER_SECOND)
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(
        mido.MetaMessage("end_of_track", time=round((end - start) * TICKS_PER_SECOND) - now)
    )
    return mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track])


def _is_note(message: mido.Message) -> bool:
    return message.type in ("note_on", "note_off")


def _struck_within(
    played: Iterable[tuple[float, mido.Message]],
) -> Iterator[tuple[float, mido.Message]]:
    """Leave out ends of notes that were struck before."""
    struck: set[tuple[int, int]] = set()
    for at, message in played:
        if _is_note(message):
            key = message.channel, message.note
            if message.type == "note_on" and message.velocity:
                struck.add(key)
            elif key not in struck:
                continue
        yield at, message


def render(notes: mido.MidiFile) -> np.ndarray:
    """Return the sound of notes, shape (n,), float64, at 44.1 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        notes.save(midi)
        options = ["-niq", "-g", "0.6", "-r", str(RATE), "-o", "synth.dynamic-sample-loading=1"]
        subprocess.run(
            ["fluidsynth", *options, "-F", wav, "-T", "wav", FONT, midi],
            check=True,
            capture_output=True,
        )
        sound, _ = soundfile.read(wav, always_2d=True)
    return sound.mean(axis=1)


def write_excerpt(excerpt: Excerpt, out: Path) -> None:
    """Render an excerpt into a folder, where it is not there yet."""
    target = out / f"{excerpt.recording}.flac"
    if target.exists():
        return
    with zipfile.ZipFile(excerpt.archive) as archive:
        notes = mido.MidiFile(file=io.BytesIO(archive.read(excerpt.midi)))
    start, end = excerpt.notes_span
    sound = render(cut_notes(notes, start, end))
    samples = round((end - start) * RATE)
    sound = np.pad(sound[:samples], (0, max(0, samples - len(sound))))
    parts = [sound[round((a - start) * RATE) : round((b - start) * RATE)] for a, b in excerpt.spans]
    chosen = np.concatenate(parts)
    with open_atomic(target) as file:
        soundfile.write(file, chosen * (PEAK / np.abs(chosen).max()), RATE, format="FLAC")


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


def write_all(excerpts: Sequence[Excerpt], out: Path, jobs: int) -> Iterator[int]:
    """Render all excerpts; yield how many are there."""
    with ProcessPoolExecutor(jobs) as pool:
        for number, _ in enumerate(pool.map(partial(write_excerpt, out=out), excerpts), start=1):
            yield number


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
    write_text(to_csv(manifest), given.out / "manifest.csv")


if __name__ == "__main__":
    main()
