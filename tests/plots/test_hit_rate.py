"""The hit-rate figure shows what its table says."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from icpc.study.hit_rate import published_points_hit_rate_curve, study_hit_rate_curve
from plots.hit_rate import draw_hit_rate, hit_rate_figure
from plots.style import render_figure, tier_colours, tier_markers
from ranking.errors import TableError


@pytest.fixture(scope="module")
def hit_rate(study2015):
    return study_hit_rate_curve(study2015)


@pytest.fixture(scope="module")
def figure(hit_rate):
    return hit_rate_figure(
        hit_rate.curve,
        hit_rate.summary,
        hit_rate.tiers,
        hit_rate.names,
        hit_rate.labelled,
        hit_rate.x_column,
        hit_rate.title,
    )


def test_every_candidate_is_a_dot_in_the_colour_of_the_round_reached(hit_rate, figure):
    colours = tier_colours(hit_rate.tiers)
    drawn = {}
    for collection in figure.axes[0].collections[1:]:
        tier = collection.get_label().rsplit(" (", 1)[0]
        drawn[tier] = collection.get_offsets()
        assert collection.get_facecolor()[0][:3] == pytest.approx(
            [int(colours[tier][at : at + 2], 16) / 255 for at in (1, 3, 5)], abs=1e-6
        )
    for tier, own in hit_rate.curve.groupby("reached"):
        expected = own[["k", "hit_rate"]].to_numpy(dtype=float)
        np.testing.assert_allclose(np.sort(drawn[tier], axis=0), np.sort(expected, axis=0))
    assert sum(map(len, drawn.values())) == 113


def test_the_band_is_that_of_the_table(hit_rate, figure):
    band = figure.axes[0].collections[0].get_paths()[0].vertices
    for row in hit_rate.curve.drop_duplicates("k").itertuples():
        at = band[band[:, 0] == row.k][:, 1]
        assert row.null_low == pytest.approx(at.min())
        assert row.null_high == pytest.approx(at.max())


def test_the_top_and_the_finalists_are_named(hit_rate, figure):
    texts = {text.get_text() for text in figure.axes[0].texts}
    top = hit_rate.curve["candidate"].head(5).map(hit_rate.names)
    assert set(top) <= texts
    assert {"Szymon Nehring", "Georgijs Osokins", "Dmitry Shishkin"} <= texts


def test_references_say_base_rate_and_cut(figure):
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "base rate 0.513" in legend
    assert "top half: 32 of 56 passed" in legend
    assert "null band: 95 % of random judges stay inside" in legend


@pytest.mark.slow
def test_png_and_svg_are_pictures_and_the_same_every_time(hit_rate, tmp_path):
    first = {path.suffix: path.read_bytes() for path in hit_rate.draw(tmp_path / "a")}
    again = {path.suffix: path.read_bytes() for path in hit_rate.draw(tmp_path / "b")}
    assert first == again
    picture = imread(io.BytesIO(first[".png"]))
    assert min(picture.shape[:2]) > 900
    assert np.unique(picture.reshape(-1, picture.shape[2]), axis=0).shape[0] > 50
    assert ET.fromstring(first[".svg"]).tag.endswith("svg")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "hitrate.csv",
        "hitrate.png",
        "hitrate.svg",
    ]


def test_the_published_figure_has_wins_on_its_axis(icpc2015):
    hit_rate = published_points_hit_rate_curve(icpc2015.published_curve)
    drawn = draw_hit_rate(hit_rate.curve, hit_rate.tiers, hit_rate.x_column)
    assert drawn.get_xlabel() == "comparisons won, at least"
    dots = np.vstack([collection.get_offsets() for collection in drawn.collections[1:]])
    assert len(dots) == 137
    assert dots[:, 0].max() == 236


def test_a_candidate_whose_round_is_not_known_is_drawn_by_score(study2015):
    roster = study2015.competition.roster.copy()
    roster.loc[roster["candidate"] == "tian-lu", "reached"] = ""
    study = replace(study2015, competition=replace(study2015.competition, roster=roster))
    hit_rate = study_hit_rate_curve(study)
    assert hit_rate.tiers == (*study.competition.rounds, "score 1")
    drawn = draw_hit_rate(hit_rate.curve, hit_rate.tiers, hit_rate.x_column)
    assert sum(len(collection.get_offsets()) for collection in drawn.collections[1:]) == 113


def test_dollar_signs_in_names_are_not_formulas(hit_rate):
    names = {candidate: f"${candidate}_x$" for candidate in hit_rate.names}
    drawn = hit_rate_figure(
        hit_rate.curve,
        hit_rate.summary,
        hit_rate.tiers,
        names,
        hit_rate.labelled,
        hit_rate.x_column,
        "$a_b$ [bold]",
    )
    assert render_figure(drawn, "png").startswith(b"\x89PNG")


def test_tiers_differ_in_colour_and_marker():
    tiers = ("none", "prelim", "r1", "r2", "r3", "finals")
    assert len(set(tier_colours(tiers).values())) == len(tiers)
    forms = {marker.get_marker() for marker in tier_markers(tiers).values()}
    assert len(forms) == len(tiers)


def test_a_table_without_its_columns_is_refused(hit_rate):
    with pytest.raises(TableError, match="null_low"):
        draw_hit_rate(hit_rate.curve.drop(columns="null_low"), hit_rate.tiers, "k")
