"""One style for every picture: colour-blind safe, legible in print.

Colours of rounds run from grey (went out first) through the viridis scale, so that they also read
in order of lightness; rounds differ by marker too.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

BAND = "#c9d3dc"
INK = "#222222"
QUIET = "#6b7280"
ACCENT = "#b2182b"
MARKERS = "oDs^vPXd"
SETTINGS: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.dpi": 100,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "judge",
    "text.parse_math": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style."""
    with mpl.rc_context(SETTINGS):
        yield


def tier_colours(tiers: tuple[str, ...]) -> dict[str, str]:
    """A colour for each result, the lowest grey, the higher the darker."""
    steps = max(len(tiers) - 2, 1)
    scale = colormaps["viridis"]
    higher = {
        tier: to_hex(scale(0.9 - 0.9 * place / steps)) for place, tier in enumerate(tiers[1:])
    }
    return {tiers[0]: "#9aa0a6", **higher}


def tier_markers(tiers: tuple[str, ...]) -> dict[str, str]:
    """A marker for each result."""
    return {tier: MARKERS[place % len(MARKERS)] for place, tier in enumerate(tiers)}


def rendered(figure: Figure, kind: str) -> bytes:
    """The figure as a PNG or SVG file, the same bytes every time."""
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with style():
        figure.savefig(buffer, format=kind, dpi=200, metadata=metadata, bbox_inches="tight")
    return buffer.getvalue()
