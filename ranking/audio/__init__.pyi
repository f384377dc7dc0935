from .decoding import open_sound
from .lengths import SEGMENT_SECONDS, SEGMENTS, WINDOW_SECONDS
from .segments import Segment, stream_segments

__all__ = [
    "SEGMENTS",
    "SEGMENT_SECONDS",
    "WINDOW_SECONDS",
    "Segment",
    "open_sound",
    "stream_segments",
]
