"""Confusion matrices count every prediction once, where it belongs."""

import numpy as np
import pandas as pd
from sklearn.metrics import multilabel_confusion_matrix

from icpc.experiments.confusion import confusion_matrices

GRADES = [str(grade) for grade in range(1, 10)]


def test_classes_are_in_their_order_and_the_truth_in_rows():
    rng = np.random.default_rng(0)
    truth, predicted = rng.choice(GRADES[:-1], (2, 200))
    table = pd.DataFrame({"recording": range(200), "truth": truth, "predicted": predicted})
    table[[f"p_{grade}" for grade in GRADES]] = 1 / 9
    (counts,) = confusion_matrices(table).values()
    assert counts.index.tolist() == counts.columns.tolist() == GRADES
    assert counts.to_numpy().sum() == 200
    assert counts.loc["3", "5"] == ((truth == "3") & (predicted == "5")).sum()
    assert counts.loc["9"].sum() == counts["9"].sum() == 0
    assert np.trace(counts) == (truth == predicted).sum()


def test_labels_have_one_each_of_what_is_known():
    rng = np.random.default_rng(1)
    truth, p = rng.integers(0, 2, (50, 3)).astype(float), rng.random((50, 3))
    expected = multilabel_confusion_matrix(truth, p > 0.5)
    names = ["scales", "trills, long", "octaves"]
    table = pd.DataFrame(truth, columns=[f"truth_{name}" for name in names]).join(
        pd.DataFrame(p, columns=[f"p_{name}" for name in names])
    )
    found = confusion_matrices(table)
    assert list(found) == names
    for name, own in zip(names, expected, strict=True):
        assert found[name].to_numpy().tolist() == own.tolist()
        assert found[name].index.tolist() == ["no", "yes"]
    table.loc[table.index < 20, "truth_octaves"] = np.nan
    assert confusion_matrices(table)["octaves"].to_numpy().sum() == 30
    table["truth_octaves"] = np.nan
    assert confusion_matrices(table)["octaves"].to_numpy().sum() == 0


def test_of_pairs_it_is_who_is_better():
    table = pd.DataFrame(
        {
            "first": ["a", "b", "a", "c"],
            "second": ["b", "a", "c", "a"],
            "winner": ["a", "a", "tie", "a"],
            "truth": ["a", "a", "a", "c"],
        }
    )
    (counts,) = confusion_matrices(table).values()
    assert counts.index.tolist() == ["first better", "second better"]
    assert counts.columns.tolist() == ["first better", "tie", "second better"]
    assert counts.to_numpy().tolist() == [[1, 1, 1], [0, 0, 1]]
    untied = table.assign(winner=["a", "a", "a", "a"])
    assert list(confusion_matrices(untied)[""]) == ["first better", "second better"]


def test_of_four_classes_it_is_by_how_much_too():
    p = {f"p_class_{number}": column for number, column in enumerate(np.eye(4)[[0, 2, 2, 3]].T)}
    table = pd.DataFrame({"winner": list("bacd"), "true_class": [0, 3, 2, 3], **p})
    (counts,) = confusion_matrices(table).values()
    assert counts.columns[0] == "second better by two or more"
    expected = np.zeros((4, 4), dtype=int)
    expected[0, 0] = expected[2, 2] = expected[3, 3] = expected[3, 2] = 1
    np.testing.assert_array_equal(counts, expected)
    pd.testing.assert_frame_equal(confusion_matrices(table.astype(str))[""], counts)
