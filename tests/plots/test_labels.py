"""Names in a figure cover nothing and nothing covers them."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from plots.labels import label_points_with_room


def placed(points, names, dots):
    figure = Figure(figsize=(7, 5))
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    ax.scatter(*np.transpose(dots), s=26)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    labels = label_points_with_room(ax, points, names, dots)
    figure.canvas.draw()
    return ax, labels, [label.get_window_extent() for label in labels]


def dots_in_pixels(ax, dots):
    return ax.transData.transform(dots)


@pytest.mark.parametrize("seed", range(5))
def test_names_keep_clear_of_each_other_of_dots_and_of_the_edge(seed):
    rng = np.random.default_rng(seed)
    dots = rng.random((80, 2)) * [0.9, 0.7] + 0.05
    points = [tuple(dot) for dot in dots[:9]]
    ax, labels, boxes = placed(points, [f"Candidate No {i}" for i in range(9)], dots)
    assert sorted(label.get_text() for label in labels) == [f"Candidate No {i}" for i in range(9)]
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[at + 1 :])
        assert not any(box.contains(*dot) for dot in dots_in_pixels(ax, dots))
        edges = ax.get_window_extent()
        assert edges.x0 <= box.x0
        assert box.x1 <= edges.x1
        assert edges.y0 <= box.y0
        assert box.y1 <= edges.y1


def test_names_stand_on_no_line_across_the_axis():
    figure = Figure(figsize=(7, 5))
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    dots = np.array([[0.4, 0.5], [0.2, 0.3]])
    ax.scatter(*dots.T, s=26)
    ax.plot([0, 1], [0, 1])  # goes across too, but is not straight: it takes no room
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    level, wall = ax.axhline(0.34), ax.axvline(0.45)
    labels = label_points_with_room(
        ax, list(map(tuple, dots)), ["at the wall", "below the level"], dots
    )
    figure.canvas.draw()
    assert len(labels) == 2
    for label in labels:
        box = label.get_window_extent()
        assert not box.y0 <= level.get_window_extent().y0 <= box.y1
        assert not box.x0 <= wall.get_window_extent().x0 <= box.x1


def test_points_on_one_another_get_a_name_each():
    dots = np.array([[0.5, 0.5]] * 4)
    _, labels, boxes = placed([(0.5, 0.5)] * 4, ["Ann", "Bob", "Cyd", "Dan"], dots)
    assert len(labels) == 4
    assert not any(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


def test_the_axis_grows_where_names_find_no_room():
    dots = np.stack(np.meshgrid(np.linspace(0, 1, 24), np.linspace(0.02, 0.98, 24)), -1)
    dots = dots.reshape(-1, 2)
    points = [(0.5, 0.98), (0.25, 0.98), (0.75, 0.98)]
    ax, labels, _ = placed(points, ["Rachmaninoff", "Paderewski", "Friedman"], dots)
    assert len(labels) == 3
    assert ax.get_ylim()[1] > 1


def test_a_name_that_finds_no_room_is_left_out_not_put_on_another():
    dots = np.array([[0.5, 0.5]])
    ax, labels, _ = placed([(0.5, 0.5)], ["a name wider than the whole of the axis " * 5], dots)
    assert labels == []
    assert not [text for text in ax.texts if isinstance(text, Annotation)]
