"""Any sound file → blocks of mono samples, or a named error; never zeros for what cannot be read.

Conventions
-----------
FFmpeg's libraries, carried inside PyAV's wheel, decode the first sound stream of a file of any kind
that :mod:`ranking.audio.containers` opens. Mono is the mean of the channels, or on request the left
channel, the first.
Samples are float32, full scale ±1, at the file's own sample rate. Blocks stream: memory does not
grow with the length.

A file is refused if it is damaged or was cut off (:mod:`ranking.audio.completeness`), holds values
that are no numbers or far beyond what whole numbers reach, is silent throughout (a constant aside,
nothing above -80 dB of full scale) or clipped (more than 1 % of samples at full scale; what floats
hold beyond it was not clipped there). Length and level are known only at the end, so an error may
come last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from av.container import InputContainer

from ranking.audio.completeness import refuse_cut_off
from ranking.audio.containers import open_container
from ranking.audio.packets import SoundPackets
from ranking.audio.samples import Frame, mix_to_mono
from ranking.errors import AudioError

MIN_PEAK = 1e-4  # -80 dB of full scale; below, a file is silent
MAX_PEAK = 1e10  # floats may be whole numbers of 32 bits; powers of more overflow
FULL_SCALE = 0.9999
MAX_CLIPPED_SHARE = 0.01  # of the samples
BLOCK_SECONDS = 4.0


class SoundFile:
    """An open sound file; iterate over ``blocks()`` once.

    Parameters
    ----------
    container : the file, as PyAV opened it
    path : the file, for errors
    left_channel : whether to take the left channel instead of the mean of all channels
    allow_cut : whether to take a file that was cut off

    Raises
    ------
    AudioError
        If it holds no sound, or of an unknown codec.
    """

    def __init__(
        self,
        container: InputContainer,
        path: Path,
        left_channel: bool = False,
        allow_cut: bool = False,
    ) -> None:
        self.path = path
        self._left, self._allow_cut = left_channel, allow_cut
        self._packets = SoundPackets(container, path)
        self.sample_rate = self._packets.sample_rate
        """Sample rate of the file in Hz."""
        self._samples = 0
        self._highest, self._lowest = -np.inf, np.inf
        self._clipped = 0

    @property
    def seconds(self) -> float:
        """Length in seconds of what has been read."""
        return self._samples / self.sample_rate

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield mono samples, float32 arrays of about four seconds.

        Raises
        ------
        AudioError
            As soon as the file proves to be damaged; at its end, if it is cut off, silent or
            clipped.
        """
        buffer: list[Frame] = []
        held = 0
        for frame in self._packets.frames():
            buffer.append(frame)
            held += frame.length
            if held >= BLOCK_SECONDS * self.sample_rate:
                yield self._checked(mix_to_mono(buffer, self._left))
                buffer, held = [], 0
        if buffer:
            yield self._checked(mix_to_mono(buffer, self._left))
        self._check_end()

    def _checked(self, samples: np.ndarray) -> np.ndarray:
        highest, lowest = float(samples.max()), float(samples.min())
        peak = float(np.maximum(highest, -lowest))
        if not peak < MAX_PEAK:
            at = self.seconds + float(np.argmax(~(np.abs(samples) < MAX_PEAK))) / self.sample_rate
            value = f"{peak:.0e}, where full scale is 1" if np.isfinite(peak) else "no number"
            raise AudioError(
                str(self.path), f"its sample at {at:.1f} s is {value}", "export the file again"
            )
        self._highest, self._lowest = max(self._highest, highest), min(self._lowest, lowest)
        if peak >= FULL_SCALE:
            level = np.abs(samples)
            at_full_scale = (level >= FULL_SCALE) & (level <= self._packets.clipped_level)
            self._clipped += int(np.count_nonzero(at_full_scale))
        self._samples += len(samples)
        return samples

    def _check_end(self) -> None:
        """Refuse what only the whole file shows."""
        where, share = str(self.path), self._clipped / max(1, self._samples)
        if not self._allow_cut:
            refuse_cut_off(self.path)
        if self._samples == 0:
            raise AudioError(where, "there is no sound in this file", "give a recording")
        if self._highest - self._lowest < 2 * MIN_PEAK:
            raise AudioError(where, "it is silent throughout", "is this the right file or channel?")
        if share > MAX_CLIPPED_SHARE:
            raise AudioError(
                where,
                f"it is clipped: {100 * share:.0f} % of its samples are at full scale",
                "find a cleaner copy",
            )


@contextmanager
def open_mono_sound(
    path: Path, left_channel: bool = False, allow_cut: bool = False
) -> Iterator[SoundFile]:
    """Open a sound file for reading: the mean of its channels, or its left channel.

    Parameters
    ----------
    path : the sound file
    left_channel : whether to take the left channel instead of the mean of all channels
    allow_cut : whether to take a file that was cut off

    Raises
    ------
    AudioError
        If it cannot be opened, or holds no sound.
    """
    with open_container(path) as container:
        yield SoundFile(container, path, left_channel, allow_cut)


def measure_peak(path: Path, left_channel: bool = False) -> float:
    """Return the largest absolute value of a sound file's samples, whole or cut off.

    Raises
    ------
    AudioError
        If the file cannot be read, is damaged, silent or clipped.
    """
    with open_mono_sound(path, left_channel, allow_cut=True) as sound:
        return max(float(np.abs(block).max()) for block in sound.blocks())
