"""What is said of comparisons by rankers fitted in folds: no intervals, and p by permutations."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import Competition
from icpc.findings.checks import check_study
from icpc.findings.compare import compare_rankings, every_two_rankings, rankings_of
from icpc.findings.compare_sentences import paired_sentences
from icpc.findings.finding import AGREEMENT, CONTROLS, Outcome
from icpc.page.page import report_page
from icpc.study.comparisons import Comparisons
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.runs import load_run, run_record, save_run
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.pairs import ordered_pairs
from ranking.evaluation.permuted_outcomes import PermutedOutcomes, stack_outcomes
from ranking.tables import VOTES

N = 12
SCORE = np.repeat([0.0, 1.0, 2.0, 3.0], N // 4)
IDS = pd.Index([f"c{number:02}" for number in range(N)])


def outcomes_by(strength: np.ndarray) -> np.ndarray:
    """Outcomes where the stronger always wins."""
    outcomes = np.where(strength[:, np.newaxis] > strength, 2, 0).astype(np.int8)
    np.fill_diagonal(outcomes, -1)
    return outcomes


def permutations(times: int, spread: float = 1.0) -> PermutedOutcomes:
    rng = np.random.default_rng(0)
    drawn = [spread * SCORE + rng.normal(size=N) for _ in range(times)]
    return stack_outcomes(IDS, [outcomes_by(strength) for strength in drawn])


def study(permuted: PermutedOutcomes | None, method: str = "bradley-terry") -> Study:
    """The study of a ranker that is nearly always right, fitted in three folds."""
    roster = pd.DataFrame(
        {"candidate": IDS, "name": IDS, "country": "", "reached": "", "score": SCORE}
    ).assign(exempt=False, recording="", seconds=np.nan, appearance=np.nan)
    strength = SCORE + 0.3 * np.random.default_rng(1).normal(size=N)
    pairs = ordered_pairs(IDS)[["first", "second"]]
    by_id = dict(zip(IDS, strength, strict=True))
    ahead = pairs["first"].map(by_id) > pairs["second"].map(by_id)
    table = pairs.assign(winner=pairs["first"].where(ahead, pairs["second"]), votes=1, windows=1)
    votes = pairs.assign(**dict.fromkeys(VOTES[2:-1], 0), p_first=np.where(ahead, 0.8, 0.2))
    fold = {one: number % 3 for number, one in enumerate(IDS)}
    comparisons = Comparisons(
        table,
        "invented comparisons",
        votes=votes,
        provenance={"fit": {"fold": fold}},
        permuted=permuted,
    )
    competition = Competition("cup", "Cup", (), roster, roster_path=None)
    return run_study(competition, comparisons, Settings(method=method))


NO_P = "Rankers were fitted on the results of other candidates"


@pytest.mark.parametrize("permuted", [None, permutations(198)])
def test_without_permutations_there_is_neither_interval_nor_p(permuted):
    own = study(permuted)
    ends = ["rank_low", "rank_high", "strength_low", "strength_high"]
    assert own.ranking[ends].isna().all(axis=None)
    assert any("depend on each other through the results" in remark for remark in own.remarks)
    findings = check_study(own)
    for finding in findings:
        if finding.family != CONTROLS:
            assert np.isnan([finding.low, finding.high, finding.p]).all(), finding.key
    for key in ("pair_accuracy", "tau_b", "passed_into_1"):
        assert f"{NO_P}: " in findings[key].sentence
        assert findings[key].outcome is Outcome.NOT_APPLICABLE
    assert "199 permutations of the results or more" in findings["fit_in_folds"].sentence
    curve = study_hit_rate_curve(own)
    assert curve.curve[["null_low", "null_high"]].isna().all(axis=None)
    assert "There is no null band" in curve.sentences[-1]
    assert not any("nan" in sentence for sentence in curve.sentences)


def test_with_permutations_p_is_what_they_give():
    permuted = permutations(399, spread=0.2)
    own = study(permuted, "win-rate")
    findings = check_study(own)
    better = SCORE[:, np.newaxis] > SCORE
    shares = [(one / 2 * better).sum() + ((2 - one.T) / 2 * better).sum() for one in
              permuted.outcomes.astype(float)]  # fmt: skip
    accuracy = findings["pair_accuracy"]
    as_good = (np.array(shares) / (2 * better.sum()) >= accuracy.value - 1e-9).sum()
    tests = sum(one.test is not None for one in findings.of(AGREEMENT))
    assert tests == 5  # pair accuracy, tau-b and three rounds
    assert accuracy.test is not None
    assert accuracy.test.p.p == pytest.approx(2 * (1 + as_good) / 400)
    assert accuracy.outcome is Outcome.SIGNIFICANT
    assert "and rankers fitted anew 399 times, p" in accuracy.sentence
    assert np.isnan([accuracy.low, accuracy.high]).all()
    assert "399 permutations" in findings["fit_in_folds"].sentence
    assert "95 % of rankers fitted anew on permuted results reach" in findings["auc"].sentence
    curve = study_hit_rate_curve(own)
    assert "95 % of rankers fitted anew on permuted results" in curve.sentences[1]
    assert curve.summary.has_band


def test_a_family_needs_forty_permutations_a_test():
    own = study(permutations(199), "win-rate")
    assert check_study(own)["tau_b"].test is not None  # 199 = 40 x 5 - 1
    other = own.competition.roster.assign(score=np.repeat(np.arange(6.0), 2))
    six = replace(own, competition=replace(own.competition, roster=other))
    found = check_study(six)["tau_b"]  # and five rounds: seven tests
    assert found.test is None
    assert np.isnan(found.p)
    assert found.sentence.endswith("no p: it takes 279 permutations or more.")


@pytest.mark.parametrize(
    "method", ["wins", "win-rate", pytest.param("bradley-terry", marks=pytest.mark.slow)]
)
def test_permutations_are_ranked_by_the_method_of_the_study(method):
    permuted = permutations(199)
    null = study(permuted, method).null_strengths
    assert null is not None
    assert null.shape == (199, N)
    wins = permuted.outcomes[0].clip(0).sum(axis=1)
    assert np.array_equal(np.argsort(null[0]), np.argsort(wins))


def test_two_rankings_are_compared_without_interval():
    own = study(None)
    comparisons = replace(own.comparisons, provenance={})
    plain = run_study(own.competition, comparisons, own.settings)
    rankings = rankings_of({"folds": own, "plain": plain})
    (found,) = compare_rankings(every_two_rankings(rankings), own.competition.score)
    assert np.isnan([found.tau_low, found.difference_low, found.p]).all()
    assert found.outcome is Outcome.NOT_APPLICABLE
    *_, sentence = paired_sentences(found)
    assert sentence.endswith("fitted in folds, on results of other candidates: neither interval "
                             "nor p.")  # fmt: skip


@pytest.mark.slow
def test_a_run_keeps_its_permutations(tmp_path):
    own = study(permutations(199), "win-rate")
    save_run(own, tmp_path / "run")
    again = load_run(tmp_path / "run")
    assert again.comparisons.cross_fitted
    assert again.permuted is not None
    assert own.permuted is not None
    assert np.array_equal(again.permuted.outcomes, own.permuted.outcomes)
    assert check_study(again).table().equals(check_study(own).table())


@pytest.mark.parametrize("permuted", [None, permutations(199)])
def test_the_page_and_its_figures_do_without_intervals(permuted):
    own = study(permuted, "win-rate")
    page = report_page(own, run_record(own), "judge report")
    text = page.partition('<script type="application')[0]
    assert "each pair was compared by a ranker fitted on the results of other" in text
    assert ("there is no p" in text) == (permuted is None)
    assert not re.search(r"\bnan\b", text.lower())
    labels = study_hit_rate_curve(own).figure().axes[0].get_legend_handles_labels()[1]
    assert any(label.startswith("null band") for label in labels) == (permuted is not None)
