"""Our rows of Table 3: seeds together, options apart, and answers without a recording."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from two_results import ONE, TWO

from icpc.experiments import paper_table
from icpc.experiments.our_rows import our_rows
from icpc.experiments.seeds import estimate_over_seeds, read_predictions, row_counts
from icpc.findings.wording import interval
from ranking.encoders import spec_of
from ranking.errors import RunError
from ranking.evaluation.resampling import BOOTSTRAP_DRAWS, bootstrap_pair_share
from ranking.files.hashing import file_sha256

HERE = Path()


def written(folder, result, table):
    """The result with its predictions beside it."""
    name = f"{result.probe_sha256}.csv"
    table.to_csv(folder / name, index=False)
    return replace(
        result, predictions=name, predictions_sha256=file_sha256(folder / name), low=None, high=None
    )


def graded(names, right):
    """Predictions of recordings of two grades, one of each group."""
    truth = np.arange(len(names)) % 2 + 1
    table = {"recording": names, "group": names, "fold": 1, "truth": truth}
    return pd.DataFrame({**table, "predicted": np.where(right, truth, 3 - truth)})


def of_grades(seed, acc0, **more):
    own = {"task": "difficulty-9", "reported": "acc0", "metrics": {"acc0": acc0}}
    return replace(ONE, probe_sha256=f"p{seed}", seed=seed, **own, **more)


def test_a_row_has_the_mean_over_seeds():
    ours = paper_table(3, [ONE, TWO]).iloc[-3]
    assert (ours["encoder"], ours["from"], ours["fine_tuned"]) == ("spectrogram", "ours", False)
    assert ours["expertise-2 accuracy"] == 62.5
    assert ours["expertise-2 f1"] == 37.5
    assert ours["expertise-2 seeds"] == 2
    assert "expertise-2 accuracy_low" not in ours


def test_one_seed_has_its_own_interval():
    ours = paper_table(3, [ONE]).iloc[-3]
    assert ours["expertise-2 accuracy_low"] == 62.5
    assert ours["expertise-2 accuracy_high"] == 87.5


def test_other_weights_than_the_published_are_fine_tuned():
    published = spec_of("basicpitch").weights.sha256
    own = [
        replace(ONE, encoder="basicpitch", weights_sha256=sha256) for sha256 in (published, "own")
    ]
    table = paper_table(3, own)
    assert table["fine_tuned"].iloc[-4:-2].tolist() == [False, True]


def test_random_and_the_commonest_class_have_rows():
    own = replace(ONE, random=0.5, majority={"accuracy": 0.25, "f1": None})
    random, majority = our_rows([own, replace(own, encoder="controls")], HERE)[-2:]
    assert random == {
        "encoder": "random answers",
        "from": "ours",
        "fine_tuned": False,
        "expertise-2 accuracy": 50,
    }
    assert majority["encoder"] == "majority class"
    assert majority["expertise-2 accuracy"] == 25
    assert np.isnan(majority["expertise-2 f1"])


def test_options_of_a_task_are_rows_of_their_own():
    ordinal = replace(ONE, settings={"task_options": {"loss": "ordinal"}})
    names = [row["encoder"] for row in our_rows([ONE, ordinal], HERE)]
    assert names[:2] == ["spectrogram", "spectrogram (loss ordinal)"]


def test_the_last_search_counts_and_each_seed_once():
    first = [replace(ONE, search_sha256="a"), replace(TWO, search_sha256="a")]
    again = [replace(one, search_sha256="b", metrics={"accuracy": 1.0}) for one in first]
    (row, *_) = our_rows([*first, again[0]], HERE)
    assert (row["expertise-2 accuracy"], row["expertise-2 seeds"]) == (100, 1)
    (row, *_) = our_rows([*first, *again, again[1]], HERE)
    assert row["expertise-2 seeds"] == 2


def test_the_interval_over_seeds_is_that_of_one_when_all_say_the_same(tmp_path):
    """The same test five times is no more than one: groups are drawn once for all seeds."""
    rng = np.random.default_rng(0)
    names = [f"g{number:02}" for number in range(40)]
    table = graded(names, rng.random(40) < 0.7)
    five = [written(tmp_path, of_grades(seed, 0.7), table) for seed in range(5)]
    found, two = (estimate_over_seeds(five[:count], tmp_path) for count in (5, 2))
    assert (found.low, found.high) == pytest.approx((two.low, two.high))
    assert found.low < 0.7 < found.high
    assert found.value == pytest.approx(0.7)


def test_seeds_that_test_other_groups_narrow_the_interval_as_the_square_root(tmp_path):
    """Four disjoint tests of 40 groups each are one of 160."""
    rng = np.random.default_rng(1)
    right = rng.random(160) < 0.7
    names = np.array([f"g{number:03}" for number in range(160)])
    parts = [
        written(tmp_path, of_grades(seed, 0.7), graded(names[own], right[own]))
        for seed, own in enumerate(np.arange(160).reshape(4, 40))
    ]
    found = estimate_over_seeds(parts, tmp_path)
    share = right.mean()
    expected = 2 * 1.96 * np.sqrt(share * (1 - share) / 160)
    assert found.high - found.low == pytest.approx(expected, rel=0.12)


def test_without_predictions_there_is_no_interval_and_that_is_why(tmp_path):
    table = graded([f"g{number}" for number in range(9)], np.arange(9) > 3)
    seeds = [written(tmp_path, of_grades(seed, 5 / 9), table) for seed in range(2)]
    (tmp_path / seeds[1].predictions).unlink()
    found = estimate_over_seeds(seeds, tmp_path)
    assert found.value == pytest.approx(5 / 9)
    why = "predictions of its seeds do not lie beside the file of results"
    assert interval(found) == f"(no interval: {why})"


def test_pairs_count_as_the_bootstrap_over_groups_counts_them():
    """A pair of two groups by the product of both, one within a group once as often as it."""
    rng = np.random.default_rng(2)
    place = rng.integers(0, 6, (50, 2))
    right = (rng.random(50) < 0.6).astype(float)
    above, below = np.zeros((6, 6)), np.zeros((6, 6))
    np.add.at(above, tuple(place.T), right)
    np.add.at(below, tuple(place.T), 1)
    drawn = np.random.default_rng(0).multinomial(6, np.full(6, 1 / 6), size=BOOTSTRAP_DRAWS)
    counts = row_counts(drawn.astype(float), place)
    total = counts.sum(axis=1)
    shares = (counts @ right)[total > 0] / total[total > 0]
    expected = bootstrap_pair_share(above, below, seed=0)
    low, high = np.quantile(shares, (0.025, 0.975))
    assert (low, high) == pytest.approx((expected.low, expected.high))


def test_predictions_that_were_changed_are_refused(tmp_path):
    own = written(tmp_path, of_grades(0, 1.0), graded(["a", "b"], [True, True]))
    assert len(read_predictions(own, tmp_path).table) == 2
    path = tmp_path / own.predictions
    path.write_text(path.read_text().replace("b,b", "b,a"))
    with pytest.raises(RunError, match=r"p0\.csv: it is not what was written; train again"):
        our_rows([own, replace(own, seed=1)], tmp_path)
    path.unlink()
    assert read_predictions(own, tmp_path) is None
