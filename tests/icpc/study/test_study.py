"""The case studies against the numbers known of them, and rankings that know no result."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import Competition, load_competition
from icpc.study.comparisons import Comparisons, load_comparisons
from icpc.study.runs import save_run
from icpc.study.settings import Settings
from icpc.study.study import hit_rate_curve_and_summary, run_study, with_passing_score
from ranking.comparisons.pairs import ordered_pairs, with_truth
from ranking.consistency.order_effect import same_winner_rate_in_both_orders
from ranking.errors import CompetitionError, RankingError
from ranking.evaluation.accuracy import pair_accuracy
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.null_model import coin_flip_strengths, random_judge_strengths
from ranking.methods.counting import WIN_RATE, WINS
from ranking.methods.method import rank_candidates
from ranking.methods.registry import METHODS

AUTHORS_LABELS = {"dmitry-shishkin": 4.5}  # above the two other finalists, in four pairs


def score_of(study):
    return study.results["score"].to_numpy(dtype=float)


def with_results(competition: Competition, reached, score) -> Competition:
    return replace(competition, roster=competition.roster.assign(reached=reached, score=score))


def test_2015_has_113_candidates_and_8418_comparisons(study2015):
    assert len(study2015.ranking) == 113
    assert study2015.tally.comparisons.sum() == 8418
    assert study2015.comparisons.source == "8,418 published comparisons"


def test_2015_pair_accuracy_by_the_roster_and_by_the_authors_labels(study2015):
    """PAPER.md: 0.5407 (4552 of 8418) with the authors' labels."""
    score = score_of(study2015)
    by_roster = pair_accuracy(study2015.tally, score, 0)
    assert (by_roster.value * 8414, by_roster.pairs) == (pytest.approx(4549), 8414)
    authors = study2015.results["score"].copy()
    for candidate, label in AUTHORS_LABELS.items():
        authors[candidate] = label
    published = pair_accuracy(study2015.tally, authors.to_numpy(dtype=float), 0)
    assert (published.value * 8418, published.pairs) == (pytest.approx(4552), 8418)
    assert by_roster.low == pytest.approx(0.47, abs=0.01)
    assert by_roster.high == pytest.approx(0.61, abs=0.01)


def test_2015_order_agreement(study2015):
    agreement = same_winner_rate_in_both_orders(study2015.tally, 0)
    assert agreement.value == pytest.approx(0.602, abs=0.0005)
    assert agreement.pairs == 4209


@pytest.mark.parametrize(
    ("method", "expected", "within"),
    [("wins", 0.793, 0.0005), ("win-rate", 0.615, 0.0005), ("bradley-terry", 0.575, 0.01)],
)
def test_2015_area_under_roc(study2015, method, expected, within):
    strength = rank_candidates(study2015.tally, METHODS[method]).set_index("candidate")["strength"]
    own = strength.loc[study2015.tally.candidates].to_numpy()
    assert area_under_roc(own, study2015.passed.to_numpy()) == pytest.approx(expected, abs=within)


def test_2015_a_coin_by_raw_wins_seems_to_know_the_result(study2015):
    passed = study2015.passed.to_numpy()
    means = {
        method: area_under_roc(tossed, passed).mean()
        for method, tossed in coin_flip_strengths(study2015.tally, (WINS, WIN_RATE)).items()
    }
    assert means["wins"] == pytest.approx(0.999, abs=0.001)
    assert means["win-rate"] == pytest.approx(0.5, abs=0.01)


def test_2015_names_the_unequal_schedule(study2015):
    assert (study2015.schedule.fewest_comparisons, study2015.schedule.most_comparisons) == (
        116,
        224,
    )
    assert any("raw wins would give the result away" in line for line in study2015.remarks)


def test_2015_withdrawn_candidates_passed_without_playing(icpc2015):
    roster = icpc2015.roster
    withdrew = roster[(roster["score"] == 1) & (roster["reached"] == "preliminary")]
    assert len(withdrew) == 6
    assert roster["exempt"].sum() == 7
    assert len(icpc2015.eligible) == 158


