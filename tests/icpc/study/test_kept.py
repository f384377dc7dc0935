"""What a command computed of a run is kept with it, as long as it is what would be computed."""

import json
import shutil
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icpc.findings import kept as findings_kept
from icpc.findings.finding import Findings
from icpc.page import curves as page_curves
from icpc.page import tournament as page_tournament
from icpc.page.page import report_page
from icpc.study import hit_rate as study_hit_rate
from icpc.study import kept
from icpc.study.comparisons import load_comparisons
from icpc.study.kept import KeptResults
from icpc.study.run_folder import FINDINGS_FILE
from icpc.study.runs import load_run, run_record, save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study, with_passing_score
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.results import check, hit_rate, verify_run
from icpc.workflows.settings import Source
from ranking.errors import FileWarning
from ranking.files.hashing import json_sha256

METHODS = {"names": ["wins"], "taus": [[1.0]], "moved": []}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of a run of 8 candidates, each compared with everyone in both orders."""
    folder = tmp_path_factory.mktemp("made")
    ids = np.array([f"c{at}" for at in range(8)])
    reached = ["one", "two", "final", "final"] * 2
    roster = pd.DataFrame({"candidate": ids, "reached": reached})
    roster.to_csv(folder / "cup.csv", index=False)
    first, second = np.nonzero(~np.eye(8, dtype=bool))
    won = np.random.default_rng(0).random(len(first)) < 0.6
    table = {"first": ids[first], "second": ids[second]}
    table["winner"] = np.where(won, table["first"], table["second"])
    pd.DataFrame(table).to_csv(folder / "my.csv", index=False)
    source = Source(roster=folder / "cup.csv", rounds="one,two,final")
    competition = bundled_or_own_competition(source)
    comparisons = load_comparisons(competition, folder / "my.csv")
    save_run(run_study(competition, comparisons, Settings(method="wins")), folder / "run")
    return folder / "run"


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


@pytest.fixture
def computed(monkeypatch):
    """Names of what was computed, in order; findings are not really."""
    done = []

    def result(study):
        done.append("check_study")
        return Findings(())

    monkeypatch.setattr(findings_kept, "check_study", result)

    def noted(name, own):
        return lambda *given: done.append(name) or own(*given)

    for module, name in (
        (study_hit_rate, "study_hit_rate_curve"),
        (page_curves, "_recounted"),
        (page_tournament, "cycles_page_data"),
    ):
        monkeypatch.setattr(module, name, noted(name, getattr(module, name)))
    return done


def computing_again(*_):
    raise AssertionError


def page(run):
    study = load_run(run)
    return report_page(study, run_record(study), "judge", run)


def test_findings_and_page_are_the_same_kept_or_computed(run, monkeypatch):
    found, shown = check(load_run(run), run), page(run)
    curve = hit_rate(load_run(run), run)
    computing = (
        (findings_kept, "check_study"),
        (study_hit_rate, "study_hit_rate_curve"),
        (page_curves, "_recounted"),
        (page_tournament, "cycles_page_data"),
        (page_tournament, "method_agreement_page_data"),
    )
    for module, name in computing:
        monkeypatch.setattr(module, name, computing_again)
    assert page(run) == shown
    again = hit_rate(load_run(run), run)
    pd.testing.assert_frame_equal(again.curve, curve.curve)
    assert (again.sentences, again.remarks) == (curve.sentences, curve.remarks)
    kept_ones = check(load_run(run), run)
    pd.testing.assert_frame_equal(kept_ones.table(), found.table())
    for one, other in zip(kept_ones, found, strict=True):
        assert repr(replace(one, test=None)) == repr(replace(other, test=None))
        assert (one.test is None) == (other.test is None)
        if one.test is not None:
            assert (one.test.effect, one.test.p) == (other.test.effect, other.test.p)
            assert one.test.words(one.outcome) == other.test.words(other.outcome)


def test_what_is_kept_is_made_anew_when_it_is_no_longer_that_of_the_run(run, computed, monkeypatch):
    check(load_run(run), run)
    code = kept._code_sha256
    assert KeptResults(load_run(run), run)._values
    for change in ("settings", "passing score", "comparisons", "code", "file"):
        study = load_run(run, seed=1) if change == "settings" else load_run(run)
        if change == "passing score":
            study = with_passing_score(study, 2)
        if change == "comparisons":
            shuffled = study.comparisons.table.iloc[::-1].reset_index(drop=True)
            study = replace(study, comparisons=replace(study.comparisons, table=shuffled))
        if change == "code":
            monkeypatch.setattr(kept, "_code_sha256", lambda: "another")
        if change == "file":
            monkeypatch.setattr(kept, "_code_sha256", code)
            text = (run / FINDINGS_FILE).read_text(encoding="utf-8")
            (run / FINDINGS_FILE).write_text(text.replace("[]", "[1]"), encoding="utf-8")
        changed = pytest.warns(FileWarning, match="changed since it was written")
        with changed if change == "file" else nullcontext():
            assert not KeptResults(study, run)._values, change


def test_only_the_runs_own_settings_are_kept(run, computed):
    check(load_run(run, seed=1), run)
    check(with_passing_score(load_run(run), 2), run)
    assert not (run / FINDINGS_FILE).exists()
    check(load_run(run), run)
    before = (run / FINDINGS_FILE).read_bytes()
    check(load_run(run, method="win-rate"), run)
    assert (run / FINDINGS_FILE).read_bytes() == before
    computed.clear()
    check(load_run(run), run)
    assert computed == []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"values": 1}', "\0"])
def test_a_damaged_file_is_written_anew(run, computed, text):
    (run / FINDINGS_FILE).write_text(text, encoding="utf-8")
    with pytest.warns(FileWarning, match=r"findings\.json: changed since it was written"):
        check(load_run(run), run)
    assert (verify_run(run)["status"] == "unchanged").all()
    assert "values" in json.loads((run / FINDINGS_FILE).read_text(encoding="utf-8"))
    assert computed == ["check_study"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("findings", [{"key": 1}]),
        ("findings", {"a": 1}),
        ("findings", [[]]),
        ("hit_rate", {"curve": {}}),
        ("recounted_hit_rate", [1]),
        ("tournament", {"consistency": {"cycles": [], "triads": []}}),
        ("tournament", {"consistency": {"cycles": [], "triads": [[0, 1, 9]]}, "methods": METHODS}),
        ("tournament", {"consistency": {"cycles": [{}], "triads": []}, "methods": METHODS}),
    ],
)
def test_values_that_the_program_does_not_write_are_computed_anew(run, computed, name, values):
    """Also with the right hash: whoever sends a run can compute it."""
    page(run)
    path = run / FINDINGS_FILE
    kept_ones = json.loads(path.read_text(encoding="utf-8"))
    kept_ones["values"][name] = values
    kept_ones["sha256"] = json_sha256(kept_ones["values"])
    path.write_text(json.dumps(kept_ones), encoding="utf-8")
    computed.clear()
    page(run)
    computing = {
        "findings": "check_study",
        "hit_rate": "study_hit_rate_curve",
        "recounted_hit_rate": "_recounted",
        "tournament": "cycles_page_data",
    }
    assert computed == [computing[name]]


def test_a_new_run_drops_what_was_kept(run, computed):
    study = load_run(run)
    check(study, run)
    save_run(study, run)
    assert not (run / FINDINGS_FILE).exists()
