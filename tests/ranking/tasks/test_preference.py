"""Preference: weights and ceilings of marks and of comparisons, and a test beside them."""

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm

from ranking.errors import TableError
from ranking.tasks.manifest import Manifest, read_manifest
from ranking.tasks.metrics import PANEL, SURE_ACCURACY, SURE_PANEL
from ranking.tasks.preference import COLUMNS, SURE, describe_weights, judged_pairs, standard_errors
from ranking.tasks.registry import PREFERENCE, find_task, ranker_tasks
from ranking.tasks.task import Predictions

TASK = PREFERENCE.task()


def manifest_of(rows: str, tmp_path) -> Manifest:
    path = tmp_path / "mine.csv"
    path.write_text(rows)
    return read_manifest(path, COLUMNS, TASK.takes_pairs)


MARKS = (
    "recording,mark,sd,raters,event,group,split\n"
    "a,5,1,4,x,p,train\nb,4,1,4,x,q,train\nc,7,2,16,x,r,train\nd,3,,,y,p,train\ne,3,0,4,y,q,train\n"
    "f,1,1,4,y,r,train\n"
)


def test_a_pair_counts_by_how_sure_its_order_is(tmp_path):
    manifest = manifest_of(MARKS, tmp_path)
    pairs = judged_pairs(manifest).set_index(["first", "second"])
    assert set(pairs.index) == {("a", "b"), ("a", "c"), ("b", "c"), ("d", "f"), ("e", "f")}
    for two, gap in ((("a", "b"), 1), (("a", "c"), -2), (("d", "f"), 2)):
        assert pairs["gap"].loc[two] == gap
        z = abs(gap) / np.hypot(0.5, 0.5)  # what is missing, or 0, is as the others on average
        assert pairs["weight"].loc[two] == pytest.approx(abs(2 * norm.cdf(z) - 1))
    assert pytest.approx(norm.cdf(2) - norm.cdf(-2)) == SURE == erf(sqrt(2))
    assert ((pairs["repeated"] > 0.5) & (pairs["repeated"] < 1)).all()


def test_an_error_that_is_given_goes_before_that_of_raters(tmp_path):
    rows = "recording,mark,sd,raters,standard_error\na,5,1,4,0.2\nb,4,3,9,\nc,4,,9,\n"
    expected = [0.2, 1.0, np.sqrt((0.04 + 1) / 2)]
    assert standard_errors(manifest_of(rows, tmp_path)).tolist() == pytest.approx(expected)


def test_without_errors_all_pairs_count_the_same(tmp_path):
    manifest = manifest_of("recording,mark\na,5\nb,4\nc,4\n", tmp_path)
    assert "weight" not in judged_pairs(manifest)
    assert describe_weights(manifest).endswith("all pairs count the same")
    made = TASK.make_examples(with_split(manifest), windows_of("abc"), 9, 0)["train"]
    assert (made.weights, made.repeated) == (None, None)


def with_split(manifest: Manifest, split="train") -> Manifest:
    return replace(manifest, recordings=manifest.recordings.assign(split=split))


def windows_of(names) -> pd.DataFrame:
    table = pd.DataFrame({"row": range(len(names)), "candidate": list(names), "window": 0})
    return table.assign(start=0.0, stop=300.0)


def test_comparisons_count_by_the_beta_posterior(tmp_path):
    rows = "first,second,winner\n" + "a,b,a\n" * 5 + "b,a,b\n" + "a,c,c\n" + "b,c,b\nb,c,c\n"
    manifest = with_split(manifest_of(rows, tmp_path))
    tallied = manifest.pairs.value_counts(sort=False).reset_index()
    for pairs in (manifest.pairs, tallied):
        found = judged_pairs(replace(manifest, pairs=pairs)).set_index(["first", "second"])
        assert found["gap"].to_dict() == {("a", "b"): 4, ("a", "c"): -1}  # b and c are even
        rho = (4 * (5 - 3) ** 2 - 6 + 1 - 1 + 0 - 2) / (6 * 5 + 2 * 1)
        a = (1 / rho - 1) / 2
        p = beta.sf(0.5, np.array([5, 0]) + a, np.array([1, 1]) + a)
        assert found["weight"].tolist() == pytest.approx(np.abs(2 * p - 1))
    made = TASK.make_examples(manifest, windows_of("abc"), 9, 0)["train"]
    assert made.targets.tolist() == [1, 0, 0, 1]
    assert made.weights.tolist() == pytest.approx([*found["weight"]] * 2)


def test_beside_a_test_stands_what_a_fresh_panel_reaches(tmp_path):
    manifest = with_split(manifest_of(MARKS, tmp_path), "test")
    windows = windows_of("abcdef")
    test = TASK.make_examples(manifest, windows, 9, 0)["test"]
    right = np.eye(2)[test.targets] * 4.0
    pairs = judged_pairs(manifest)
    sure = pairs["weight"] >= SURE
    wrong = np.isin(test.units, np.flatnonzero(sure)[:1])
    right[wrong] = right[wrong][:, ::-1]
    groups = {name: name for name in "abcdef"}
    found = TASK.evaluate(Predictions(test, right, windows, groups), 0)
    assert found.estimate.value == pytest.approx(1 - 1 / len(pairs))
    assert found.metrics[PANEL] == pytest.approx(pairs["repeated"].mean())
    assert found.metrics[SURE_PANEL] == pytest.approx(pairs.loc[sure, "repeated"].mean())
    assert found.metrics[SURE_ACCURACY] == pytest.approx(1 - 1 / sure.sum())
    assert {"weight", "repeated"} <= set(found.table)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("recording,mark\na,5\nb,5\n", "no two recordings of unequal mark; give several marks"),
        ("recording,mark,sd,raters\na,5,-1,3\nb,4,1,3\n", "'a' has sd -1; write how far raters"),
        ("recording,mark,sd,raters\na,5,1,0\nb,4,1,3\n", "'a' has raters 0"),
        ("recording,mark,standard_error\na,5,1\nb,4,-2\n", "'b' has standard_error -2"),
    ],
)
def test_what_tells_no_order_is_refused(tmp_path, rows, words):
    with pytest.raises(TableError, match=rf"^mine\.csv: {words}"):
        judged_pairs(manifest_of(rows, tmp_path))


def test_its_probes_rank():
    assert find_task("preference-2", pairs_drawn="once").name == "preference-2"
    assert ranker_tasks("x") == ["expertise-2", "expertise-4", "preference-2"]
