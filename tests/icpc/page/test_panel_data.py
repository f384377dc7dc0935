"""The page shows a panel's marks as they were given, and what the analysis of the panel says."""

import json

import numpy as np
import pandas as pd
import pytest

from icpc.juries.jurors import jurors_section
from icpc.juries.panel import make_panel
from icpc.page.page import report_page
from icpc.page.panel import panel_page_data
from icpc.page.tournament import ranking_table_with_roster
from icpc.study.by_round import tier_by_candidate_and_tiers
from icpc.study.comparisons import load_comparisons
from icpc.study.kept import KeptResults
from icpc.study.runs import run_record, save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.methods.registry import find_method


@pytest.fixture(scope="module")
def final(study2025):
    comparisons = load_comparisons(study2025.competition, round_name="final")
    return run_study(study2025.competition, comparisons, Settings())


@pytest.fixture(scope="module")
def found(final):
    return panel_page_data(KeptResults(final, None))


def test_every_mark_is_that_of_the_file(final, found):
    table = pd.DataFrame(
        found["marks"], [one["juror"] for one in found["jurors"]], found["candidates"], dtype=float
    )
    given = final.comparisons.marks.dropna(subset="mark")
    assert table.notna().to_numpy().sum() == len(given)
    for row in given.itertuples():
        assert table.loc[row.juror, row.candidate] == pytest.approx(row.mark, abs=1e-4)


def test_jurors_are_those_of_the_analysis(final, found):
    panel = make_panel(final.competition, final.comparisons, find_method("bradley-terry"))
    table = jurors_section(panel).table
    assert [one["juror"] for one in found["jurors"]] == table["juror"].tolist()
    severity = [one["severity"] for one in found["jurors"]]
    np.testing.assert_allclose(severity, table["severity"])
    assert {one["juror"] for one in found["without"]} == set(table["juror"])
    json.dumps(found, allow_nan=False)


@pytest.mark.slow
def test_places_by_rule_are_those_of_each_method(study2025, found):
    """Of the first stage, 40 passed: by some rules others would have."""
    rules = panel_page_data(KeptResults(study2025, None))["rules"]
    names, rows = rules["names"], {one["candidate"]: one for one in rules["rows"]}
    assert {"mean-mark", "corrected-mean-3", "borda"} <= set(names)
    assert "bradley-terry" not in names
    for name in names:
        again = run_study(study2025.competition, study2025.comparisons, Settings(method=name))
        rank = again.ranking.set_index("candidate")["rank"]
        at = names.index(name)
        assert {one: row["ranks"][at] for one, row in rows.items()} == rank[list(rows)].to_dict()
    assert rules["passing"] == 40
    between = {one for one, row in rows.items() if row["between"]}
    assert len(between) == rules["between"] > 0
    for one in between:
        assert min(rows[one]["ranks"]) <= 40 < max(rows[one]["ranks"])
    assert set(study2025.ranking["candidate"][:10]) <= set(rows)
    assert len(rows) == len(between | set(study2025.ranking["candidate"][:10]))
    assert "skating" not in found["rules"]["names"]  # marks of the final are missing


def test_a_panel_is_computed_once_for_a_run(final, found, tmp_path, monkeypatch):
    save_run(final, tmp_path / "run")
    assert panel_page_data(KeptResults(final, tmp_path / "run")) == found
    monkeypatch.setattr("icpc.page.panel.make_panel", None)
    assert panel_page_data(KeptResults(final, tmp_path / "run")) == found


def test_without_marks_there_is_no_panel(study2015):
    assert panel_page_data(KeptResults(study2015, None)) is None


def test_probabilities_of_passing_add_up_to_the_number_who_passed(study2025):
    table = ranking_table_with_roster(study2025, *tier_by_candidate_and_tiers(study2025))
    assert table["p_passed"].sum() == pytest.approx(len(study2025.passed_by_id), abs=0.01)
    assert table["p_first"].sum() == pytest.approx(1, abs=0.01)


@pytest.mark.slow
def test_a_candidates_page_has_the_marks_by_juror(visit, final, found, tmp_path):
    path = tmp_path / "final.html"
    path.write_text(report_page(final, run_record(final), "judge report"), encoding="utf-8")
    first = final.ranking["candidate"][0]
    page = visit(path, f"#/candidate/{first}")
    own = found["candidates"].index(first)
    marks = [f"{row[own]:g}" for row in found["marks"] if row[own] is not None]
    assert page.locator("#marks-table td:nth-child(2)").all_inner_texts() == marks
    page = visit(path, "#jurors")
    page.locator("#marks-figure svg").wait_for()
    assert page.locator("#marks-figure [data-mark=cell] > *").count() == sum(
        mark is not None for row in found["marks"] for mark in row
    )
