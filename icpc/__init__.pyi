from .competition.competitions import load_competition, read_competition
from .study.runs import load_run, save_run
from .study.source import read_verdicts
from .study.study import Settings
from .workflows.comparison import compare
from .workflows.rankings import rank
from .workflows.recordings import hear, judge_recordings
from .workflows.results import check, hit_rate, report
from .workflows.settings import RecordingOptions

__version__: str

__all__ = [
    "RecordingOptions",
    "Settings",
    "check",
    "compare",
    "hear",
    "hit_rate",
    "judge_recordings",
    "load_competition",
    "load_run",
    "rank",
    "read_competition",
    "read_verdicts",
    "report",
    "save_run",
]
