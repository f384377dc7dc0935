"""Names beside points, none upon another.

Each name tries places around its point, the near ones first, and takes the first where it covers
no other name, no point, no edge and no line that leads to another name; its own line must keep
clear of the other names and lines too. The order of the points decides who chooses first, so the
same picture comes out every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from plots.style import INK, QUIET

RADII = (10, 18, 28, 40, 55, 72, 92, 115, 140, 170, 205, 245, 290)  # points from the dot
ANGLES = np.radians([*(60, 120, 30, 150, 0, 180), *range(15, 375, 15)])
DOT = 4.0  # half the width of a dot, in points


@dataclass
class _Room:
    """What is taken already, in pixels."""

    edges: Bbox
    dots: list[Bbox]
    names: list[Bbox] = field(default_factory=list)
    lines: list[Path] = field(default_factory=list)

    def takes(self, name: Bbox, line: Path) -> bool:
        """Whether a name and the line to it are clear of everything."""
        inside = self.edges.x0 <= name.x0 and name.x1 <= self.edges.x1
        inside = inside and self.edges.y0 <= name.y0 and name.y1 <= self.edges.y1
        return (
            inside
            and not name.count_overlaps(self.dots + self.names)
            and not any(other.intersects_bbox(name, filled=False) for other in self.lines)
            and not any(line.intersects_bbox(other, filled=False) for other in self.names)
            and not any(line.intersects_bbox(dot.padded(-1), filled=False) for dot in self.dots)
            and not any(line.intersects_path(other, filled=False) for other in self.lines)
        )


def place_labels(
    ax: Axes, points: Sequence[tuple[float, float]], names: Sequence[str], dots: np.ndarray
) -> list[Annotation]:
    """Write each name near its point, in data coordinates, clear of all dots; shape (n, 2).

    A name that finds no room at all is left out.
    """
    renderer = _draw(ax)
    half = DOT * ax.figure.dpi / 72
    spots = ax.transData.transform(dots)
    room = _Room(
        ax.get_window_extent(renderer),
        [Bbox.from_extents(*(spot - half), *(spot + half)) for spot in spots],
    )
    labels = [
        _placed(ax, renderer, point, name, room) for point, name in zip(points, names, strict=True)
    ]
    return [label for label in labels if label is not None]


def _draw(ax: Axes) -> RendererAgg:
    """Lay the figure out, so that places in it are known."""
    canvas: Any = FigureCanvasAgg(ax.figure.figure)
    canvas.draw()
    renderer: RendererAgg = canvas.get_renderer()
    return renderer


def _placed(
    ax: Axes, renderer: RendererAgg, point: tuple[float, float], name: str, room: _Room
) -> Annotation | None:
    """The name at the first free place around its point, which is then taken."""
    label = ax.annotate(
        name,
        point,
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=8,
        color=INK,
        va="center",
        arrowprops={
            "arrowstyle": "-",
            "color": QUIET,
            "linewidth": 0.6,
            "shrinkA": 0,
            "shrinkB": 3,
        },
    )
    spot = ax.transData.transform(point)
    for radius in RADII:
        for angle in ANGLES:
            offset = np.array([np.cos(angle), np.sin(angle)])
            label.set_position(tuple(radius * offset))
            label.set_horizontalalignment("left" if offset[0] > -0.01 else "right")
            label.update_positions(renderer)
            extent = Text.get_window_extent(label, renderer).padded(2)
            nearest = np.clip(spot, extent.min, extent.max)
            line = Path([spot + _to_rim(offset, ax), nearest])
            if room.takes(extent, line):
                room.names.append(extent)
                room.lines.append(line)
                return label
    label.remove()
    return None


def _to_rim(offset: np.ndarray, ax: Axes) -> np.ndarray:
    """From the middle of a dot to its rim, so that a line does not count as crossing its dot."""
    return offset * 1.45 * DOT * ax.figure.dpi / 72
