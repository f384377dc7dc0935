"""Ranking methods by name.

A new one of the program's own is a file in this package and a line here; other packages offer
theirs by an entry point ``judge.methods``. Names are listed without loading anything slow.
"""

from typing import TYPE_CHECKING

from ranking.errors import RankingError
from ranking.files.registry import Registry
from ranking.files.text import did_you_mean, escape_controls

if TYPE_CHECKING:
    from ranking.methods.method import Method

METHODS: Registry["Method"] = Registry(
    "ranking.methods.method:Method",
    "judge.methods",
    {
        "bradley-terry": "ranking.methods.bradley_terry:BRADLEY_TERRY",
        "bradley-terry-order": "ranking.methods.models.order_effect:ORDER_EFFECT",
        "davidson": "ranking.methods.models.davidson:DAVIDSON",
        "thurstone": "ranking.methods.models.thurstone:THURSTONE",
        "wins": "ranking.methods.counting:WINS",
        "win-rate": "ranking.methods.counting:WIN_RATE",
        "pagerank": "ranking.methods.pagerank:PAGERANK",
        "copeland": "ranking.methods.copeland:COPELAND",
        "kemeny": "ranking.methods.kemeny:KEMENY",
        "mean-mark": "ranking.methods.marks:MEAN",
        "trimmed-mean": "ranking.methods.marks:TRIMMED",
        "corrected-mean-2": "ranking.methods.marks:CORRECTED_2",
        "corrected-mean-3": "ranking.methods.marks:CORRECTED_3",
        "z-score": "ranking.methods.marks:Z_SCORES",
        "borda": "ranking.methods.marks:BORDA",
        "skating": "ranking.methods.skating:SKATING",
    },
    RankingError,
)


def find_method(name: str) -> "Method":
    """Return the method of a name.

    Raises
    ------
    RankingError
        If there is no such method, or that of another package cannot be used.
    """
    if name not in METHODS:
        raise RankingError(
            "ranking",
            f"no method {escape_controls(name)!r}{did_you_mean(name, list(METHODS))}",
            f"choose {', '.join(METHODS)}",
        )
    return METHODS[name]
