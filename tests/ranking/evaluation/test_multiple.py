"""Holm's correction: by hand, and as it is defined."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.evaluation.multiple import holm


def test_holm_by_hand():
    """Sorted 0.01, 0.02, 0.04, 0.05, times 4, 3, 2, 1: 0.04, 0.06, 0.08, and not below 0.08."""
    assert holm([0.04, 0.01, 0.05, 0.02]) == pytest.approx([0.08, 0.04, 0.08, 0.06])
    assert holm([0.6, 0.7]).tolist() == [1, 1]
    assert holm([0.03]).tolist() == [0.03]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.5))
def test_what_holm_rejects_is_what_its_steps_reject(p, level):
    """Step down from the smallest p, until one is above the level divided by those left."""
    rejected = 0
    for at, value in enumerate(sorted(p)):
        if value * (len(p) - at) >= level:
            break
        rejected += 1
    assert int((holm(p) < level).sum()) == rejected


def test_a_family_without_effects_seldom_has_a_significant_test():
    rng = np.random.default_rng(0)
    alarms = [bool((holm(rng.random(6)) < 0.05).any()) for _ in range(4000)]
    assert np.mean(alarms) <= 0.06
