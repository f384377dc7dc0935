"""Comparisons by rankers fitted on other candidates, and the gain in accuracy."""

import numpy as np
import pandas as pd
import pytest
from skill import planted_bank

from icpc.workflows.fit_half import compare_by_fitted_rankers, fit_accuracies_and_gain
from icpc.workflows.judging import FitPlan, PreparedRecordings
from ranking.comparisons.pairs import ordered_pairs, with_truth
from ranking.embeddings.store import CacheKey
from ranking.judging.probe_ranker import ProbeRanker
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Record

MADE = CacheKey("spectrogram")
LEVELS = np.tile([0, 1, 2], 4)


def fitted(score, folds: int, store, epochs: int = 1):
    bank = planted_bank(LEVELS, 30, 60)
    names = bank.windows["candidate"]
    config = HeadConfig(30, 60, 2, inputs=2)
    record = Record("expertise-2", MADE, config, remark="it was trained on nobody")
    ranker = ProbeRanker(make_head(config), record)
    fit = FitPlan(pd.Series(score, index=names, dtype=float), folds, epochs)
    prepared = PreparedRecordings(bank, dict.fromkeys(names, "recording"), MADE, store, ranker)
    return compare_by_fitted_rankers(prepared, "majority", fit)


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
    gain = fit_accuracies_and_gain(right, once_wrong, "majority", score, 0)
    assert gain["fitted"].value == 1
    assert gain["before_fit"].value == 9 / 10
    assert gain["gain"].value == pytest.approx(1 / 10)
    assert gain["gain"].pairs == 10
    assert gain["gain"].low <= 1 / 10 <= gain["gain"].high
    same = fit_accuracies_and_gain(right, right, "majority", score, 0)["gain"]
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_there_is_no_gain_where_results_are_unknown():
    pairs = ordered_pairs("abc")
    votes = votes_for(pairs["first"], pairs)
    assert not fit_accuracies_and_gain(
        votes, votes, "mean", pd.Series(np.nan, index=list("abc")), 0
    )
