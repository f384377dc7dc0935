"""Comparisons by rankers fitted on other candidates, and the gain in accuracy."""

import numpy as np
import pandas as pd
import pytest
from skill import planted_bank

from icpc.workflows.fit_half import compare_by_fitted_rankers, fit_accuracies_and_gain
from icpc.workflows.judging import FitPlan, PreparedRecordings
from ranking.comparisons.pairs import ordered_pairs, with_truth
from ranking.embeddings.cache_key import CacheKey
from ranking.evaluation.permuted_outcomes import permute_results, rename_outcomes
from ranking.judging.probe_ranker import ProbeRanker
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Record
from ranking.progress import SILENT, Progress

MADE = CacheKey("spectrogram")
LEVELS = np.tile([0, 1, 2], 4)


def fitted(
    score, folds: int, store, epochs: int = 1, permutations: int = 0, progress: Progress = SILENT
):
    bank = planted_bank(LEVELS, 30, 60)
    names = bank.windows["candidate"]
    config = HeadConfig(30, 60, 2, inputs=2)
    record = Record("expertise-2", MADE, config, remark="it was trained on nobody")
    ranker = ProbeRanker(make_head(config), record)
    results = pd.Series(score, index=names, dtype=float)
    fit = FitPlan(results, folds, epochs, permutations=permutations)
    prepared = PreparedRecordings(bank, dict.fromkeys(names, "recording"), MADE, store, ranker)
    return compare_by_fitted_rankers(prepared, "majority", fit, progress)


def test_with_folds_each_ordered_pair_is_compared(tmp_path):
    score = np.where(np.arange(len(LEVELS)) == 3, np.nan, LEVELS)
    comparisons = fitted(score, 3, tmp_path)
    fit = comparisons.provenance["fit"]
    wanted = ordered_pairs(fit["fold"])[["first", "second"]]
    pd.testing.assert_frame_equal(comparisons.table[["first", "second"]], wanted)
    assert len(set(fit["rankers"])) == 3
    assert sorted(fit["fold"].values()) == sorted([0, 1, 2] * 4)
    assert "into 3 folds: each pair was compared by one of 3 rankers" in comparisons.remark
    assert "Fitting gained" in comparisons.remark
    assert "it was trained on nobody" not in comparisons.remark  # no more, once fitted
    assert {path.name for path in tmp_path.iterdir()} == {"rankers", "votes"}


def test_of_halves_whose_results_are_unknown_all_are_compared(tmp_path):
    score = np.where(np.arange(len(LEVELS)) < 4, LEVELS, np.nan)
    comparisons = fitted(score, 2, tmp_path)
    assert len(comparisons.table) == 10 * 9
    assert "the results of 2, and compared the other 10." in comparisons.remark


