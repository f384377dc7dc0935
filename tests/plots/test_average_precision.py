"""Figure 3 shows every value of its table, and can be read without colour."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from plots.average_precision import average_precision_figure, draw_average_precisions

NAMES = ("scales", "arpeggios", "octaves", "repeated-notes", "staccato")
EPOCHS = np.arange(1, 11)


def table_of(names=NAMES, spread=0.01):
    rows = [
        pd.DataFrame(
            {
                "name": name,
                "epoch": EPOCHS,
                "average_precision": 0.3 + spread * place + 0.03 * EPOCHS,
                "random": 0.2 + 0.01 * place,
            }
        )
        for place, name in enumerate(names)
    ]
    return pd.concat(rows, ignore_index=True)


def lines_of(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def test_every_value_is_on_the_line_of_its_class():
    table = table_of()
    ax = draw_average_precisions(table)
    for name, own in table.groupby("name"):
        (line,) = lines_of(ax, name)
        np.testing.assert_allclose(line.get_xdata(), own["epoch"])
        np.testing.assert_allclose(line.get_ydata(), own["average_precision"])
    assert len({line.get_marker() for name in NAMES for line in lines_of(ax, name)}) == len(NAMES)


def test_random_is_a_line_of_each_class():
    ax = draw_average_precisions(table_of())
    level = [line.get_ydata() for line in ax.lines if line.get_linestyle() != "-"]
    flat = sorted(own[0] for own in level if len(own) == 2 and own[0] == own[1])
    assert flat == pytest.approx([0.2, 0.21, 0.22, 0.23, 0.24])
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    assert "octaves  0.62 (random 0.22)" in texts


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.2])
def test_names_at_the_ends_do_not_cover_each_other(spread):
    ax = draw_average_precisions(table_of(tuple("123456789"), spread / 2))
    canvas = FigureCanvasAgg(ax.figure.figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in ax.texts if text.get_text()]
    assert len(boxes) == 9
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)


def test_a_class_without_average_precision_is_not_named():
    table = table_of()
    table.loc[table["name"] == "scales", "average_precision"] = np.nan
    texts = [text.get_text() for text in draw_average_precisions(table).texts]
    assert not any(text.startswith("scales") for text in texts)


def test_there_is_a_panel_for_each_encoder():
    figure = average_precision_figure({"one": table_of(), "<b>two</b>": table_of()}, "Technique")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["one", "<b>two</b>"]
