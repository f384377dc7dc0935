"""Fit, schedule and neighbours of small fields, in words."""

from pathlib import Path

import pandas as pd
import pytest

from icpc.competition.competitions import Competition
from icpc.findings.model_fit import find_model_fit, find_neighbours, find_schedule
from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study


def study(rows, **settings):
    """A study of comparisons of letters, first, second and winner."""
    table = pd.DataFrame([tuple(row) for row in rows], columns=["first", "second", "winner"])
    ids = sorted({*table["first"], *table["second"]})
    roster = pd.DataFrame({"candidate": ids, "name": [one.upper() for one in ids]})
    roster = roster.assign(country="", reached="", score=float("nan"), exempt=False)
    competition = Competition("small", "Small", (), roster, Path("roster.csv"))
    comparisons = Comparisons(table.assign(votes=1, windows=1), "comparisons")
    return run_study(competition, comparisons, Settings(**settings))


def test_pairs_that_alone_hold_the_field_together_are_named():
    """Two triangles, and c and d between them."""
    rows = ["aba", "bcb", "cac", "cdc", "ded", "efe", "fdf", "dcd"]
    (finding,) = find_schedule(study(rows))
    assert finding.value == 1
    assert "7 of 15 pairs were compared, 1 to 2 times each" in finding.sentence
    assert "candidates met 2 to 3 of 5 others" in finding.sentence
    assert finding.sentence.endswith("cannot be compared: C and D.")


def test_a_field_that_no_pair_alone_holds_together():
    (finding,) = find_schedule(study(["aba", "bcb", "cac"]))
    assert finding.value == 0
    assert finding.sentence.endswith("No single pair holds the field together.")


def test_the_worst_fit_is_the_pair_against_the_others():
    """A beat b nine times, b beat c nine times, and c beat a nine times of ten."""
    rows = [*["aba"] * 9, *["bcb"] * 9, "abb", "bcc", *["aca"] * 1, *["acc"] * 9]
    (finding,) = find_model_fit(study(rows))
    assert "won 9 of 10 against" in finding.sentence
    assert "there is no p" in finding.sentence
    assert finding.value == pytest.approx(3 * 2 * (9 * 0.587787 - 1.609438), abs=1e-4)


def test_other_methods_have_neither_fit_nor_neighbours():
    by_wins = study(["aba", "bcb", "cac"], method="win-rate")
    assert [*find_model_fit(by_wins), *find_neighbours(by_wins)] == []


def test_jurors_or_comparisons_that_tell_neighbours_apart(study2025, study2015):
    (jurors,) = find_neighbours(study2025)
    assert jurors.sentence.endswith("jurors like these 17.")
    (comparisons,) = find_neighbours(study2015)
    assert comparisons.sentence.endswith("independent comparisons of the two.")
    assert comparisons.value > jurors.value > 0


def test_where_every_pair_is_as_expected_none_fits_worst():
    """Whether strengths are infinitely far apart, or equal."""
    for rows in (["aba", "bcb", "aca"] * 2, ["abt", "bct", "act"]):
        own = study([(one[0], one[1], one[2].replace("t", "tie")) for one in rows])
        (fit,) = find_model_fit(own)
        assert "Every pair is as they expect." in fit.sentence
        assert fit.value == pytest.approx(0, abs=1e-3)
        (gap,) = find_neighbours(own)
        assert gap.sentence.endswith("how far neighbours lie apart cannot be said.")


def test_equals_have_no_gap():
    rows = [row for pair in ("ab", "ac", "bc") for row in (pair + pair[0], pair + pair[1])] * 5
    (finding,) = find_neighbours(study(rows))
    assert "cannot be said" in finding.sentence
