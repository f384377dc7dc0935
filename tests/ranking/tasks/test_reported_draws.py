"""The reported metric of a table is that of its rows, each as often as it counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.tasks.metrics import accuracy_within, multilabel_metrics
from ranking.tasks.registry import DIFFICULTY, EXPERTISE, TECHNIQUE
from ranking.tasks.technique import TECHNIQUES

COUNTS = st.lists(st.integers(0, 3), min_size=12, max_size=12).filter(any)


def repeated(counts):
    return np.repeat(np.arange(12), counts)


@settings(max_examples=10, deadline=None)
@given(COUNTS, st.integers(0, 99))
def test_acc0_of_repeated_recordings(counts, seed):
    truth, predicted = np.random.default_rng(seed).integers(1, 5, (2, 12))
    table = pd.DataFrame({"truth": truth, "predicted": predicted})
    (found,) = DIFFICULTY.task().reported_draws(table, np.array([counts], dtype=float))
    rows = repeated(counts)
    assert found == pytest.approx(accuracy_within(truth[rows], predicted[rows], 0))


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(COUNTS, st.integers(0, 99))
def test_map_of_repeated_recordings(counts, seed):
    rng = np.random.default_rng(seed)
    truth = (rng.random((12, 7)) < 0.4).astype(float)
    truth[rng.random((12, 7)) < 0.2] = np.nan
    p, rows = rng.random((12, 7)), repeated(counts)
    table = pd.DataFrame(
        {f"truth_{name}": truth[:, c] for c, name in enumerate(TECHNIQUES)}
        | {f"p_{name}": p[:, c] for c, name in enumerate(TECHNIQUES)}
    )
    (found,) = TECHNIQUE.task().reported_draws(table, np.array([counts], dtype=float))
    known = ~np.isnan(truth[rows]).all(axis=1)
    expected = multilabel_metrics(p[rows][known] - 0.5, truth[rows][known])["mAP"]
    assert found == pytest.approx(expected, nan_ok=True)


def test_a_tie_is_half_won_and_no_pairs_have_no_share():
    table = pd.DataFrame({"winner": ["a", "tie", "b"], "truth": ["a", "a", "a"]})
    counts = np.array([[1, 1, 1], [0, 2, 0], [3, 0, 1], [0, 0, 0]], dtype=float)
    found = EXPERTISE.task(2).reported_draws(table, counts)
    assert found == pytest.approx([0.5, 0.5, 0.75, np.nan], nan_ok=True)