def test_the_papers_counting_seems_skilled_but_stays_in_the_band(icpc2015):
    study = run_study(icpc2015, load_comparisons(icpc2015), Settings(method="wins", count="paper"))
    curve, summary = hit_rate_curve_and_summary(study)
    assert study.tally.comparisons.sum() == 8414
    assert study.comparisons.source == "8,414 of 8,418 published comparisons"
    assert summary.auc == pytest.approx(0.793, abs=0.0005)
    assert summary.auc_low < summary.auc < summary.auc_high
    assert not summary.outside_band
    assert (curve["hit_rate"] <= curve["null_high"]).all()
    assert "do not read this as skill" in study.remarks[0]


def test_2025_comparisons_of_the_panel(study2025):
    assert len(study2025.comparisons.table) == 56606
    assert (study2025.comparisons.table["winner"] == "tie").sum() == 6742
    _, summary = hit_rate_curve_and_summary(study2025)
    assert summary.auc >= 0.99
    assert summary.passed == 40


@pytest.mark.slow
def test_2025_who_passed_a_later_stage_is_in_the_round_after_it():
    competition = load_competition("icpc2025")
    passed = [
        run_study(
            competition, load_comparisons(competition, round_name=round_name), Settings()
        ).passed.sum()
        for round_name in ("stage1", "stage2", "stage3")
    ]
    assert passed == [40, 20, 11]


@pytest.mark.parametrize(
    ("round_name", "width"), [("stage1", 34.7), ("stage2", 21.6), ("stage3", 9.6), ("final", 6.6)]
)
def test_2025_ranges_take_jurors_as_the_sample(round_name, width):
    """Resampling candidates gave ranges a third to an eighth as wide, coverage 22 to 69 %."""
    competition = load_competition("icpc2025")
    study = run_study(competition, load_comparisons(competition, round_name=round_name), Settings())
    ranking = study.ranking
    assert (ranking["rank_high"] - ranking["rank_low"]).mean() == pytest.approx(width, rel=0.1)
    assert ranking["rank_high"].iloc[0] > 1
    assert len(study.intervals.possible_leaders) > 1
    assert any("take 17 jurors as the sample" in remark for remark in study.remarks)


def test_a_juror_who_ordered_nobody_is_named(study2025):
    table = study2025.comparisons.table
    idle = table[table["juror"] == table["juror"].iloc[0]].assign(juror="x", winner="tie")
    comparisons = replace(study2025.comparisons, table=pd.concat([table, idle], ignore_index=True))
    study = run_study(study2025.competition, comparisons, Settings())
    assert "x ordered nobody and is left out of the ranges of rank." in study.remarks


OF_COMPARISONS = [name for name, one in METHODS.items() if one.needs == "comparisons"]
QUICK = {"bradley-terry", "wins", "win-rate", "pagerank"}


