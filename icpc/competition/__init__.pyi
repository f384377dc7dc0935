from .bundled import bundled_competition_names
from .competitions import (
    Competition,
    competition_without_roster,
    load_competition,
    read_competition,
)
from .recordings import find_recordings, list_recordings
from .roster import read_roster
from .rounds import round_or_score_label

__all__ = [
    "Competition",
    "bundled_competition_names",
    "competition_without_roster",
    "find_recordings",
    "list_recordings",
    "load_competition",
    "read_competition",
    "read_roster",
    "round_or_score_label",
]
