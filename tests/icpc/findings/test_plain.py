"""Findings in plain words: the answer, the marks, and that no finding is left without a name."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.competition.competitions import load_competition
from icpc.findings.checks import check_study
from icpc.findings.finding import NAN, Finding, Outcome
from icpc.findings.plain import ANSWERS, Mark, answers_of, mark_of, plain_line
from icpc.study.comparisons import load_comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study


@pytest.fixture(scope="module")
def study2025():
    competition = load_competition("icpc2025")
    return run_study(competition, load_comparisons(competition), Settings())


def finding(key, outcome, value=NAN, low=NAN, high=NAN, family="agreement with the result"):
    return Finding(key, family, key, "A sentence.", outcome, value, low, high)


@pytest.mark.parametrize(
    ("key", "family", "marks"),
    [
        ("pair_accuracy", "agreement with the result", (Mark.GOOD, Mark.OPEN, Mark.BAD)),
        ("passed_into_2", "agreement with the result", (Mark.GOOD, Mark.OPEN, Mark.BAD)),
        ("circular_triads", "consistency", (Mark.GOOD, Mark.OPEN, Mark.BAD)),
        ("first_preference", "consistency", (Mark.BAD, Mark.OPEN, Mark.BAD)),
        ("control_length", "controls", (Mark.BAD, Mark.OPEN, Mark.BAD)),
        ("follows_loudness", "what the ranking follows", (Mark.BAD, Mark.OPEN, Mark.BAD)),
    ],
)
def test_an_effect_speaks_for_the_ranking_or_against_it(key, family, marks):
    outcomes = (Outcome.SIGNIFICANT, Outcome.NOT_SIGNIFICANT, Outcome.OPPOSITE)
    found = [finding(key, outcome, family=family) for outcome in outcomes]
    assert tuple(map(mark_of, found)) == marks
    assert all(answers_of(one).words.of(one.outcome) in plain_line(one) for one in found)
    assert mark_of(finding(key, Outcome.NOT_APPLICABLE, family=family)) is None


def test_shares_are_in_per_cent_with_the_interval_where_there_is_one():
    found = finding("pair_accuracy", Outcome.SIGNIFICANT, 0.75, 0.6, 0.9)
    assert plain_line(found).endswith("better than chance (75.0 %, 60.0 to 90.0)")
    assert plain_line(replace(found, low=NAN)).endswith("chance (75.0 %)")
    assert plain_line(finding("tau_b", Outcome.OPPOSITE, -0.4)).endswith("worse than chance")


@pytest.mark.slow
def test_every_marked_finding_of_a_panel_has_answers_of_its_own(study2025):
    for found in check_study(study2025):
        if mark_of(found) is not None and found.family != "controls":
            assert found.key in ANSWERS or found.key.startswith("passed_into_")


def test_the_command_begins_with_the_answer_and_keeps_sentences_for_verbose(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    options = ["check", "--competition", "icpc2025", "--round", "final"]
    short, long = (
        CliRunner().invoke(app, [*options, *more]).stdout.splitlines()
        for more in ((), ("--verbose",))
    )
    assert short[:2] == long[:2]
    assert short[0].startswith("17 jurors, final: Eric Lu is first of 11")
    assert short[0].endswith("; the result is not yet known.")
    assert "✓ Agreement among the jurors: more than by chance" in short
    assert any(line.startswith("Kendall's W: ") for line in long)
    assert not any(line.startswith("Kendall's W: ") for line in short)
