"""How long the pieces of a recording are.

A *segment* is 10 s, a *window* is thirty of them, 5 minutes [1]_. Numbers alone, so that whoever
only names them need not load what decodes sound.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 3.
"""

SEGMENT_SECONDS = 10
SEGMENTS = 30
"""Of a window."""
WINDOW_SECONDS = SEGMENT_SECONDS * SEGMENTS
SHORTEST_SECONDS = 1.0
"""Of a segment at a recording's end, and so of a recording."""
