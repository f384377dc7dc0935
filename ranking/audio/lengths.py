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
"""Minimum of new sound in a recording's last segment, and so of a recording, in seconds."""
SEGMENTATION = 2
"""Version of how recordings are cut. In the first, zeros filled a last segment shorter than 10 s,
and silence at the end was sound."""
