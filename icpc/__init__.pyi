from .competition.competitions import (
    competition_without_roster,
    load_competition,
    read_competition,
)
from .study.comparisons import load_comparisons
from .study.runs import load_run, save_run
from .study.settings import Settings
from .workflows.comparison import compare
from .workflows.embedding import load_embedding
from .workflows.rankings import rank
from .workflows.recordings import compare_recordings, prepare_recordings
from .workflows.results import check, hit_rate, report, verify_run
from .workflows.settings import EmbeddingOptions, RecordingOptions

__version__: str

__all__ = [
    "EmbeddingOptions",
    "RecordingOptions",
    "Settings",
    "check",
    "compare",
    "compare_recordings",
    "competition_without_roster",
    "hit_rate",
    "load_comparisons",
    "load_competition",
    "load_embedding",
    "load_run",
    "prepare_recordings",
    "rank",
    "read_competition",
    "report",
    "save_run",
    "verify_run",
]
