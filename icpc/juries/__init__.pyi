from .against import OtherRanking, read_other_ranking
from .analysis import PanelAnalysis, analyse_panel
from .panel import Panel, make_panel
from .section import Column, Section

__all__ = [
    "Column",
    "OtherRanking",
    "Panel",
    "PanelAnalysis",
    "Section",
    "analyse_panel",
    "make_panel",
    "read_other_ranking",
]
