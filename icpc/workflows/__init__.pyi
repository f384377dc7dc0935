from .comparison import MethodComparison, RankingComparison, compare, compare_methods
from .competitions import bundled_or_own_competition, list_competitions
from .demonstration import Demonstration, demonstrate
from .embedding import embed
from .panel import open_panel, write_panel, write_panel_figure
from .rankings import open_study, rank
from .recordings import compare_recordings
from .results import check, hit_rate, report, write_hit_rate, write_report_figures
from .settings import EmbeddingOptions, RankingOptions, RecordingOptions, Source

__all__ = [
    "Demonstration",
    "EmbeddingOptions",
    "MethodComparison",
    "RankingComparison",
    "RankingOptions",
    "RecordingOptions",
    "Source",
    "bundled_or_own_competition",
    "check",
    "compare",
    "compare_methods",
    "compare_recordings",
    "demonstrate",
    "embed",
    "hit_rate",
    "list_competitions",
    "open_panel",
    "open_study",
    "rank",
    "report",
    "write_hit_rate",
    "write_panel",
    "write_panel_figure",
    "write_report_figures",
]
