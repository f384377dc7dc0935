"""Controls: what a recording gives away without being listened to as music.

Conventions
-----------
Six numbers, which nobody takes for skill: a probe that does as well from them as from an encoder
follows them, or what goes with them. They are an encoder like any other, so that the same code
trains, tests and compares. Each segment of 10 s has all six (:data:`CONTROLS`, in that order):

* length of the sound file, in seconds, and number of its segments: of the recording, which is read
  once for that before its segments are encoded; the same in each segment;
* loudness, in LUFS [1]_; bandwidth, in Hz: the highest frequency whose mean power is at most 60 dB
  below that of the strongest; noise floor, in dB of full scale: the level (a sine of full scale has
  -3 dB) that a tenth of the frames of 50 ms stay below; onset density, per second: peaks of the
  spectral flux [2]_ of log magnitudes that are the largest within 50 ms, and above the mean within
  a quarter of a second by a tenth of the segment's largest, and by 10 nats over all frequencies.

The network of a probe convolves: each number stands in :data:`WIDTH` dimensions side by side, and
in all of :data:`FRAMES` frames.

References
----------
.. [1] ITU-R BS.1770-4, as torchaudio.functional.loudness has it; -70, its gate, where it has none.
.. [2] S. Dixon, "Onset detection revisited", DAFx 2006, sec. 2.1 and 2.6.
"""

import math
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, max_pool1d, pad
from torchaudio.functional import loudness

from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.audio.segments import count_segments
from ranking.audio.sound_end import LevelMeter
from ranking.encoders.base import EncodeBatch, Encoder, freeze
from ranking.encoders.spec import EncoderSpec

CONTROLS = ("length", "segments", "loudness", "bandwidth", "noise_floor", "onset_density")
"""Names of the numbers, in the order in which they stand."""
OF_RECORDING = 2
"""How many of them, the first, are of the recording and not of the segment."""
WIDTH, FRAMES = 8, 48
SPEC = EncoderSpec(
    name="controls",
    title="controls: length, segments, loudness, bandwidth, noise floor, onset density",
    sample_rate=44_100,
    frames=FRAMES,
    dimension=WIDTH * len(CONTROLS),
    precision="float32",
    licence="none needed",
)
N_FFT, HOP = 2048, 441  # 46 ms, 10 ms
GATE_LUFS, MIN_POWER = -70.0, 1e-12
HALF_DB = 20 * math.log10(2)
BANDWIDTH_DB = -60.0
LEVEL_SAMPLES, FLOOR_QUANTILE = 2205, 0.1  # 50 ms
LOG_COMPRESSION = 1000.0
NEIGHBOURS, NEARBY = 5, 25  # hops on either side
SHARE_ABOVE, NATS_ABOVE = 0.1, 10.0  # of the largest flux; of all frequencies together


class Controls(Encoder):
    """The six numbers of each segment."""

    spec = SPEC

    @property
    def stored_dtype(self) -> str:
        """Type of the stored numbers: lengths and frequencies are too large for float16."""
        return "float32"

    def for_recording(self, path: Path, left_channel: bool = False) -> EncodeBatch:
        """Return a function that encodes segments; it knows the recording's length.

        Raises
        ------
        AudioError
            If the file cannot be read.
        """
        seconds, sound_seconds = measure_length(path, left_channel)
        of_recording = torch.tensor([seconds, count_segments(sound_seconds)])

        def encode(samples: Tensor, _: object) -> Tensor:
            self.check(samples)
            same = of_recording.to(samples).expand(len(samples), -1)
            values = torch.cat([same, measure_segments(samples)], dim=1)  # (B, 6)
            wide = values.repeat_interleave(WIDTH, dim=1)
            return wide.unsqueeze(1).expand(-1, FRAMES, -1)  # (B, 48, 48)

        return encode


def measure_length(path: Path, left_channel: bool = False) -> tuple[float, float]:
    """Return the length of a sound file, and when its sound ends, in seconds.

    Raises
    ------
    AudioError
        If the file cannot be read.
    """
    with open_mono_sound(path, left_channel, allow_cut=True) as sound:
        levels = LevelMeter(sound.sample_rate)
        for block in sound.blocks():
            levels.add(block)
        return sound.seconds, levels.sound_seconds()


def measure_segments(samples: Tensor) -> Tensor:
    """Return loudness, bandwidth, noise floor and onset density of segments, shape (B, 4).

    ``samples`` are those of 10 s at 44.1 kHz, shape (B, 441000).
    """
    power = _spectrogram(samples)  # (B, 1025, T)
    each = (
        measure_loudness(samples),
        measure_bandwidth(power),
        measure_noise_floor(samples),
        measure_onset_density(power),
    )
    return torch.stack(each, dim=1)


def measure_loudness(samples: Tensor) -> Tensor:
    """Return the integrated loudness of segments in LUFS, shape (B,)."""
    halves = 0.5 * samples.float()  # its filters amplify, and clip what is beyond full scale
    each = [loudness(one[None], SPEC.sample_rate) + HALF_DB for one in halves]
    return torch.stack(each).nan_to_num(GATE_LUFS, GATE_LUFS, GATE_LUFS).clamp_min(GATE_LUFS)


def measure_bandwidth(power: Tensor) -> Tensor:
    """Return the highest frequency in Hz that is at most 60 dB below the strongest, shape (B,)."""
    mean = power.mean(dim=2)
    strongest = mean.amax(dim=1, keepdim=True)
    strong = mean >= (strongest * 10 ** (BANDWIDTH_DB / 10)).clamp_min(MIN_POWER)
    numbers = torch.arange(mean.shape[1], device=mean.device)
    return (strong * numbers).amax(dim=1) * (SPEC.sample_rate / N_FFT)


def measure_noise_floor(samples: Tensor) -> Tensor:
    """Return the level in dB of full scale that a tenth of the frames stay below, shape (B,)."""
    power = samples.unfold(1, LEVEL_SAMPLES, LEVEL_SAMPLES).square().mean(dim=2)
    return 10 * power.quantile(FLOOR_QUANTILE, dim=1).clamp_min(MIN_POWER).log10()


def measure_onset_density(power: Tensor) -> Tensor:
    """Return the peaks of the spectral flux per second, shape (B,)."""
    strongest = power.amax(dim=(1, 2), keepdim=True).clamp_min(MIN_POWER)
    magnitude = torch.log1p(LOG_COMPRESSION * (power / strongest).sqrt())
    flux = magnitude.diff(dim=2).clamp_min(0).sum(dim=1)  # (B, T - 1)
    largest = max_pool1d(flux, 2 * NEIGHBOURS + 1, 1, NEIGHBOURS)
    mean = avg_pool1d(pad(flux, (NEARBY, NEARBY), mode="replicate"), 2 * NEARBY + 1, 1)
    above = flux - mean >= (SHARE_ABOVE * flux.amax(dim=1, keepdim=True)).clamp_min(NATS_ABOVE)
    first = pad(flux, (1, 0))[:, :-1] < flux  # of equal neighbours
    return ((flux == largest) & above & first).sum(dim=1) / SEGMENT_SECONDS


def load() -> Controls:
    """Return the encoder; it has no weights."""
    return freeze(Controls())


def _spectrogram(samples: Tensor) -> Tensor:
    """Power (B, 1025, T) of frames every 10 ms."""
    window = torch.hann_window(N_FFT, device=samples.device)
    out = torch.stft(samples.float(), N_FFT, HOP, window=window, center=False, return_complex=True)
    return out.abs().square()
