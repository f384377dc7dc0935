from .comparison import RankingComparison, compare
from .competitions import list_competitions, open_competition
from .demonstration import Demonstration, demonstrate
from .embedding import embed
from .rankings import open_study, rank
from .recordings import compare_recordings
from .results import check, draw_report, hit_rate, report, write_hit_rate
from .settings import EmbeddingOptions, RankingOptions, RecordingOptions, Source
from .train import TrainingJob, train_probe
from .weights import list_weights

__all__ = [
    "Demonstration",
    "EmbeddingOptions",
    "RankingComparison",
    "RankingOptions",
    "RecordingOptions",
    "Source",
    "TrainingJob",
    "check",
    "compare",
    "compare_recordings",
    "demonstrate",
    "draw_report",
    "embed",
    "hit_rate",
    "list_competitions",
    "list_weights",
    "open_competition",
    "open_study",
    "rank",
    "report",
    "train_probe",
    "write_hit_rate",
]
