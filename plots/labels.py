"""Names beside points, without overlaps.

Each name tries positions around its point, the near ones first, and takes the first where it covers
no other name, no point, no edge, no straight line across the axes (``axhline``, ``axvline``) and no
line that leads to another name; its own line must keep clear of names, points and other such lines.
Names extend away from the crowded side of the axes, and points are labelled in that order, so that
the line of the next point finds its way past the names already placed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.path import Path
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from plots.style import palette

RADII = (10, *range(16, 300, 7))  # points from the dot
NEAR = 100  # both directions are tried up to here before places further off
ANGLES = np.radians([60, -60, 30, -30, 90, -90, 0, 75, -75, 45, -45, 15, -15])  # to the right
DOT = 4.0  # half the width of a dot, in points
AIR = 2.0  # around a name, in pixels
GROWTH = (0.0, 0.06, 0.12, 0.18, 0.24, 0.3, 0.4, 0.5)


@dataclass
class _Room:
    """What is taken already, in pixels; boxes are x0, y0, x1, y1."""

    edges: np.ndarray
    dots: np.ndarray
    rules: np.ndarray
    names: list[np.ndarray] = field(default_factory=list)
    lines: list[Path] = field(default_factory=list)

    def free(self, boxes: np.ndarray) -> np.ndarray:
        """Which boxes, shape (n, 4), cover no edge, dot, rule or name."""
        inside = np.all((boxes[:, :2] >= self.edges[:2]) & (boxes[:, 2:] <= self.edges[2:]), axis=1)
        taken = np.vstack([self.dots, self.rules, *self.names])
        apart = np.any(
            (boxes[:, np.newaxis, :2] > taken[:, 2:]) | (boxes[:, np.newaxis, 2:] < taken[:, :2]),
            axis=2,
        )
        return np.logical_and(inside, np.all(apart, axis=1))

    def clear(self, box: np.ndarray, line: Path) -> bool:
        """Whether the line crosses no name, dot or line, and the box no line."""
        name = Bbox.from_extents(*box)
        others = [Bbox.from_extents(*other) for other in (*self.names, *self.dots)]
        return not (
            any(other.intersects_bbox(name, filled=False) for other in self.lines)
            or any(line.intersects_bbox(other, filled=False) for other in others)
            or any(line.intersects_path(other, filled=False) for other in self.lines)
        )


def label_points_with_room(
    ax: Axes, points: Sequence[tuple[float, float]], names: Sequence[str], dots: np.ndarray
) -> list[Annotation]:
    """Write each name near its point, clear of all dots; return the labels.

    Where names find no room, the axes grow upwards until they do; a name that finds none even then
    is left out.

    Parameters
    ----------
    ax
        Axes to write on.
    points
        Position of each name's point, in data coordinates.
    names
        Names, as many as points.
    dots : float, shape (n, 2)
        Positions of all dots to keep clear of, in data coordinates.
    """
    low, high = ax.get_ylim()
    labels: list[Annotation] = []
    already = set(ax.texts)
    for growth in GROWTH:
        for text in set(ax.texts) - already:
            text.remove()
        ax.set_ylim(low, high + growth * (high - low))
        labels = _place_all(ax, points, names, dots)
        if len(labels) == len(points):
            break
    return labels


def _place_all(
    ax: Axes, points: Sequence[tuple[float, float]], names: Sequence[str], dots: np.ndarray
) -> list[Annotation]:
    """Write the names that find room on the axes as they are."""
    renderer = _draw(ax)
    spots = ax.transData.transform(dots)
    half = DOT * ax.figure.dpi / 72
    room = _Room(
        np.array(ax.get_window_extent(renderer).extents),
        np.hstack([spots - half, spots + half]),
        _rules(ax, renderer),
    )
    middle = np.mean(ax.get_xlim())
    side = 1 if np.mean([x for x, _ in points]) < middle else -1
    order = sorted(range(len(points)), key=lambda at: -side * points[at][0])
    labels = (_placed(ax, renderer, points[at], names[at], room, side) for at in order)
    return [label for label in labels if label is not None]


def _rules(ax: Axes, renderer: RendererAgg) -> np.ndarray:
    """Boxes of the straight lines across the axes, shape (n, 4)."""
    boxes = [line.get_window_extent(renderer) for line in ax.lines]
    flat = [box.extents for box in boxes if box.width == 0 or box.height == 0]
    return np.array(flat).reshape(-1, 4)


def _placed(
    ax: Axes,
    renderer: RendererAgg,
    point: tuple[float, float],
    name: str,
    room: _Room,
    side: int,
) -> Annotation | None:
    """The name at the first free place around its point, which is then taken."""
    label = ax.annotate(
        name,
        point,
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=8,
        color=palette().ink,
        va="center",
    )
    scale = ax.figure.dpi / 72
    spot = ax.transData.transform(point)
    size = np.asarray(label.get_window_extent(renderer).size) + 2 * AIR
    offsets, directions = _places(side)
    starts = np.where(directions[:, np.newaxis] > 0, 0, [-size[0], 0]) - [0, size[1] / 2]
    corners = spot + offsets * scale + starts
    boxes = np.hstack([corners, corners + size])
    for at in np.flatnonzero(room.free(boxes)):
        nearest = np.clip(spot, boxes[at, :2], boxes[at, 2:])
        rim = spot + 1.45 * DOT * scale * offsets[at] / np.linalg.norm(offsets[at])
        line = Path([rim, nearest])
        if room.clear(boxes[at], line):
            room.names.append(boxes[at])
            room.lines.append(line)
            label.set_position(tuple(offsets[at] + [directions[at] * AIR / scale, 0]))
            label.set_horizontalalignment("left" if directions[at] > 0 else "right")
            _draw_line(ax, point, (nearest - spot) / scale)
            return label
    label.remove()
    return None


def _places(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets to try in points, shape (n, 2), and which way the name reads from each."""
    around = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
    radii = np.array(RADII)
    places, directions = [], []
    for ring in (radii[radii <= NEAR], radii[radii > NEAR]):
        right = (ring[:, np.newaxis, np.newaxis] * around).reshape(-1, 2)
        for way in (side, -side):
            places.append(right * [way, 1])
            directions.append(np.full(len(right), way))
    return np.vstack(places), np.concatenate(directions)


def _draw_line(ax: Axes, point: tuple[float, float], offset: np.ndarray) -> None:
    """Lead from a dot to its name, ``offset`` points away."""
    line = {
        "arrowstyle": "-",
        "color": palette().quiet,
        "linewidth": 0.6,
        "shrinkA": 0,
        "shrinkB": 3,
    }
    ax.annotate("", point, xytext=tuple(offset), textcoords="offset points", arrowprops=line)


def _draw(ax: Axes) -> RendererAgg:
    """Lay the figure out, so that places in it are known."""
    canvas: Any = FigureCanvasAgg(ax.figure.figure)
    canvas.draw()
    renderer: RendererAgg = canvas.get_renderer()
    return renderer
