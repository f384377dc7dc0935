"""A piano made of numbers: struck strings, dampers, pedal, hammer noise and a room.

Conventions
-----------
A string is a sum of damped partials, stretched by its stiffness [1]_. Each partial decays twice: at
first fast, then slowly, a little out of tune [2]_. The harder the blow the brighter the sound;
higher strings die sooner. A sum of damped exponentials over time t = a·L + b is a matrix of rank
two per partial, so a whole string is one matrix product. A damper falls when both key and pedal are
up; the highest strings have none.
Velocities are MIDI's, 1 to 127; brightness goes in steps of :data:`STEP`, loudness does not. Sound
is mono, float32.

References
----------
.. [1] F. Rigaud, B. David, L. Daudet, "A parametric model and estimation techniques for the
   inharmonicity and tuning of the piano", JASA 133 (2013), sec. II.
.. [2] G. Weinreich, "Coupled piano strings", JASA 62 (1977).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.signal import oaconvolve

LONGEST_SECONDS = 6.0
HIGHEST_PARTIAL = 9000.0  # Hz
UNDAMPED = 90  # strings from this pitch on have no damper
STEP = 8
TAIL_SECONDS = 0.4  # of a damped string
CEILING = 0.9  # of any sample


@dataclass(frozen=True)
class Instrument:
    """What makes one piano, and the room that it stands in, differ from another."""

    tuning: float = 0.0
    """Cents from A 440."""
    stiffness: float = 1.0
    """Times the usual inharmonicity."""
    brightness: float = 0.0
    """Decibels per kHz."""
    sustain: float = 1.0
    """Times the usual decay."""
    hammer: float = 0.02
    """Loudness of the blow itself beside the string."""
    room_seconds: float = 1.0
    """Time in which its sound falls by 60 dB."""
    wet: float = 0.25
    """Loudness of the room beside the piano."""
    noise_db: float = -55.0
    """Loudness of the recording's noise beside its mean."""


def draw_instrument(seed: int) -> Instrument:
    """Return a piano in a room, drawn at random."""
    rng = np.random.default_rng(seed)
    return Instrument(
        tuning=float(rng.normal(0, 8)),
        stiffness=float(rng.uniform(0.6, 1.6)),
        brightness=float(rng.normal(0, 1.5)),
        sustain=float(rng.uniform(0.6, 1.4)),
        hammer=float(rng.uniform(0.005, 0.05)),
        room_seconds=float(rng.uniform(0.3, 2.0)),
        wet=float(rng.uniform(0.05, 0.5)),
        noise_db=float(rng.uniform(-65, -35)),
    )


