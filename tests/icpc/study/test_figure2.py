"""The paper's Figure 2 from its own points."""

import pytest

from icpc.study.figure2 import TIERS, published_curve, read_published_points
from icpc.study.hit_rate import published_points_hit_rate_curve
from ranking.errors import CompetitionError


@pytest.fixture(scope="module")
def points(icpc2015):
    return read_published_points(icpc2015.published_curve)


@pytest.fixture(scope="module")
def published(points):
    return published_curve(points)


def test_137_points_71_of_whom_passed(published):
    curve, summary = published
    lowest = curve.iloc[-1]
    assert lowest["k"] == summary.candidates == 137
    assert summary.passed == 71
    assert lowest["hit_rate"] == pytest.approx(71 / 137)


def test_44_of_68_passed_at_94_wins(published):
    curve, summary = published
    at = curve[curve["wins"] >= 94].iloc[-1]
    assert at["k"] == 68
    assert at["hit_rate"] * at["k"] == pytest.approx(44)
    assert (summary.top_half, summary.top_half_passed) == (68, 44)


def test_every_point_is_as_drawn(points, published):
    curve, _ = published
    drawn = points.set_index("candidate")["hit_rate"].loc[curve["candidate"]]
    assert abs(drawn.to_numpy() - curve["hit_rate"].to_numpy()).max() < 0.001


def test_the_whole_curve_is_inside_the_band_of_the_releases_counting(published):
    _, summary = published
    assert not summary.outside_band
    assert summary.auc == pytest.approx(0.698, abs=0.0005)
    assert summary.auc_low < summary.auc < summary.auc_high
    assert summary.auc_low > 0.5  # the counting favours who passed


def test_named_points_are_labelled(icpc2015):
    hit_rate = published_points_hit_rate_curve(icpc2015.published_curve)
    assert "Michał Szymanowski" in hit_rate.labelled
    assert not any(name.startswith("point") for name in hit_rate.labelled)
    assert hit_rate.tiers == TIERS


def test_an_unknown_tier_is_named_with_its_line(icpc2015, tmp_path):
    lines = icpc2015.published_curve.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("r2", "r9")
    broken = tmp_path / "figure.csv"
    broken.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CompetitionError, match=r"figure\.csv, line 4: tier 'r9'; use none, prelim"):
        read_published_points(broken)
