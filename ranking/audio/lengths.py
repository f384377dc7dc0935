"""How long segments and windows are.

A *segment* is 10 s, a *window* is thirty of them, 5 minutes [1]_. Numbers alone, so that a module
that needs only them does not load the decoder.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 3.
"""

SEGMENT_SECONDS = 10
SEGMENTS_PER_WINDOW = 30
"""Number of segments in a window."""
WINDOW_SECONDS = SEGMENT_SECONDS * SEGMENTS_PER_WINDOW
MIN_SEGMENT_SECONDS = 1.0
"""Minimum length of a recording's last segment, and so of a recording, in seconds."""
