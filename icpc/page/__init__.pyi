from .figures import draw_figures
from .page import report_page

__all__ = [
    "draw_figures",
    "report_page",
]