@dataclass
class Piano:
    """An instrument at a sample rate; it caches the strings that it has sounded."""

    instrument: Instrument = field(default_factory=Instrument)
    """The piano and its room."""
    sample_rate: int = 24_000
    """Hz."""
    seed: int = 0
    """Seed of hammer, room and noise."""

    def __post_init__(self) -> None:
        self._strings: dict[tuple[int, int], np.ndarray] = {}
        rng = np.random.default_rng(self.seed)
        time = np.arange(round(0.08 * self.sample_rate)) / self.sample_rate
        blow = np.convolve(rng.standard_normal(len(time)), np.ones(8) / 8, "same")
        self._blow = blow * np.exp(-time / 0.012)
        time = np.arange(round(self.instrument.room_seconds * self.sample_rate)) / self.sample_rate
        room = rng.standard_normal(len(time)) * 10 ** (-3 * time / self.instrument.room_seconds)
        room = np.convolve(room, np.ones(4) / 4, "same")
        room *= self.instrument.wet / np.sqrt((room**2).sum())
        room[0] = 1.0
        self._room = room.astype(np.float32)

    def sound(
        self, notes: np.ndarray, pedal: np.ndarray, seconds: float, level_db: float = -22.0
    ) -> np.ndarray:
        """Return the sound of a performance, float32 of shape (seconds · sample_rate,).

        Parameters
        ----------
        notes : with ``onset``, ``offset`` (s), ``pitch``, ``velocity``
        pedal : shape (P, 2), seconds at which it goes down and up again, in order
        seconds
            Length of the sound.
        level_db
            Mean loudness; softer only where the sound would clip.
        """
        sample_rate = self.sample_rate
        size = round(seconds * sample_rate)
        longest = round(LONGEST_SECONDS * sample_rate)
        sound = np.zeros(size + longest, dtype=np.float32)
        ends = _damped_at(notes["offset"], pedal)
        for onset, end, pitch, velocity in zip(
            notes["onset"], ends, notes["pitch"], notes["velocity"], strict=True
        ):
            start = round(max(float(onset), 0.0) * sample_rate)
            if start >= size:
                continue
            string = self._struck(int(pitch), int(velocity))
            sustained = longest if pitch >= UNDAMPED else round((end - onset) * sample_rate)
            note = string[: sustained + round(TAIL_SECONDS * sample_rate)] * _loudness(velocity)
            if sustained < len(note):
                fading = np.arange(len(note) - sustained, dtype=np.float32) / sample_rate
                note[sustained:] *= np.exp(-fading / (0.05 + 0.1 * (108 - pitch) / 87))
            sound[start : start + len(note)] += note
        in_room = oaconvolve(sound[:size], self._room)[:size]
        noise = np.random.default_rng([self.seed, 1]).standard_normal(size, dtype=np.float32)
        mean = max(float(np.sqrt((in_room**2).mean())), 1e-9)
        in_room += noise * np.float32(mean * 10 ** (self.instrument.noise_db / 20))
        gain = min(10 ** (level_db / 20) / mean, CEILING / max(float(np.abs(in_room).max()), 1e-9))
        return in_room * np.float32(gain)

    def _struck(self, pitch: int, velocity: int) -> np.ndarray:
        """A string's sound after a blow, as if it were never damped."""
        hardness = max(1, round(velocity / STEP))
        string = self._strings.get((pitch, hardness))
        if string is None:
            string = self._strings[pitch, hardness] = self._string(pitch, hardness * STEP)
        return string

    def _string(self, pitch: int, velocity: int) -> np.ndarray:
        own = self.instrument
        fundamental = 440 * 2 ** ((pitch - 69 + own.tuning / 100) / 12)
        stiff = own.stiffness * (np.exp(0.0926 * pitch - 13.64) + np.exp(-0.0847 * pitch - 5.82))
        order = np.arange(1, 61)
        partial = fundamental * order * np.sqrt((1 + stiff * order**2) / (1 + stiff))
        audible = partial < min(HIGHEST_PARTIAL, 0.45 * self.sample_rate)
        order, partial = order[audible], partial[audible]
        # a felt hammer struck at an eighth of the string; its felt gets harder with the blow
        tilt = own.brightness - 16 + 12 * velocity / 127  # dB per kHz
        loud = np.abs(np.sin(np.pi * order / 8.3)) * order**-0.8
        loud = loud * 10 ** (tilt * (partial - fundamental) / 20_000)
        loud /= np.sqrt((loud**2).sum())
        slow = own.sustain * 6.0 * 2 ** (-(pitch - 36) / 18)  # s, to 1/e
        slow = slow / (1 + partial / 2500)
        strings = np.concatenate([partial, partial * 2 ** (0.6 / 1200)])
        decay = np.concatenate([slow / 4, slow])
        loud = np.concatenate([0.8 * loud, 0.2 * loud])
        size = round(min(LONGEST_SECONDS, 7 * float(slow.max())) * self.sample_rate)
        return self._with_blow(_damped_sum(strings, decay, loud, size, self.sample_rate))

    def _with_blow(self, string: np.ndarray) -> np.ndarray:
        rise = round(0.002 * self.sample_rate)
        string[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
        size = min(len(self._blow), len(string))
        string[:size] += (self.instrument.hammer * self._blow[:size]).astype(np.float32)
        return string


def _damped_sum(
    frequency: np.ndarray, decay: np.ndarray, loud: np.ndarray, size: int, sample_rate: int
) -> np.ndarray:
    """Σ loud · sin(2π · frequency · t) · exp(-t / decay), shape (size,)."""
    block = int(np.ceil(np.sqrt(size)))
    root = 2j * np.pi * frequency / sample_rate - 1 / (decay * sample_rate)
    coarse = np.exp(np.outer(np.arange(block) * block, root)) * loud
    fine = np.exp(np.outer(root, np.arange(block)))
    left = np.hstack([coarse.real, coarse.imag]).astype(np.float32)
    right = np.vstack([fine.imag, fine.real]).astype(np.float32)
    return (left @ right).ravel()[:size]


def _damped_at(offsets: np.ndarray, pedal: np.ndarray) -> np.ndarray:
    """When each note's damper falls: with its key, or with the pedal that is down then."""
    if not len(pedal):
        return offsets.copy()
    last = np.searchsorted(pedal[:, 0], offsets, side="right") - 1
    caught = (last >= 0) & (offsets < pedal[last, 1])
    return np.where(caught, pedal[last, 1], offsets)


def _loudness(velocity: float) -> np.float32:
    """40 dB from the softest to the hardest blow."""
    return np.float32(10 ** (2 * (velocity / 127 - 1)))