def votes_for(winners: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    for_first = (winners == pairs["first"]).astype(float)
    return pairs[["first", "second"]].assign(first_window=0, second_window=0, p_first=for_first)


def test_gain_is_the_difference_of_accuracies_on_pairs_of_unequal_result():
    score = pd.Series({"a": 2.0, "b": 1.0, "c": 1.0, "d": 0.0, "e": np.nan})
    pairs = with_truth(ordered_pairs("abcde"), score)
    best = pairs["truth"].fillna(pairs["first"])  # of equals, the first
    right = votes_for(best, pairs)
    once_wrong = votes_for(best.where(pairs.index > 0, pairs["second"]), pairs)
    gain = fit_accuracies_and_gain(right, once_wrong, "majority", FitPlan(score, 2))
    assert gain["fitted"].value == 1
    assert gain["before_fit"].value == 9 / 10
    assert gain["gain"].value == pytest.approx(1 / 10)
    assert gain["gain"].pairs == 10
    assert gain["gain"].low <= 1 / 10 <= gain["gain"].high
    same = fit_accuracies_and_gain(right, right, "majority", FitPlan(score, 2))["gain"]
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_there_is_no_gain_where_results_are_unknown():
    pairs = ordered_pairs("abc")
    votes = votes_for(pairs["first"], pairs)
    assert not fit_accuracies_and_gain(
        votes, votes, "mean", FitPlan(pd.Series(np.nan, index=list("abc")), 2)
    )


def test_in_folds_there_is_no_interval_and_no_p_without_permutations(tmp_path):
    comparisons = fitted(LEVELS, 3, tmp_path)
    assert comparisons.cross_fitted
    assert comparisons.permuted is None
    accuracy = comparisons.provenance["fit"]["accuracy"]
    assert set(accuracy["fitted"]) == set(accuracy["gain"]) == {"value", "pairs"}
    assert "p" in accuracy["before_fit"]  # one ranker, fitted on nobody
    assert "there is no p: that takes 199 permutations" in comparisons.remark
    assert "find has no interval" in comparisons.remark
    assert not fitted(LEVELS, 2, tmp_path).cross_fitted


class InterruptedAt(Progress):
    """Ends after so many steps of permutations, as Ctrl-C does."""

    def __init__(self, permutations: int) -> None:
        self.left, self.stages = permutations, []

    def start(self, what, total=None, unit=""):
        self.stages.append(what)
        return self

    def done(self):
        self.stages.pop()

    def advance(self, steps=1, detail=""):
        permuting = self.stages[0].startswith("permutations")
        self.left -= permuting and len(self.stages) == 1
        if self.left < 0 or (self.left == 0 and self.stages[1:2] == ["ranker 2 of 3"]):
            raise KeyboardInterrupt


@pytest.mark.slow
def test_permutations_go_on_where_they_were_interrupted(tmp_path, monkeypatch):
    score = np.where(np.arange(len(LEVELS)) == 3, np.nan, LEVELS)
    whole = fitted(score, 3, tmp_path / "whole", permutations=2)
    with pytest.raises(KeyboardInterrupt):
        fitted(score, 3, tmp_path / "other", permutations=2, progress=InterruptedAt(1))
    (folder,) = (tmp_path / "other" / "permutations").iterdir()
    assert {path.name for path in folder.iterdir()} == {"00000.npy", "unfinished-00001"}
    assert len(list(folder.glob("unfinished-00001/rankers/*/ranker.safetensors"))) == 1
    first = (folder / "00000.npy").stat().st_mtime_ns
    resumed = fitted(score, 3, tmp_path / "other", permutations=2)
    assert (folder / "00000.npy").stat().st_mtime_ns == first
    assert {path.name for path in folder.iterdir()} == {"00000.npy", "00001.npy"}
    assert whole.permuted is not None
    assert resumed.permuted is not None
    assert np.array_equal(resumed.permuted.outcomes, whole.permuted.outcomes)
    assert resumed.provenance["fit"]["permutations"] == 2
    (folder / "00001.npy").write_bytes(b"damaged")
    mended = fitted(score, 3, tmp_path / "other", permutations=2)
    assert mended.permuted is not None
    assert np.array_equal(mended.permuted.outcomes, whole.permuted.outcomes)
    monkeypatch.setattr("ranking.probe.loop.Loop._step", None)  # nothing is fitted any more
    fewer = fitted(score, 3, tmp_path / "other", permutations=1)
    assert fewer.permuted is not None
    assert np.array_equal(fewer.permuted.outcomes, whole.permuted.outcomes[:1])


@pytest.mark.slow
def test_each_permutation_is_a_fit_on_the_permuted_results(tmp_path):
    found = fitted(LEVELS, 3, tmp_path, permutations=1).permuted
    assert found is not None
    names = planted_bank(LEVELS, 30, 60).windows["candidate"]
    permuted = permute_results(pd.Series(LEVELS, names, dtype=float), 0, 0)
    table = fitted(permuted.score.to_numpy(), 3, tmp_path / "again").table
    assert np.array_equal(rename_outcomes(table, permuted), found.outcomes[0])
    assert len(found.candidates) == len(names)
