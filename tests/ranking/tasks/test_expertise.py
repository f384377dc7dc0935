"""Targets are those of Eq. 1, and probabilities agree with them."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import TableError
from ranking.tasks.by_pair import comparisons_by_window_majority, p_first, recording_pair_accuracy
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.manifest import Manifest
from ranking.tasks.pair_examples import pair_examples_in_both_orders, pair_targets
from ranking.tasks.pairs import sample_pairs
from ranking.tasks.task import Predictions

LEVELS = {"beginner": 0, "advanced": 1, "virtuoso": 2}
R4 = {  # Q(p2) - Q(p1) = 2, 1; Q(p1) - Q(p2) = 1, 2
    ("beginner", "virtuoso"): 0,
    ("beginner", "advanced"): 1,
    ("advanced", "virtuoso"): 1,
    ("advanced", "beginner"): 2,
    ("virtuoso", "advanced"): 2,
    ("virtuoso", "beginner"): 3,
}


@pytest.mark.parametrize(("pair", "four"), R4.items())
def test_classes_are_those_of_the_paper(pair, four):
    gap = np.array([LEVELS[pair[0]] - LEVELS[pair[1]]])
    assert pair_targets(gap, 4).tolist() == [four]
    assert pair_targets(gap, 2).tolist() == [int(four >= 2)]


def test_equals_and_other_numbers_of_classes_are_refused():
    with pytest.raises(ValueError, match="equals"):
        pair_targets(np.array([1, 0]), 2)
    with pytest.raises(ValueError, match="3 classes"):
        pair_targets(np.array([1]), 3)
    with pytest.raises(ValueError, match="9 classes"):
        p_first(torch.zeros(1, 9))


@pytest.mark.parametrize("classes", [2, 4])
def test_certain_logits_are_certain_probabilities(classes):
    logits = 1e3 * torch.eye(classes)
    wanted = [float(label >= classes // 2) for label in range(classes)]
    assert p_first(logits).tolist() == wanted


@pytest.mark.parametrize("classes", [2, 4])
def test_mirrored_logits_give_the_opposite_probability(classes):
    logits = torch.randn(50, classes, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(p_first(logits) + p_first(logits.flip(1)), torch.ones(50))


def test_two_ways_are_a_sigmoid_of_the_difference():
    logits = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(p_first(logits), torch.sigmoid(logits[:, 1] - logits[:, 0]))


def pairs_of(*rows):
    return pd.DataFrame(rows, columns=["first", "second", "gap"])


def windows_of(**counts):
    rows = [(name, window) for name, count in counts.items() for window in range(count)]
    table = pd.DataFrame(rows, columns=["candidate", "window"])
    return table.assign(row=table.index, start=300.0 * table["window"], stop=300.0)


def test_examples_are_both_orders_of_aligned_windows():
    examples = pair_examples_in_both_orders(
        pairs_of(("ann", "bob", 2.0), ("cyd", "ann", -1.0)), windows_of(ann=3, bob=2, cyd=1), 4
    )
    assert examples.windows.tolist() == [[0, 3], [1, 4], [5, 0], [3, 0], [4, 1], [0, 5]]
    assert examples.targets.tolist() == [3, 3, 1, 0, 0, 2]
    assert examples.units.tolist() == [0, 1, 2, 0, 1, 2]


def test_sampled_pairs_follow_the_seed_and_are_no_more_than_asked():
    pairs = pairs_of(*((f"a{n}", f"b{n}", 1.0) for n in range(50)))
    assert sample_pairs(pairs, 50, 0) is pairs
    drawn = sample_pairs(pairs, 20, 3)
    assert len(drawn.drop_duplicates()) == 20
    assert drawn.equals(sample_pairs(pairs, 20, 3))
    assert not drawn.equals(sample_pairs(pairs, 20, 4))


def test_accuracy_counts_comparisons_in_both_orders_by_majority():
    pairs = pairs_of(("ann", "bob", 1.0), ("cyd", "ann", -1.0))
    windows = windows_of(ann=3, bob=3, cyd=1)
    examples = pair_examples_in_both_orders(pairs, windows, 2)
    # ann-bob: 0.9 0.6 0.1 → ann, right; cyd-ann → 0.7, wrong; bob-ann: 0.6 0.7 0.4 → bob, wrong;
    # ann-cyd: 0.8, right
    p = np.array([0.9, 0.6, 0.1, 0.7, 0.6, 0.7, 0.4, 0.8])
    comparisons = comparisons_by_window_majority(examples, p, windows)
    assert len(comparisons) == 4
    alone = {name: name for name in ("ann", "bob", "cyd")}
    found = recording_pair_accuracy(comparisons, examples, windows, alone, 2)
    assert (found.value, found.pairs) == (0.5, 4)
    perfect = comparisons_by_window_majority(examples, examples.targets.astype(float), windows)
    assert recording_pair_accuracy(perfect, examples, windows, alone, 2).value == 1


def test_the_better_of_four_classes_is_the_outer_halfs():
    pairs = pairs_of(("ann", "bob", 1.0), ("cyd", "ann", -2.0))
    windows = windows_of(ann=1, bob=1, cyd=1)
    examples, alone = (
        pair_examples_in_both_orders(pairs, windows, 4),
        {name: name for name in ("ann", "bob", "cyd")},
    )
    perfect = comparisons_by_window_majority(
        examples, (examples.targets >= 2).astype(float), windows
    )
    assert recording_pair_accuracy(perfect, examples, windows, alone, 4).value == 1


def test_evaluation_is_of_logits():
    """Of four classes, a class is right or not, whoever is the better by it."""
    windows = windows_of(ann=3, bob=3)
    examples = pair_examples_in_both_orders(pairs_of(("ann", "bob", 1.0)), windows, 4)
    logits = np.eye(4)[[2, 2, 3, 0, 0, 1]]  # all for ann; by one, and, the other way, by two
    alone = {name: name for name in ("ann", "bob")}
    found = EXPERTISE_TASKS[4].evaluate(Predictions(examples, logits, windows, alone), 0)
    assert (found.estimate.value, found.estimate.pairs, found.random) == (0.5, 2, 0.25)
    assert found.metrics["accuracy"] == 0.5
    assert found.metrics["winner_accuracy"] == 1
    table = found.table
    assert table["true_class"].tolist() == [2, 1]
    once = np.array([[1.0, 1.0], [3.0, 1.0], [0.0, 0.0]])
    draws = EXPERTISE_TASKS[4].reported_draws(table, once)
    np.testing.assert_allclose(draws, [0.5, 0.75, np.nan])
    as_read = EXPERTISE_TASKS[4].reported_draws(table.astype(str), once)
    np.testing.assert_allclose(as_read, draws)
    with pytest.raises(TableError, match="an earlier version wrote them; test the probe again"):
        EXPERTISE_TASKS[4].reported_draws(table.drop(columns="true_class"), once)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_the_class_of_a_pair_is_that_of_the_mean_probabilities(seed):
    rng = np.random.default_rng(seed)
    windows = windows_of(ann=2, bob=3, cyd=1)
    pairs = pairs_of(("ann", "bob", 1.0), ("cyd", "ann", -2.0))
    examples = pair_examples_in_both_orders(pairs, windows, 4)
    logits = rng.standard_normal((len(examples.targets), 4))
    alone = {name: name for name in ("ann", "bob", "cyd")}
    found = EXPERTISE_TASKS[4].evaluate(Predictions(examples, logits, windows, alone), 0)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    name = windows.set_index("row")["candidate"]
    first, second = (name.loc[examples.windows[:, at]].to_numpy() for at in (0, 1))
    targets = {("ann", "bob"): 2, ("bob", "ann"): 1, ("cyd", "ann"): 0, ("ann", "cyd"): 3}
    right = [
        p[(first == one) & (second == other)].mean(axis=0).argmax() == target
        for (one, other), target in targets.items()
    ]
    assert found.estimate.value == pytest.approx(np.mean(right))


def test_the_interval_of_an_accuracy_resamples_groups():
    """Many recordings of few pianists are few groups, however many pairs they make."""
    names = [f"{pianist}{n:02}" for pianist in "abcdefgh" for n in range(20)]
    pairs = pairs_of(*((a, b, 1.0) for a, b in zip(names[:80], names[80:], strict=True)))
    windows = windows_of(**dict.fromkeys(names, 1))
    examples = pair_examples_in_both_orders(pairs, windows, 2)
    right = np.tile(np.repeat([1, 1, 1, 0], 20), 2)  # three of the four pairs of pianists are right
    p = np.where(right, examples.targets, 1 - examples.targets).astype(float)
    comparisons = comparisons_by_window_majority(examples, p, windows)
    found = [
        recording_pair_accuracy(comparisons, examples, windows, groups, 2)
        for groups in ({name: name for name in names}, {name: name[0] for name in names})
    ]
    widths = [one.high - one.low for one in found]
    assert widths[1] > 3 * widths[0]


def test_a_class_of_pairs_without_a_training_example_is_refused():
    """Of levels one apart train has no pair two apart; of two classes each pair has both."""
    names = list("abcd")
    table = pd.DataFrame({"recording": names, "level": [0.0, 1, 0, 2], "group": names})
    split = ["train", "train", "test", "test"]
    manifest = Manifest("mine.csv", table.assign(split=split, event=""))
    windows = pd.DataFrame({"row": range(4), "candidate": names, "window": 0})
    windows = windows.assign(start=0.0, stop=300.0)
    words = r"mine\.csv: second better by two or more is in test, and no pair in train has it"
    with pytest.raises(TableError, match=words):
        EXPERTISE_TASKS[4].make_examples(manifest, windows, 9, 0)
    assert set(EXPERTISE_TASKS[2].make_examples(manifest, windows, 9, 0)) == {"train", "test"}
