"""One style for every figure: safe for colour-blind readers, legible in print and in dark mode.

Colours of results run from grey (eliminated first) through the viridis scale, so that they are also
in order of lightness; results differ by marker too. Shares above and below one half are blue and
orange. Letters that DejaVu Sans lacks are drawn in an installed font that has them, else as boxes.
A ``matplotlibrc``, in the working folder or elsewhere, changes nothing.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import Affine2D

from ranking.errors import FileWarning
from ranking.files.atomic import write_bytes
from ranking.files.text import escape_controls

MISSING = r"Glyph (\d+) .*missing from font"
"""What matplotlib warns of where a font lacks a letter."""
SHOWN = 12  # letters that a warning names
HEADING_GAP, HEADING_LINE = 0.12, 0.15
"""Inches under a heading, and of a line of it."""
LETTER = 0.062
"""Inches of a letter of a heading's lines, on average."""
LONGEST_LABEL, LONGEST_TITLE = 60, 300
"""Letters that are drawn of a name, and of a title: a figure of 3,000 would take gigabytes."""


@dataclass(frozen=True)
class Palette:
    """Colours of light or of dark mode, as #rrggbb."""

    paper: str
    """Background."""
    ink: str
    """Text and axes."""
    quiet: str
    """Secondary text, and lines of reference."""
    band: str
    """Null band."""
    accent: str
    """What a figure points out."""
    won: str
    """A share of 1."""
    even: str
    """A share of one half, or an amount of 0."""
    lost: str
    """A share of 0."""
    viridis: tuple[float, float]
    """Positions on the viridis scale of the second lowest and the highest result."""


LIGHT = Palette(
    paper="#ffffff",
    ink="#222222",
    quiet="#6b7280",
    band="#c9d3dc",
    accent="#b2182b",
    won="#1f5fa8",
    even="#dcdcd7",
    lost="#c2600c",
    viridis=(0.72, 0.0),
)
DARK = Palette(
    paper="#15181c",
    ink="#e6e8ea",
    quiet="#9aa3ad",
    band="#39434e",
    accent="#ff8f7d",
    won="#6cabf0",
    even="#454d57",
    lost="#f0a04c",
    viridis=(0.4, 1.0),
)
MARKERS = "ods^*PD"
"""Markers of results from the lowest, the forms of ``SYMBOLS`` in ``page/data.js``."""
LARGER = {"*": 1.7, "d": 1.2}
"""By how much markers are enlarged that are small beside others of their size."""
FONT = "DejaVu Sans"
FALLBACKS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC"),
    *("WenQuanYi Zen Hei", "IPAGothic", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic"),
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Arial Unicode MS"),
    *("Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari"),
)
"""Families that have letters which :data:`FONT` lacks; those that are installed are used."""
SETTINGS: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.dpi": 100,
    "font.size": 9,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "judge",
    "text.parse_math": False,
}
INKED = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")


@contextmanager
def plot_style(*, dark: bool | None = None) -> Iterator[None]:
    """Draw in this style, in light or dark mode; None keeps the mode in force."""
    colours = palette() if dark is None else DARK if dark else LIGHT
    settings: Any = SETTINGS | dict.fromkeys(INKED, colours.ink)
    settings |= dict.fromkeys(("figure.facecolor", "axes.facecolor"), colours.paper)
    settings["font.family"] = [FONT, *_installed_fallbacks()]
    with mpl.rc_context(), warnings.catch_warnings():
        if mpl.rcParams["svg.hashsalt"] != SETTINGS["svg.hashsalt"]:  # not in this style yet
            mpl.rcdefaults()
        mpl.rcParams.update(settings)
        warnings.filterwarnings("ignore", message=MISSING)  # render_figure says so
        yield


@cache
def _installed_fallbacks() -> tuple[str, ...]:
    installed = set(fontManager.get_font_names())
    return tuple(family for family in FALLBACKS if family in installed)


