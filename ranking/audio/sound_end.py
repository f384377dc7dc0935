"""Where the sound of a recording ends, and the silence after it begins.

Conventions
-----------
Levels are mean powers of blocks of 0.1 s, less a constant offset. Sound ends with the last block
that is above -50 dB of the level that 95 % of the recording's blocks stay below. A room is not
that silent: where what is left ends in three seconds of a steady level, within 2 dB and at least
25 dB below, the sound ends with the last block that is 6 dB above that. A dying tone falls faster,
and applause is louder: both are sound. Both rules are of this program; levels are relative, so that
a recording that was made louder or softer ends at the same place.
"""

import numpy as np

BLOCKS_PER_SECOND = 10
LOUD_QUANTILE = 0.95  # of all blocks
SILENCE_DB = -50.0  # of the loud level
STEADY_SECONDS, STEADY_DB, STEADY_BELOW_DB = 3, 2.0, -25.0
NOISE_PEAK_DB = 6.0  # that a block of 0.1 s of noise may lie above its mean


class LevelMeter:
    """Levels of a sound as it streams by.

    Parameters
    ----------
    sample_rate : samples a second
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._length = max(1, sample_rate // BLOCKS_PER_SECOND)
        self._rest = np.empty(0, dtype=np.float32)
        self._powers: list[np.ndarray] = []

    def add(self, samples: np.ndarray) -> None:
        """Take samples, shape (n,), at the sound's sample rate."""
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // self._length
        self._measure(joined[: whole * self._length].reshape(whole, self._length))
        self._rest = joined[whole * self._length :]

    def sound_seconds(self) -> float:
        """Return when the sound ends, in seconds from the start of the recording."""
        powers = np.concatenate([*self._powers, np.empty(0)])
        blocks = count_sound_blocks(powers)
        rest = len(self._rest) if blocks == len(powers) else 0  # too short to have a level
        return (blocks * self._length + rest) / self._sample_rate

    def _measure(self, blocks: np.ndarray) -> None:
        if len(blocks):
            mean = blocks.mean(axis=1, dtype=np.float64)
            self._powers.append(np.einsum("ij,ij->i", blocks, blocks) / self._length - mean**2)


def count_sound_blocks(powers: np.ndarray) -> int:
    """Return how many blocks of 0.1 s, from the first, are before the silence at the end.

    Parameters
    ----------
    powers : float, shape (blocks,), not negative; the mean power of each
    """
    if not len(powers):
        return 0
    loud = float(np.quantile(powers, LOUD_QUANTILE))
    blocks = _last_above(powers, loud * _ratio(SILENCE_DB))
    while (noise := _steady_power(powers[:blocks], loud * _ratio(STEADY_BELOW_DB))) is not None:
        above = _last_above(powers[:blocks], noise * _ratio(NOISE_PEAK_DB))
        if above == blocks:
            break
        blocks = above
    return blocks


def _steady_power(powers: np.ndarray, below: float) -> float | None:
    """The power at the end, None where it is loud, or not steady."""
    count = STEADY_SECONDS * BLOCKS_PER_SECOND
    if len(powers) <= count:
        return None
    seconds = powers[-count:].reshape(STEADY_SECONDS, -1).mean(axis=1)
    steady = seconds.max() <= seconds.min() * _ratio(STEADY_DB)
    return float(seconds.mean()) if steady and seconds.max() < below else None


def _last_above(powers: np.ndarray, threshold: float) -> int:
    above = np.flatnonzero(powers > threshold)
    return int(above[-1]) + 1 if len(above) else 0


def _ratio(db: float) -> float:
    return float(10 ** (db / 10))
