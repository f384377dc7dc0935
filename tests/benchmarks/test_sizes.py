"""Sizes of the program's tests where there is no effect: a part of the benchmark."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def sizes():
    """The benchmark, which imports others from its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).parent), *sys.path])
        yield import_module("sizes")


def setting(sizes, group, name):
    (found,) = (one for one in sizes.settings()[group] if one.name == name)
    return found


def test_settings_have_names_of_their_own_and_print_a_line_for_each_test(sizes, capsys):
    groups = sizes.settings()
    for members in groups.values():
        assert len({one.name for one in members}) == len(members)
    sizes.print_sizes(1, 0, ["order"])
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == 26
    assert all(float(line[76:].split()[0]) in (0, 100) for line in lines)


def test_the_reachable_level_is_that_of_arrangements(sizes):
    """Of 70 arrangements of four who passed among eight, 2 are extreme enough: p is 2 / 70."""
    chosen = np.array([np.binary_repr(at, 8).count("1") == 4 for at in range(256)])
    ranks = np.array([[int(bit) for bit in np.binary_repr(at, 8)] for at in range(256)])[chosen]
    reachable = sys.modules["null_agreement"].reachable
    assert reachable(ranks @ np.arange(8)) == pytest.approx(2 / 70)
    assert reachable(np.zeros(70)) == 0
    assert reachable(np.arange(1999.0)) == pytest.approx(98 / 1999)


@pytest.mark.parametrize(
    ("share", "reachable", "lower", "conclusion"),
    [
        (0.071, 0.05, "", "TOO LARGE"),
        (0.05, 0.05, "", "right"),
        (0.02, 0.05, "", "TOO SMALL"),
        (0.02, 0.021, "", "lower: 2.1 % is reachable"),
        (0.02, float("nan"), "by choice", "lower: by choice"),
    ],
)
def test_a_size_is_right_or_has_a_reason_to_be_lower(sizes, share, reachable, lower, conclusion):
    assert sizes.Size("one", share, 0.003, reachable, lower).conclusion == conclusion


def test_joint_ranges_may_miss_somebody_in_one_field_of_twenty(sizes):
    name = f"panel: {sizes.JOINT}"
    assert sizes.Size(name, 0.06, 0.004, float("nan"), "").conclusion == "TOO LARGE"
    assert sizes.Size(name, 0.06, 0.006, float("nan"), "").conclusion == "right"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("ranker", "ranker 12, 100% of pairs"),
        ("ranker", "ranker 24, 10% of pairs"),
        ("panel", "panel 5 x 12"),
        ("interval", "panel 3 x 12"),
        ("schedule", "unequal results only, 12"),
        ("order", "10, both orders"),
        ("order", "12, the better oftener first"),
        ("order", "12, both orders, of each candidate its own effect"),
        ("transitivity", "coin flips, 60"),
        ("transitivity", "marks at random, 5 x 12"),
        ("compare", "two rankings of 12, related to the result, shared errors"),
        ("first", "panel 3 x 12, near"),
        ("first", "panel 5 x 12, two leaders"),
        ("band", "panel 5 x 24"),
        ("controls", "roster of 12"),
    ],
)
def test_a_test_seldom_finds_what_is_not_there(sizes, group, name):
    """So few fields leave an error, of which twice is allowed for."""
    for one in sizes.find_sizes(setting(sizes, group, name), 400, 1):
        error, what = 2 * one.error, f"{one.name}: {one.share}"
        assert one.share - error <= sizes.LARGEST, what
        assert one.conclusion != "TOO SMALL" or one.share + error >= sizes.SMALLEST, what