def label_text(text: object, longest: int = LONGEST_LABEL) -> str:
    """Return a text as figures show it: without control characters, cut off where it is long."""
    shown = escape_controls(str(text))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def palette() -> Palette:
    """Return the colours of the mode in force."""
    return DARK if mpl.rcParams["figure.facecolor"] == DARK.paper else LIGHT


def new_axes(width: float, height: float) -> Axes:
    """Return empty axes on a new figure of that size, in inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure.add_subplot()


@plot_style()
def head_figure(figure: Figure, title: str, *lines: str) -> Figure:
    """Write a title over what a figure shows, and lines under the title; return the figure.

    The text may stand outside of the figure's area, which a saved file is widened to hold. Lines
    wider than what is shown are wrapped; empty ones are left out.
    """
    width, height = figure.get_size_inches()
    canvas: Any = FigureCanvasAgg(figure)
    drawn = figure.get_tightbbox(canvas.get_renderer())
    wrapped = [
        fill(label_text(line, LONGEST_TITLE), int(drawn.width / LETTER), break_on_hyphens=False)
        for line in lines
        if line
    ]
    text = "\n".join(wrapped)
    top = drawn.y1 + HEADING_GAP
    place: Any = {"x": drawn.x0 / width, "va": "bottom", "ha": "left"}
    figure.text(y=top / height, s=text, fontsize=8, color=palette().quiet, **place)
    top += HEADING_LINE * (text.count("\n") + 1) if text else 0
    figure.text(y=top / height, s=label_text(title, LONGEST_TITLE), fontsize=11, **place)
    return figure


def tier_colours(tiers: tuple[str, ...]) -> dict[str, str]:
    """Return a colour for each result: the lowest grey, higher ones with ever more contrast."""
    steps = max(len(tiers) - 2, 1)
    low, high = palette().viridis
    scale = colormaps["viridis"]
    higher = {
        tier: to_hex(scale(low + (high - low) * place / steps))
        for place, tier in enumerate(tiers[1:])
    }
    return dict.fromkeys(tiers[:1], "#9aa0a6") | higher


def tier_markers(tiers: tuple[str, ...]) -> dict[str, MarkerStyle]:
    """Return a marker for each result."""
    forms = [MARKERS[place % len(MARKERS)] for place in range(len(tiers))]
    return {
        tier: MarkerStyle(form, transform=Affine2D().scale(LARGER.get(form, 1)))
        for tier, form in zip(tiers, forms, strict=True)
    }


def share_colormap() -> Colormap:
    """Return the colour map of shares: lost, even, won; missing values have that of the paper."""
    colours = palette()
    scale = LinearSegmentedColormap.from_list("share", [colours.lost, colours.even, colours.won])
    return scale.with_extremes(bad=colours.paper)


def amount_colormap() -> Colormap:
    """Return the colour map of amounts from 0 to 1; missing values have that of the paper."""
    colours = palette()
    scale = LinearSegmentedColormap.from_list("amount", [colours.even, colours.won])
    return scale.with_extremes(bad=colours.paper)


def render_figure(figure: Figure, kind: str) -> bytes:
    """Return the figure as a PNG or SVG file, the same bytes every time.

    A warning names letters that no installed font has: they are drawn as boxes.
    """
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with plot_style(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(buffer, format=kind, dpi=200, metadata=metadata, bbox_inches="tight")
    letters = ""
    for one in caught:
        if glyph := re.match(MISSING, str(one.message)):
            letters += chr(int(glyph[1])) * (chr(int(glyph[1])) not in letters)
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if letters:
        what = f"no installed font has {letters[:SHOWN]}{'…' * (len(letters) > SHOWN)}"
        warnings.warn(
            FileWarning(f"Figures: {what}; boxes stand for them. fonts-noto has most letters."),
            stacklevel=2,
        )
    return buffer.getvalue()


def write_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write the figure as PNG and as SVG; return their paths.

    Parameters
    ----------
    figure
        Figure to write.
    folder
        Folder to write to, made if there is none.
    name
        File name without its ending.
    """
    paths = []
    for kind in ("png", "svg"):
        paths.append(folder / f"{name}.{kind}")
        write_bytes(render_figure(figure, kind), paths[-1])
    return paths
