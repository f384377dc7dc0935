"""Each finding carries its number and says what was found either way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import Competition
from icpc.findings.checks import FINDERS, check_study
from icpc.findings.consistency import find_concordance
from icpc.findings.finding import (
    AGREEMENT,
    CONSISTENCY,
    CONTROLS,
    Finding,
    Findings,
    Outcome,
)
from icpc.study.comparisons import Comparisons
from icpc.study.runs import load_run, save_run
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.marks import marks_to_comparisons
from ranking.tables import FINDINGS


def invented(skill: float, *, first_preference: float = 0.0, n: int = 40) -> Findings:
    """Findings on a ranker of the given skill, who compared n candidates in both orders."""
    rng = np.random.default_rng(1)
    score = np.repeat([0.0, 1.0, 2.0, 3.0], n // 4)
    ids = [f"c{i:02}" for i in rng.permutation(n)]
    roster = pd.DataFrame(
        {
            "candidate": ids,
            "name": ids,
            "country": "",
            "reached": "",
            "score": score,
            "exempt": False,
            "seconds": 100 + score,
            "appearance": np.nan,
        }
    )
    strength = skill * score + 0.5 * rng.standard_normal(n)
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    chance = 1 / (1 + np.exp(strength[j] - strength[i] - first_preference))
    wins = rng.random(len(i)) < chance
    names = np.array(ids)
    comparisons = pd.DataFrame(
        {
            "first": names[i],
            "second": names[j],
            "winner": np.where(wins, names[i], names[j]),
            "votes": 1,
            "windows": 1,
        }
    )
    competition = Competition("invented", "Invented", (), roster, roster_path=None)
    comparisons = Comparisons(comparisons, "invented comparisons")
    return check_study(run_study(competition, comparisons, Settings()))


def test_the_table_keeps_its_contract_and_the_order_of_the_findings(findings2015):
    table = findings2015.table()
    assert tuple(table.columns) == FINDINGS
    assert table["check"].tolist() == [finding.name for finding in findings2015]
    assert table["finding"].tolist() == [finding.sentence for finding in findings2015]
    assert len(table) == len(findings2015)


@pytest.mark.parametrize(
    ("key", "value", "outcome", "words"),
    [
        ("pair_accuracy", 4549 / 8414, "not significant", "that cannot be told from chance (sm"),
        ("accuracy_at_distance_1", 0.539, "not applicable", "Candidates 1 round apart: 53.9 %"),
        ("macro_f1", 0.5406, "not applicable", "as in Table 4"),
        ("tau_b", 0.092, "not significant", "cannot be told from chance"),
        ("tau_b", 0.092, "not significant", "with these ties 0.817 is full agreement"),
        ("somers_d", 0.112, "not applicable", "It describes what tau-b tests."),
        ("auc", 0.575, "not applicable", "57.5 % of cases (95 % interval 46."),
        ("passed_into_1", 33 / 58, "not significant", "the top 58 of the ranking include 33 of"),
        ("order_agreement", 0.602, "significant", "A coin flip agrees with itself in 50 %"),
        ("first_preference", 0.497, "not significant", "no clear preference for either place"),
        ("order_effect", -0.021, "not significant", "cannot be told from no order effect"),
        ("circular_triads", 2, "significant", "2 of 14,721, or 0.014 %, fewer than in coin flips"),
        ("feedback_arcs", 10 / 2533, "not applicable", "ranked in the same way: 38."),
        ("connected_groups", 1, "not applicable", "every strength is finite"),
        ("control_coin_flips_by_wins", 0.999, "not applicable", "gives the result away"),
        (
            "control_coin_flips_by_win_rate",
            0.5,
            "not applicable",
            "ranked in the same way, do so in 61.5 %",
        ),
        ("control_length", 0.561, "not significant", "cannot be told from chance"),
    ],
)
def test_findings_on_2015(findings2015, key, value, outcome, words):
    found = findings2015[key]
    assert found.value == pytest.approx(value, abs=0.0055)
    assert found.outcome is Outcome(outcome)
    assert words in found.sentence


def test_low_and_high_are_the_ends_of_95_percent_intervals_alone(findings2015, findings2025):
    """Null bands and ranges over jurors stand in the sentence."""
    for one in (*findings2015, *findings2025):
        assert ("95 % interval" in one.sentence) == (not np.isnan(one.low)), one.key


def test_no_p_of_2015_is_small_and_the_last_line_says_so(findings2015):
    *others, last = findings2015
    assert min(finding.p for finding in others if finding.p == finding.p) > 0.05
    assert last == findings2015["many_checks"]
    assert last.sentence.startswith(
        "6 tests of agreement with the result (none significant); 3 tests of the controls (none "
    )


def test_what_could_have_been_found_stands_where_nothing_was(findings2015):
    """113 candidates of five results: about 63 %, and so not few."""
    sentence = findings2015["pair_accuracy"].sentence
    assert "from a pair accuracy of 62" in sentence
    assert "so few candidates" not in sentence


@pytest.mark.parametrize(("family", "tests"), [(AGREEMENT, 6), (CONTROLS, 3)])
def test_a_family_is_corrected_by_itself(findings2015, family, tests):
    """Holm by hand: the smallest p times the number of tests, and none below one before it."""
    own = [finding for finding in findings2015.of(family) if finding.test]
    assert len(own) == tests
    raw = np.array([finding.test.p.p for finding in own])
    expected = np.maximum.accumulate(np.sort(raw) * np.arange(tests, 0, -1))
    assert sorted(finding.p for finding in own) == pytest.approx(np.minimum(expected, 1))
    assert all(f"(corrected for {tests} tests)" in finding.sentence for finding in own)


def test_marks_that_decided_the_result_are_not_tested_against_it(findings2025):
    own = findings2025["pair_accuracy"]
    assert own.value == pytest.approx(0.730, abs=5e-4)
    assert np.isnan([own.low, own.high, own.p]).all()
    assert "These marks decided who passed into stage 2: this is no prediction" in own.sentence
    assert np.isnan(findings2025["auc"].low)
    for key in ("tau_b", "passed_into_1", "passed_into_3", "auc"):
        assert "These marks decided who passed into stage 2" in findings2025[key].sentence
    assert not any(finding.test for finding in findings2025.of(AGREEMENT))


def test_findings_are_asked_for_by_family(findings2015):
    families = [AGREEMENT, CONSISTENCY, CONTROLS]
    parts = [findings2015.of(family) for family in families]
    assert sum(map(len, parts)) == len(findings2015) - 1  # but for the remark on all of them
    assert all(finding.key.startswith("control_") for finding in parts[2])
    assert [finding.heading for finding in parts[2]][-2:] == ["order of appearance", "roster order"]
    assert len(findings2015.of(*families[:2])) == len(parts[0]) + len(parts[1])


def test_findings_are_asked_for_by_key(findings2015):
    assert "auc" in findings2015
    assert "AUC of passing" not in findings2015
    assert findings2015.get("nobody") is None
    with pytest.raises(KeyError, match="nobody"):
        findings2015["nobody"]
    with pytest.raises(ValueError, match="two findings have the key 'auc'"):
        Findings((findings2015["auc"], findings2015["auc"]))


def test_a_finding_of_ones_own_is_a_function_in_the_list(study2015):
    def find_candidates(study):
        yield Finding("candidates", "mine", "candidates", "113 are ranked.", value=113.0)

    found = check_study(study2015, (FINDERS[0], find_candidates))
    assert [finding.key for finding in found] == ["candidates"]
    assert found.table().loc[0, ["check", "value"]].to_list() == ["candidates", 113]


def test_the_panel_of_2025_agrees_with_the_rounds_as_known(findings2025):
    """Measured on the official sheets: 0.637 to 0.817, 0.730 on average."""
    own = findings2025["juror_agreement"]
    assert own.value == pytest.approx(0.730, abs=5e-4)
    assert "from 63.7 % (" in own.sentence
    assert "to 81.7 % (" in own.sentence
    assert "Marks have no first and second candidate" in findings2025["order_effect"].sentence
    assert "order_agreement" not in findings2025
    length = findings2025["control_length"]
    assert "does not give the recording length" in length.sentence
    assert length.outcome is Outcome.NOT_APPLICABLE


def test_the_null_of_a_panel_shuffles_marks_within_jurors(findings2025):
    """Simulated elsewhere: 3.7 % of the triads circular, 13 % of the pairs feedback arcs."""
    circular, feedback = findings2025["circular_triads"], findings2025["feedback_arcs"]
    assert circular.outcome is Outcome.SIGNIFICANT
    assert "fewer than in marks shuffled within each juror (3." in circular.sentence
    assert "marks shuffled within each juror, ranked in the same way: 11." in feedback.sentence


def test_the_concordance_of_a_panel_is_more_than_that_of_shuffled_marks(findings2015, findings2025):
    """W of 17 jurors who agree on nothing is 1 / 17 on average."""
    own = findings2025["concordance"]
    assert own.value == pytest.approx(0.320, abs=5e-4)
    assert own.outcome is Outcome.SIGNIFICANT
    assert own.sentence.startswith(
        "Kendall's W, the concordance of 17 jurors, is 0.32 (1: all rank alike), more than in "
        "marks shuffled within each juror (0.04 to 0.08). It is that of the mean Spearman"
    )
    assert "concordance" not in findings2015  # no panel


def three_jurors(competition: Competition, rows: slice = slice(None)) -> Study:
    """One juror who ordered three candidates, one with all equal marks, and one like the first."""
    marks = {"j1": (3.0, 2.0, 1.0), "j2": (5.0, 5.0, 5.0), "j3": (9.0, 8.0, 7.0)}
    ids = competition.eligible["candidate"].iloc[:3]
    given = pd.DataFrame(
        [
            (juror, one, mark, False)
            for juror in marks
            for one, mark in zip(ids, marks[juror], strict=True)
        ],
        columns=["juror", "candidate", "mark", "recused"],
    )
    table = marks_to_comparisons(given).iloc[rows]
    return run_study(competition, Comparisons(table, "three jurors", marks=given), Settings())


def test_the_concordance_of_a_run_is_that_of_its_comparisons(study2025, tmp_path):
    """Runs of earlier versions have no marks, but each juror's comparisons, which are an order."""
    panel = three_jurors(study2025.competition)
    save_run(panel, tmp_path / "run")
    again = load_run(tmp_path / "run")
    bare = replace(again, comparisons=replace(again.comparisons, marks=None))
    found = [repr(next(find_concordance(study))) for study in (bare, panel)]  # NaN equals nothing
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (slice(None, -1), "There is none here: a juror's comparisons lack pairs"),
        (slice(0, 3), "takes two jurors or more who ordered the same candidates."),
        (slice(0, 6), "j2 ordered nobody and is left out."),
        (slice(None), "of 2 jurors, is 1.00 (1: all rank alike), which cannot be told from"),
    ],
)
def test_why_there_is_no_concordance_is_said(study2025, rows, words):
    panel = three_jurors(study2025.competition, rows)
    assert words in next(find_concordance(panel)).sentence


