"""Colours can be told apart, in light and in dark mode."""

import colorsys
import re
import warnings
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from colours import contrast
from matplotlib.colors import to_rgb

from plots import style
from plots.style import (
    LIGHT,
    LONGEST_LABEL,
    MARKERS,
    amount_colormap,
    label_text,
    new_axes,
    palette,
    plot_style,
    render_figure,
    share_colormap,
    tier_colours,
)
from ranking.errors import FileWarning

TIERS = ("none", "first", "second", "third", "final")


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_lines_stand_out_from_the_paper(dark):
    with plot_style(dark=dark):
        colours = palette()
        assert contrast(colours.ink, colours.paper) > 7  # WCAG AAA
        for text in (colours.quiet, colours.accent, colours.won):
            assert contrast(text, colours.paper) > 4.5  # WCAG AA
        assert contrast(colours.lost, colours.paper) > 3  # of a graphic


@pytest.mark.parametrize("dark", [False, True])
def test_results_read_in_order_of_lightness_from_the_paper(dark):
    with plot_style(dark=dark):
        colours = tier_colours(TIERS)
        away = [contrast(colours[tier], palette().paper) for tier in TIERS[1:]]
    assert away == sorted(away)


@pytest.mark.parametrize("dark", [False, True])
def test_won_and_lost_differ_in_more_than_red_and_green(dark):
    """Blue and orange lie across the axis that red-green blind eyes keep."""
    with plot_style(dark=dark):
        won, lost = to_rgb(palette().won), to_rgb(palette().lost)
    assert won[2] - won[0] > 0.3
    assert lost[0] - lost[2] > 0.3
    assert abs(colorsys.rgb_to_hsv(*won)[0] - colorsys.rgb_to_hsv(*lost)[0]) > 0.4


def test_dark_is_in_force_within_and_paper_outside():
    with plot_style(dark=True):
        with plot_style():
            assert palette().paper != LIGHT.paper
            inside = new_axes(2, 2)
        assert to_rgb(inside.figure.get_facecolor()) == to_rgb(palette().paper)
        assert share_colormap()(np.nan)[:3] == to_rgb(palette().paper)
    assert palette() == LIGHT
    assert amount_colormap()(np.nan)[:3] == (1, 1, 1)


def figure_of(name):
    with plot_style():
        ax = new_axes(2, 2)
        ax.plot([0, 1], [0, 1], label=label_text(name))
        ax.set_xticks([0, 1], [label_text(name), "b"])
        ax.legend()
    return ax.figure


def test_a_matplotlibrc_changes_no_figure():
    usual = render_figure(figure_of("anna"), "svg")
    own = {"font.size": 20, "lines.linewidth": 9, "text.usetex": True, "axes.facecolor": "red"}
    with mpl.rc_context(own):
        assert render_figure(figure_of("anna"), "svg") == usual
        assert mpl.rcParams["font.size"] == 20


@pytest.mark.parametrize(
    "name", ["a\x1b\x00\x07b", "--><script>", "\udce9", "\ufffe", "a\nb" * 900]
)
def test_an_svg_is_xml_whatever_names_are(name):
    ElementTree.fromstring(render_figure(figure_of(name), "svg"))


def test_long_names_are_cut_off_in_figures():
    assert label_text("Anna") == "Anna"
    assert len(label_text("x" * 3000)) == LONGEST_LABEL
    assert label_text("x" * 3000).endswith("x…")


def test_results_have_the_same_forms_in_figures_as_in_the_page():
    """Names of d3's symbols and of matplotlib's markers of these forms."""
    script = (Path(__file__).parents[2] / "plots/page/data.js").read_text("utf-8")
    (listed,) = re.findall(r"const SYMBOLS = \[([^\]]+)\]", script)
    forms = {
        "Circle": "o",
        "Diamond": "d",
        "Square": "s",
        "Triangle": "^",
        "Star": "*",
        "Cross": "P",
        "Diamond2": "D",
    }
    assert "".join(forms[name] for name in re.findall(r"d3\.symbol(\w+)", listed)) == MARKERS


def drawn(text, kind="svg"):
    with plot_style():
        ax = new_axes(2, 2)
        ax.set_title(text)
        return render_figure(ax.figure, kind)


def test_text_is_text_in_an_svg():
    texts = [own.text for own in ElementTree.fromstring(drawn("Łukasz & Björk")).iter() if own.text]
    assert "Łukasz & Björk" in texts


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_letters_that_no_font_has_are_named(monkeypatch, kind):
    monkeypatch.setattr("plots.style._installed_fallbacks", tuple)
    with pytest.warns(FileWarning, match="no installed font has 张郎; boxes stand for them"):
        drawn("张 Lang 郎", kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn("Łukasz, Αθηνά, Иван", kind)


def test_a_font_that_is_installed_stands_in_for_missing_letters(monkeypatch):
    names = ["Noto Sans Arabic", "DejaVu Sans", "Other"]
    monkeypatch.setattr("plots.style.fontManager.get_font_names", lambda: names)
    style._installed_fallbacks.cache_clear()
    try:
        with plot_style():
            assert mpl.rcParams["font.family"] == ["DejaVu Sans", "Noto Sans Arabic"]
    finally:
        style._installed_fallbacks.cache_clear()
