from .competitions import Competition, bundled_names, load_competition, read_competition
from .recordings import recordings_in, recordings_of
from .roster import read_roster
from .rounds import level_name

__all__ = [
    "Competition",
    "bundled_names",
    "level_name",
    "load_competition",
    "read_competition",
    "read_roster",
    "recordings_in",
    "recordings_of",
]