@pytest.mark.slow
def test_a_skilled_ranker_is_recognised():
    found = invented(skill=1.5)
    assert "better than random judges" in found["pair_accuracy"].sentence
    assert "agrees with the result more than by chance." in found["tau_b"].sentence
    assert "agrees with the result more than by chance" in found["control_length"].sentence
    assert "p ≤ 0.005 (corrected for 5 tests)" in found["pair_accuracy"].sentence
    for key in ("pair_accuracy", "tau_b", "passed_into_3", "control_length"):
        assert found[key].outcome is Outcome.SIGNIFICANT, key
    assert found["accuracy_at_distance_3"].value > 0.9


@pytest.mark.slow
def test_a_ranker_who_prefers_who_lost_is_worse_than_random_judges():
    found = invented(skill=-1.5)
    assert "worse than random judges" in found["pair_accuracy"].sentence
    assert "runs against the result" in found["tau_b"].sentence
    assert found["accuracy_at_distance_3"].value < 0.1
    for key in ("pair_accuracy", "tau_b", "passed_into_2"):
        assert found[key].outcome is Outcome.OPPOSITE, key


@pytest.mark.slow
def test_a_ranker_who_prefers_the_first_is_caught():
    found = invented(skill=0.5, first_preference=1.5)
    assert "the order of the two matters" in found["first_preference"].sentence
    assert "there is an order effect" in found["order_effect"].sentence
    assert found["order_effect"].outcome is Outcome.SIGNIFICANT
    assert found["order_effect"].value == pytest.approx(1.5, abs=0.4)


@pytest.mark.slow
def test_scores_in_points_are_compared_with_the_ranking_but_not_by_round(study2015):
    roster = study2015.competition.roster.assign(reached="")
    roster["score"] = np.random.default_rng(0).permutation(len(roster)) / 4
    scored = replace(study2015.competition, roster=roster, rounds=())
    found = check_study(run_study(scored, study2015.comparisons, Settings()))
    assert "113 different scores: too many to count by round" in found["rounds"].sentence
    keys = [finding.key for finding in found]
    assert sum(key.startswith("accuracy_at_distance") for key in keys) == 4
    assert not any(key.startswith("passed_into") for key in keys)


def test_without_results_only_consistency_is_checked(study2015):
    roster = study2015.competition.roster.assign(score=np.nan, reached="")
    blind = run_study(
        replace(study2015.competition, roster=roster), study2015.comparisons, Settings()
    )
    found = check_study(blind)
    assert "Results are unknown" in found["result"].sentence
    assert [finding.key for finding in found.of(AGREEMENT)] == ["result"]
    assert "order_agreement" in found
    assert not len(found.of(CONTROLS))
