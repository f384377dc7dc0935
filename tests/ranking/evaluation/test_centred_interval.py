"""Intervals of a metric that draws with replacement make larger."""

import numpy as np
import pytest

from ranking.evaluation.resampling import bootstrap_counts, centred_interval
from ranking.tasks.metrics import average_precision_draws


def test_draws_that_are_right_on_average_keep_their_quantiles():
    drawn = np.append(np.linspace(0, 1, 2001), np.nan)
    assert centred_interval(0.5, drawn) == pytest.approx((0.025, 0.975))
    assert centred_interval(0.25, drawn) == pytest.approx((0, 0.725))
    assert centred_interval(0.75, drawn) == pytest.approx((0.275, 1))
    assert np.isnan(centred_interval(0.5, np.array([np.nan]))).all()


@pytest.mark.slow
def test_average_precision_is_covered_where_quantiles_of_draws_miss_it():
    """Binary labels of 40 examples, scores one standard deviation apart."""
    rng, covered, truth, ends = np.random.default_rng(0), 0, [], []
    for _ in range(400):
        label = (rng.random(40) < 0.3).astype(float)
        score = rng.standard_normal(40) + label
        (value,) = average_precision_draws(label, score, np.ones((1, 40)))
        truth.append(value)
        drawn = average_precision_draws(label, score, bootstrap_counts(40, 0)[:400])
        ends.append(centred_interval(value, drawn))
    expected = np.nanmean(truth)
    covered = np.mean([low <= expected <= high for low, high in ends])
    assert 0.88 < covered < 0.99
