"""Each finding carries its number and says what was found either way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icpc.competition.competitions import Competition
from icpc.findings.checks import check_study
from icpc.study.source import Verdicts
from icpc.study.study import Settings, run_study
from ranking.tables import FINDINGS


@pytest.fixture(scope="module")
def findings2015(study2015):
    return check_study(study2015).set_index("check")


@pytest.fixture(scope="module")
def findings2025(study2025):
    return check_study(study2025).set_index("check")


def invented(skill: float, *, first_lean: float = 0.0, n: int = 40) -> pd.DataFrame:
    """Findings on a judge of the given skill, who heard every pair of n candidates twice."""
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
    chance = 1 / (1 + np.exp(strength[j] - strength[i] - first_lean))
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
    verdicts = Verdicts(comparisons, "invented comparisons")
    return check_study(run_study(competition, verdicts, Settings())).set_index("check")


def test_the_table_keeps_its_contract(study2015):
    assert tuple(check_study(study2015).columns) == FINDINGS


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        ("pair accuracy", 4549 / 8414, "A judge without skill would often do as well."),
        ("accuracy at distance 1", 0.539, "no clearer than a toss"),
        ("F1", 0.5406, "as in Table 4"),
        ("Kendall's tau-b", 0.092, "chance does as much"),
        ("AUC of passing", 0.575, "57.5 % of cases"),
        ("passed into stage1", 33 / 58, "the top 58 of the ranking hold 33 of them"),
        ("order agreement", 0.602, "a coin agrees with itself in 50 %"),
        ("first position", 0.497, "no clear lean"),
        ("position term", -0.021, "not told from none"),
        ("circular triads", 2, "2 of 14,721 triads"),
        ("back-arcs", 10 / 2533, "Of 2,533 pairs"),
        ("connected groups", 1, "every strength is finite"),
        ("control: coin by wins", 0.999, "gives the result away"),
        ("control: coin by win-rate", 0.5, "this judge in 61.5 %"),
        ("control: recording length", 0.561, "no clearer than chance"),
    ],
)
def test_findings_on_2015(findings2015, check, value, words):
    assert findings2015.loc[check, "value"] == pytest.approx(value, abs=0.0055)
    assert words in findings2015.loc[check, "finding"]


def test_no_p_of_2015_is_small_and_the_last_line_says_so(findings2015):
    p = findings2015["p"].drop("many checks").dropna()
    assert p.min() > 0.05
    assert "none of them proves anything" in findings2015.loc["many checks", "finding"]


def test_many_checks_are_corrected_as_by_holm(findings2025):
    """Holm's first step multiplies the smallest of m by m: nine checks, 1 in 1,000 draws."""
    p = findings2025["p"].drop("many checks").dropna()
    assert len(p) == 9
    assert findings2025.loc["many checks", "p"] == pytest.approx(9 / 1000, rel=0.01)
    assert "it stands" in findings2025.loc["many checks", "finding"]


def test_the_panel_of_2025_agrees_with_the_rounds_as_known(findings2025):
    """Measured on the official sheets: 0.637 to 0.817, 0.730 on average."""
    own = findings2025.loc["juror agreement"]
    assert (own["value"], own["low"], own["high"]) == pytest.approx((0.730, 0.637, 0.817), abs=5e-4)
    assert "better than a judge without skill" in findings2025.loc["pair accuracy", "finding"]
    assert "Most pairs stand in one order only" in findings2025.loc["order", "finding"]
    assert (
        "does not give the recording length"
        in findings2025.loc["control: recording length", "finding"]
    )


def test_a_skilled_judge_is_recognised():
    found = invented(skill=1.5)
    assert "better than a judge without skill" in found.loc["pair accuracy", "finding"]
    assert "more than chance." in found.loc["Kendall's tau-b", "finding"]
    assert "tells something" in found.loc["control: recording length", "finding"]
    assert found.loc["accuracy at distance 3", "value"] > 0.9


def test_a_judge_who_prefers_who_lost_is_worse_than_one_without_skill():
    found = invented(skill=-1.5)
    assert "worse than a judge without skill" in found.loc["pair accuracy", "finding"]
    assert "the wrong way round" in found.loc["AUC of passing", "finding"]


def test_a_judge_who_prefers_the_first_is_caught():
    found = invented(skill=0.5, first_lean=1.5)
    assert "the order of hearing matters" in found.loc["first position", "finding"]
    assert "a real bias" in found.loc["position term", "finding"]
    assert found.loc["position term", "value"] == pytest.approx(1.5, abs=0.4)


def test_scores_in_points_are_held_against_the_ranking_but_not_called_rounds(study2015):
    roster = study2015.competition.roster.assign(reached="")
    roster["score"] = np.random.default_rng(0).permutation(len(roster)) / 4
    scored = replace(study2015.competition, roster=roster, rounds=())
    found = check_study(run_study(scored, study2015.verdicts, Settings())).set_index("check")
    assert "Scores of 113 kinds are no rounds" in found.loc["rounds", "finding"]
    assert sum(name.startswith("accuracy at distance") for name in found.index) == 4
    assert not any(name.startswith("passed into") for name in found.index)


def test_without_results_only_coherence_is_checked(study2015):
    roster = study2015.competition.roster.assign(score=np.nan, reached="")
    blind = run_study(replace(study2015.competition, roster=roster), study2015.verdicts, Settings())
    found = check_study(blind).set_index("check")
    assert "Results are unknown" in found.loc["result", "finding"]
    assert "order agreement" in found.index
    assert not any(name.startswith("control") for name in found.index)
