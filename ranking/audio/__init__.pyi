from .decoding import open_mono_sound
from .lengths import SEGMENT_SECONDS, SEGMENTS_PER_WINDOW, WINDOW_SECONDS
from .segments import Segment, stream_segments

__all__ = [
    "SEGMENTS_PER_WINDOW",
    "SEGMENT_SECONDS",
    "WINDOW_SECONDS",
    "Segment",
    "open_mono_sound",
    "stream_segments",
]
