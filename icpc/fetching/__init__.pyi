from .collections import wanted_of_collection, write_manifest
from .estimates import FetchEstimate, estimate_fetch
from .fetch import FetchSettings, fetch_recordings
from .wanted import Wanted, wanted_of_competition

__all__ = [
    "FetchEstimate",
    "FetchSettings",
    "Wanted",
    "estimate_fetch",
    "fetch_recordings",
    "wanted_of_collection",
    "wanted_of_competition",
    "write_manifest",
]
