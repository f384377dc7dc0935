"""What the choices of the paper's release do, from predictions and from other results."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from two_results import ONE

from icpc.experiments.switches import batch_means, scores_and_targets, switch_table
from ranking.tasks.metrics import multilabel_metrics
from ranking.tasks.registry import TECHNIQUE
from ranking.tasks.technique import TECHNIQUES

GRADES = tuple("123456789")


def rows_of(table, switch):
    return table[table["switch"] == switch].set_index("metric")


def graded(truth, p):
    names = np.array(GRADES)
    return pd.DataFrame(
        {
            "recording": [f"r{number}" for number in range(len(truth))],
            "truth": names[truth],
            "predicted": names[p.argmax(axis=1)],
            **{f"p_{name}": p[:, place] for place, name in enumerate(GRADES)},
        }
    )


def pairs(first_right, p_first):
    """Pairs of a and b, of which a is the better."""
    winner = np.where(first_right, "a", "b")
    return pd.DataFrame(
        {"first": "a", "second": "b", "p_first": p_first, "winner": winner, "truth": "a"}
    )


@pytest.mark.slow
def test_batches_make_random_average_precision_larger():
    """The paper's metric of random answers, with its shares of labels and batches, is 0.354."""
    rng = np.random.default_rng(0)
    shares = np.array([48, 40, 31, 35, 36, 35, 41]) / 222
    truth = (rng.random((320, 7)) < shares).astype(float)
    scores = rng.standard_normal((320, 7))
    once = multilabel_metrics(scores, truth)["mAP"]
    batched = batch_means(TECHNIQUE.task(), scores, truth, 16)["mAP"]
    assert once == pytest.approx(shares.mean(), abs=0.06)
    assert batched > once + 0.06


@pytest.mark.slow
def test_one_batch_is_the_whole_set():
    rng = np.random.default_rng(1)
    truth, scores = (rng.random((30, 7)) < 0.5).astype(float), rng.standard_normal((30, 7))
    whole = batch_means(TECHNIQUE.task(), scores, truth, 30)
    assert whole == pytest.approx(multilabel_metrics(scores, truth))


def test_scores_and_targets_are_those_of_the_test():
    p = np.random.default_rng(2).dirichlet(np.ones(9), 12)
    truth = np.arange(12) % 9
    scores, targets = scores_and_targets(graded(truth, p))
    assert scores == pytest.approx(p)
    assert targets.tolist() == truth.tolist()
    labels = pd.DataFrame(
        {f"truth_{name}": [1, np.nan] for name in TECHNIQUES}
        | {f"p_{name}": [0.75, 0.25] for name in TECHNIQUES}
    )
    scores, targets = scores_and_targets(labels)
    assert scores[:, 0].tolist() == [0.25, -0.25]
    assert np.isnan(targets[1]).all()


def test_a_majority_that_the_mean_does_not_share_is_another_answer():
    table = switch_table(ONE, pairs([True, True, False, False], [0.9, 0.4, 0.5, 0.2]))
    row = rows_of(table, "votes of windows").loc["accuracy"]
    assert (row["chosen"], row["other"]) == ("majority", "mean")
    assert (row["value"], row["other_value"]) == (0.5, (1 + 0 + 0.5 + 0) / 4)


def test_a_test_set_that_is_drawn_with_replacement_tells_the_same_on_average():
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(9), 90)
    result = replace(ONE, task="difficulty-9", reported="acc0")
    row = rows_of(switch_table(result, graded(np.arange(90) % 9, p)), "test set").loc["acc0"]
    assert row["other_value"] == pytest.approx(row["value"], abs=0.01)


def test_a_switch_of_training_is_read_from_a_result_that_differs_in_it_alone():
    settings = {"windows_per_step": 4, "learning_rate": 1e-3}
    own = replace(ONE, settings=settings)
    published = {"task_options": {"loss": "published"}}
    one_by_one = replace(own, settings={**settings, "windows_per_step": 0}, metrics={"f1": 0.25})
    loss = replace(own, settings={**settings, **published}, metrics={"accuracy": 0.5, "f1": None})
    both = replace(loss, settings={**settings, **published, "windows_per_step": 0})
    elsewhere = replace(loss, encoder="dac")
    table = switch_table(own, None, [own, one_by_one, loss, both, elsewhere])
    assert table.to_numpy().tolist() == [
        ["windows per step", "4", "0", "f1", 0.5, 0.25],
        ["loss", "cross-entropy", "published", "accuracy", 0.75, 0.5],
    ]


def test_without_predictions_and_others_there_is_nothing_to_compare():
    assert switch_table(ONE, None).empty
