from .comparison import Comparison, compare
from .competitions import list_competitions, open_competition
from .demonstration import Demonstration, demonstrate
from .embedding import embed
from .rankings import open_study, rank
from .recordings import compare_recordings
from .results import check, draw_report, hit_rate, report, write_hit_rate
from .settings import Choices, EmbeddingOptions, RecordingOptions, Source
from .train import Training, train_probe
from .weights import list_weights

__all__ = [
    "Choices",
    "Comparison",
    "Demonstration",
    "EmbeddingOptions",
    "RecordingOptions",
    "Source",
    "Training",
    "check",
    "compare",
    "demonstrate",
    "draw_report",
    "embed",
    "hit_rate",
    "compare_recordings",
    "list_competitions",
    "list_weights",
    "open_competition",
    "open_study",
    "rank",
    "report",
    "train_probe",
    "write_hit_rate",
]
