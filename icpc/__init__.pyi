from .competition.competitions import load_competition, read_competition
from .study.comparisons import load_comparisons
from .study.runs import load_run, save_run
from .study.study import Settings
from .workflows.comparison import compare
from .workflows.rankings import rank
from .workflows.recordings import compare_recordings, prepare_recordings
from .workflows.results import check, hit_rate, report
from .workflows.settings import RecordingOptions

__version__: str

__all__ = [
    "RecordingOptions",
    "Settings",
    "check",
    "compare",
    "prepare_recordings",
    "hit_rate",
    "compare_recordings",
    "load_competition",
    "load_run",
    "rank",
    "read_competition",
    "load_comparisons",
    "report",
    "save_run",
]
