"""Shaded tables hold the numbers of their tables, in ink that can be read."""

import numpy as np
import pandas as pd
import pytest
from colours import contrast

from plots.cells import (
    confusion_figure,
    draw_confusion,
    draw_method_agreement,
    draw_round_confusion,
)
from plots.style import plot_style

ROUNDS = ["first", "second", "final"]
COUNTS = pd.DataFrame([[5, 2, 0], [1, 3, 1], [1, 0, 1]], ROUNDS, ROUNDS)


def cells(ax):
    texts = {text.get_position(): text for text in ax.texts}
    side = max(column for column, _ in texts) + 1
    return [[texts[column, row].get_text() for column in range(side)] for row in range(side)]


def test_rounds_have_the_best_on_top():
    ax = draw_round_confusion(COUNTS)
    assert [label.get_text() for label in ax.get_yticklabels()] == ROUNDS[::-1]
    assert cells(ax) == [["1", "0", "1"], ["1", "3", "1"], ["0", "2", "5"]]


def test_shade_is_the_share_of_the_row():
    shades = draw_round_confusion(COUNTS).images[0].get_array()
    np.testing.assert_allclose(shades.sum(axis=1), 1)
    assert shades[2, 2] == pytest.approx(5 / 7)


def test_methods_show_tau_and_what_is_missing():
    names = ["wins", "pagerank"]
    ax = draw_method_agreement(pd.DataFrame([[1, np.nan], [np.nan, -0.254]], names, names))
    assert cells(ax) == [["1.00", "–"], ["–", "-0.25"]]


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_shade(dark):
    values = np.linspace(-1, 1, 9).reshape(3, 3)
    with plot_style(dark=dark):
        ax = draw_method_agreement(pd.DataFrame(values, ROUNDS, ROUNDS))
    image = ax.images[0]
    for text in ax.texts:
        column, row = text.get_position()
        shade = image.cmap(image.norm(image.get_array()[row, column]))
        assert contrast(text.get_color(), shade[:3]) >= 4.5


def test_a_confusion_matrix_has_its_counts_and_the_share_of_the_row_as_shade():
    counts = pd.DataFrame([[6, 2, 0], [0, 0, 0]], ["no", "yes"], ["no", "tie", "yes"])
    ax = draw_confusion(counts)
    assert [text.get_text() for text in ax.texts] == ["6", "2", "0", "0", "0", "0"]
    np.testing.assert_allclose(ax.images[0].get_array(), [[0.75, 0.25, 0], [0, 0, 0]])
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("truth", "answer of the probe")


def test_labels_have_a_matrix_each():
    matrices = dict.fromkeys(["scales", "octaves", "trills"], COUNTS)
    figure = confusion_figure(matrices, "Technique")
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(matrices)
