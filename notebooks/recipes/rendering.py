"""Cut captured notes and render them to sound, many excerpts with one synthesizer.

Conventions
-----------
Notes are cut before they are rendered: an excerpt begins with the pedals and all other controls as
they stand there, and without notes that are sounding already. Every excerpt has its peak at
-1 dBFS, mono, 44.1 kHz, FLAC. Excerpts that are there are kept.
"""

import io
import itertools
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mido
import numpy as np
import soundfile

from ranking.files.atomic import open_atomic

FONT = Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3")
RATE = 44100
PEAK = 10 ** (-1 / 20)
TICKS_PER_BEAT, BEAT_MICROSECONDS = 1000, 500_000
TICKS_PER_SECOND = 1_000_000 * TICKS_PER_BEAT / BEAT_MICROSECONDS
AT_ONCE = 16
"""Excerpts that one synthesizer renders: it takes three seconds to load its sounds."""
TAIL_SECONDS = 5.0
"""Silence after an excerpt, in which its reverberation dies away."""
GM_SYSTEM_ON = (0x7E, 0x7F, 0x09, 0x01)
"""MIDI message that ends all notes and resets all controls."""


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


def one_after_another(excerpts: Sequence[mido.MidiFile], tail: float) -> mido.MidiFile:
    """Return the notes of many excerpts as one file; after each all notes and controls are reset.

    Parameters
    ----------
    excerpts
        Files as :func:`cut_notes` returns them.
    tail
        From the end of each to the beginning of the next, seconds.
    """
    track, now = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=BEAT_MICROSECONDS)]), 0
    begin = 0
    for notes in excerpts:
        at = begin
        for message in notes.tracks[0]:
            at += message.time
            if not message.is_meta:
                track.append(message.copy(time=at - now))
                now = at
        track.append(mido.Message("sysex", data=GM_SYSTEM_ON, time=at - now))
        begin, now = at + round(tail * TICKS_PER_SECOND), at
    track.append(mido.MetaMessage("end_of_track", time=begin - now))
    return mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track])


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


def write_excerpts(excerpts: Sequence[Excerpt], out: Path) -> int:
    """Render those excerpts that are not in a folder yet, at once; return how many were given."""
    missing = [one for one in excerpts if not _target(one, out).exists()]
    if missing:
        lengths = [end - start for start, end in (one.notes_span for one in missing)]
        sound = render(one_after_another([_cut(one) for one in missing], TAIL_SECONDS))
        begins = np.cumsum([0.0, *(length + TAIL_SECONDS for length in lengths[:-1])])
        for excerpt, begin, length in zip(missing, begins, lengths, strict=True):
            own = sound[round(begin * RATE) :][: round(length * RATE)]
            _write(excerpt, np.pad(own, (0, round(length * RATE) - len(own))), out)
    return len(excerpts)


def _target(excerpt: Excerpt, out: Path) -> Path:
    return out / f"{excerpt.recording}.flac"


def _cut(excerpt: Excerpt) -> mido.MidiFile:
    with zipfile.ZipFile(excerpt.archive) as archive:
        notes = mido.MidiFile(file=io.BytesIO(archive.read(excerpt.midi)))
    return cut_notes(notes, *excerpt.notes_span)


def _write(excerpt: Excerpt, sound: np.ndarray, out: Path) -> None:
    """Write the spans of an excerpt, whose sound (n,) begins with the first, at the peak of all."""
    start, _ = excerpt.notes_span
    parts = [sound[round((a - start) * RATE) : round((b - start) * RATE)] for a, b in excerpt.spans]
    chosen = np.concatenate(parts)
    with open_atomic(_target(excerpt, out)) as file:
        soundfile.write(file, chosen * (PEAK / np.abs(chosen).max()), RATE, format="FLAC")


def write_all(excerpts: Sequence[Excerpt], out: Path, jobs: int) -> Iterator[int]:
    """Render all excerpts; yield how many are there."""
    at_once = [excerpts[at : at + AT_ONCE] for at in range(0, len(excerpts), AT_ONCE)]
    with ProcessPoolExecutor(jobs) as pool:
        yield from itertools.accumulate(pool.map(partial(write_excerpts, out=out), at_once))
