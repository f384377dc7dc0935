from .comparison import RankingComparison, compare
from .competitions import bundled_or_own_competition, list_competitions
from .demonstration import Demonstration, demonstrate
from .embedding import embed
from .rankings import open_study, rank
from .recordings import compare_recordings
from .results import check, hit_rate, report, write_hit_rate, write_report_figures
from .settings import EmbeddingOptions, RankingOptions, RecordingOptions, Source
from .train import TrainingJob, train_and_save_probe

__all__ = [
    "Demonstration",
    "EmbeddingOptions",
    "RankingComparison",
    "RankingOptions",
    "RecordingOptions",
    "Source",
    "TrainingJob",
    "bundled_or_own_competition",
    "check",
    "compare",
    "compare_recordings",
    "demonstrate",
    "embed",
    "hit_rate",
    "list_competitions",
    "open_study",
    "rank",
    "report",
    "train_and_save_probe",
    "write_hit_rate",
    "write_report_figures",
]
