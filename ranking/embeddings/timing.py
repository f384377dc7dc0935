"""How long one segment takes from the file to its embedding, on this machine."""

import time
from collections.abc import Sequence
from pathlib import Path

import torch

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.audio.segments import stream_segments
from ranking.devices.transfer import begin_fetch, to_device
from ranking.embeddings.choice import LoadedEncoder
from ranking.embeddings.embed import device_of, encoding_mode

DECODED_SECONDS = 2 * SEGMENT_SECONDS
"""Sound that is decoded before the first segment is known not to be the last."""


def measure_segment_seconds(path: Path, encoders: Sequence[LoadedEncoder]) -> float:
    """Return the seconds that decoding and embedding one segment takes, by all encoders together.

    It is done twice, and the second time counts: the first loads libraries.

    Raises
    ------
    AudioError
        If the recording cannot be used.
    """
    seconds = 0.0
    for _ in range(2):
        began = time.perf_counter()
        rates = [one.encoder.sample_rate for one in encoders]
        segment = next(stream_segments(path, rates))
        decoded = time.perf_counter()
        for one in encoders:
            sound = torch.from_numpy(segment.samples[one.encoder.sample_rate])[None]
            encode = one.encoder.for_recording(path, one.left_channel)
            with encoding_mode(one):
                begin_fetch(encode(to_device(sound, device_of(one.encoder)), [0.0]))()
        encoded = time.perf_counter() - decoded
        seconds = (decoded - began) * SEGMENT_SECONDS / DECODED_SECONDS + encoded
    return seconds