@pytest.mark.parametrize(
    ("seed", "method"),
    [
        pytest.param(seed, name, marks=[] if name in QUICK else pytest.mark.slow)
        for seed, name in enumerate(OF_COMPARISONS)
    ],
)
def test_a_ranking_is_blind_to_results(icpc2015, study2015, tmp_path, seed, method):
    """Permuted or deleted results leave every byte of ranking.csv as it is."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(icpc2015.roster))
    score = icpc2015.roster["score"].to_numpy()[order]
    reached = icpc2015.roster["reached"].to_numpy()[order]
    gone = rng.random(len(order)) < seed / 5  # from none to all
    blind = with_results(icpc2015, np.where(gone, "", reached), np.where(gone, np.nan, score))
    for folder, competition in (("known", icpc2015), ("blind", blind)):
        comparisons = study2015.comparisons
        save_run(run_study(competition, comparisons, Settings(method=method)), tmp_path / folder)
    known, unknown = (tmp_path / name / "ranking.csv" for name in ("known", "blind"))
    assert known.read_bytes() == unknown.read_bytes()


def test_the_same_seed_gives_the_same_ranking_and_another_moves_only_intervals(icpc2015, study2015):
    again = run_study(icpc2015, study2015.comparisons, Settings())
    other = run_study(icpc2015, study2015.comparisons, Settings(seed=1))
    pd.testing.assert_frame_equal(again.ranking, study2015.ranking)
    moved = (other.ranking != study2015.ranking).any()
    assert set(moved[moved].index) <= {"rank_low", "rank_high", "strength_low", "strength_high"}
    assert moved.any()


def test_results_are_not_needed_to_rank_but_for_a_hit_rate(icpc2015, study2015):
    blind = with_results(icpc2015, "", np.nan)
    study = run_study(blind, study2015.comparisons, Settings())
    with pytest.raises(RankingError, match="no results are known"):
        hit_rate_curve_and_summary(study)


@pytest.mark.slow
def test_random_judges_are_simulated_once_per_study(study2015):
    study = replace(study2015)
    assert study.null_strengths is study.null_strengths
    assert np.array_equal(study.null_strengths, study2015.null_strengths)
    method, seed = study.settings.ranking_method, study.settings.seed
    assert np.array_equal(study.null_strengths, random_judge_strengths(study.tally, method, seed))


@pytest.mark.slow
def test_who_counts_as_passed_can_be_moved(study2015):
    _, finalists = hit_rate_curve_and_summary(with_passing_score(study2015, 4))
    assert finalists.passed == 3
    with pytest.raises(RankingError, match="none of the 113 ranked candidates passed"):
        hit_rate_curve_and_summary(with_passing_score(study2015, 9))


def test_all_ordered_pairs_carry_their_truth(icpc2015):
    score = icpc2015.eligible.set_index("candidate")["score"]
    pairs = with_truth(ordered_pairs(score.index), score)
    assert len(pairs) == 158 * 157
    difference = pairs["first"].map(score).to_numpy() - pairs["second"].map(score).to_numpy()
    assert (pairs["truth"].isna().to_numpy() == (difference == 0)).all()
    assert (pairs["truth"][difference > 0] == pairs["first"][difference > 0]).all()


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"method": "elo"}, "method elo: no such choice"),
        ({"vote": "loudest"}, "vote loudest"),
        ({"count": "paper", "method": "win-rate"}, "the paper's counting ranks by raw wins"),
        ({"resample": "pairs"}, "resample pairs"),
        ({"count": "paper", "method": "wins", "resample": "windows"}, "votes are on all pairs"),
        ({"ranges": "both"}, "ranges both: no such choice"),
        ({"ranges": "joint", "resample": "windows"}, "ranges joint and resample windows: joint"),
    ],
)
def test_unknown_choices_are_refused(choice, words):
    with pytest.raises(RankingError, match=words):
        Settings(**choice)


def test_comparisons_come_from_one_source(icpc2015, tmp_path):
    with pytest.raises(CompetitionError, match="comparisons from several files"):
        load_comparisons(
            icpc2015, comparisons_file=tmp_path / "a.csv", marks_file=tmp_path / "b.csv"
        )
    for file in ({}, {"votes_file": tmp_path / "a.csv"}, {"comparisons_file": tmp_path / "a.csv"}):
        with pytest.raises(CompetitionError, match="no marks by a panel"):
            load_comparisons(icpc2015, round_name="stage1", **file)
    with pytest.raises(RankingError, match="no votes on windows"):
        run_study(icpc2015, load_comparisons(icpc2015), Settings(resample="windows"))


def test_a_slow_method_is_tested_only_where_permuting_its_ranking_is_fair(icpc2015, study2015):
    """Of 2015 candidates of equal result were hardly ever compared: there it is not."""
    few = study2015.comparisons.among(study2015.tally.candidates[:14])
    study = run_study(icpc2015, few, Settings(method="kemeny")).largest
    assert study.ranking_untested.startswith("A fair test takes more simulated rankings")
    assert study.null_strengths is None
    assert study.null_strengths_of_tests is None
    assert any(remark.startswith("The order contradicts ") for remark in study.remarks)
    plain = run_study(icpc2015, few, Settings()).largest
    assert plain.ranking_untested == ""


def test_a_slow_method_of_an_even_schedule_has_its_ranking_permuted(icpc2015, study2015):
    ids = study2015.tally.candidates[:8]
    rows = [(one, other, one, 1, 1) for at, one in enumerate(ids) for other in ids[at + 1 :]]
    table = pd.DataFrame(rows, columns=["first", "second", "winner", "votes", "windows"])
    study = run_study(
        icpc2015, Comparisons(table, "comparisons of all pairs"), Settings(method="kemeny")
    )
    assert study.ranking_untested == ""
    assert study.null_draws == "permutations of the results over the candidates"
    assert (np.sort(study.null_strengths, axis=1) == np.arange(8)).all()
