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
from icpc.study import intervals as study_intervals
from icpc.study import kept
from icpc.study import study as study_study
from icpc.study.comparisons import load_comparisons
from icpc.study.kept import KeptResults
from icpc.study.run_folder import FINDINGS_FILE, INTERVALS_FILE
from icpc.study.runs import load_run, read_run, run_record, save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study, with_passing_score
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.rankings import open_study
from icpc.workflows.results import check, hit_rate, report, verify_run
from icpc.workflows.settings import RankingOptions, Source
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


def opened(run):
    return open_study(Source(run=run))


def opened_as_kept(run):
    """The study of a run whose ranking is kept, or an error."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("rank_candidates", "study_intervals"):
            patch.setattr(study_study, name, computing_again)
        return opened(run)


def saved(folder, settings, **changes):
    """The run of eight candidates, by other settings or of other comparisons."""
    competition, comparisons, _ = read_run(folder)
    changed = replace(comparisons, **changes, run_sha256="")
    save_run(run_study(competition, changed, settings), folder)
    return folder


def apart(table):
    """The comparisons of two components."""
    lower = {name: table[name].isin(["c0", "c1", "c2", "c3", "c4"]) for name in ("first", "second")}
    return table[lower["first"] == lower["second"]].reset_index(drop=True)


def by_jurors(table):
    jurors = np.where(np.arange(len(table)) % 4, "Ann", "Bo")
    return table.assign(juror=np.where(np.arange(len(table)) % 3, jurors, "Cy"))


def one_sided(table):
    """Comparisons whose wins do not connect everybody, so that strengths are infinitely far."""
    return table.assign(winner=table[["first", "second"]].min(axis=1))


KINDS = {
    "candidates": (Settings(), {}),
    "wins": (Settings(method="wins"), {}),
    "an order only": (Settings(method="kemeny"), {}),
    "joint ranges": (Settings(ranges="joint"), {}),
    "two components": (Settings(), {"table": apart}),
    "jurors": (Settings(), {"table": by_jurors}),
    "infinite": (Settings(), {"table": one_sided}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kept_ranking_is_that_of_one_made_afresh(run, computed, kind):
    settings, changes = KINDS[kind]
    table = read_run(run)[1].table
    run = saved(run, settings, **{name: change(table) for name, change in changes.items()})
    afresh = load_run(run)
    expected = report_page(afresh, run_record(afresh), "judge", None)
    opened(run)
    study = opened_as_kept(run)
    pd.testing.assert_frame_equal(study.ranking, afresh.ranking)
    assert study.remarks == afresh.remarks
    assert study.intervals.uncertainty == afresh.intervals.uncertainty
    assert study.intervals.possible_leaders == afresh.intervals.possible_leaders
    pairs = zip(study.intervals.components, afresh.intervals.components, strict=True)
    for one, other in pairs:
        for name in ("low", "high", "strength", "covariance", "p"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
        assert (one.freedom, one.candidates.tolist()) == (other.freedom, other.candidates.tolist())
        assert one.distribution.ranks.dtype == other.distribution.ranks.dtype
        assert (one.distribution.ranks == other.distribution.ranks).all()
    assert report_page(study, run_record(study), "judge", run) == expected


def changed_values(path, change):
    """Change what is kept of a ranking, with the right hash."""
    kept_ones = json.loads(path.read_text(encoding="utf-8"))
    change(kept_ones["values"]["ranking"])
    kept_ones["sha256"] = json_sha256(kept_ones["values"])
    path.write_text(json.dumps(kept_ones), encoding="utf-8")


def packed(array):
    return study_intervals._pack(np.asarray(array))


@pytest.mark.parametrize(
    "change",
    [
        lambda own: own.pop("columns"),
        lambda own: own["columns"].update(strength="no base64"),
        lambda own: own["columns"].update(strength=packed(np.zeros(7))),
        lambda own: own["columns"].update(rank_low=packed(np.full(8, 9))),
        lambda own: own["columns"].update(strength_high=packed(np.full(8, -99.0))),
        lambda own: own["columns"].update(strength=packed(np.zeros(8, dtype=complex))),
        lambda own: own.update(uncertainty={"unit": 1}),
        lambda own: own.update(components=own["components"] * 2),
        lambda own: own["components"][0].update(ranks=packed(np.zeros((5, 8), dtype=int))),
        lambda own: own["components"][0].update(ranks=packed(np.ones((0, 8), dtype=int))),
        lambda own: own["components"][0].update(covariance=packed(np.zeros((8, 7)))),
        lambda own: own["components"][0].update(freedom="many"),
    ],
)
def test_a_kept_ranking_that_is_none_is_made_anew(run, change):
    expected = opened(run)
    changed_values(run / INTERVALS_FILE, change)
    found = opened(run)
    pd.testing.assert_frame_equal(found.ranking, expected.ranking)
    assert found.intervals.possible_leaders == expected.intervals.possible_leaders
    assert opened(run).intervals.components[0].distribution.ranks.shape == (2000, 8)


def test_a_run_from_before_rankings_were_kept_and_an_edited_one_are_ranked_again(run):
    expected = opened(run)
    path = run / INTERVALS_FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"candidate"', '"comparison"'), encoding="utf-8")
    with pytest.warns(FileWarning, match=r"intervals\.json: changed since it was written"):
        assert opened(run).intervals.uncertainty == expected.intervals.uncertainty
    assert path.read_text(encoding="utf-8") == text
    path.unlink()
    opened(run)
    assert path.read_text(encoding="utf-8") == text
    assert (verify_run(run)["status"] == "unchanged").all()


def test_other_settings_are_not_ranked_as_the_run_was(run):
    opened(run)
    before = (run / INTERVALS_FILE).read_bytes()
    other = open_study(Source(run=run), RankingOptions(method="bradley-terry"))
    pd.testing.assert_frame_equal(other.ranking, load_run(run, method="bradley-terry").ranking)
    assert (run / INTERVALS_FILE).read_bytes() == before


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


def test_a_page_elsewhere_takes_what_is_kept_and_is_a_run_that_has_it(run, computed, tmp_path):
    opened(run)
    for name in ("first", "second"):
        report(opened(run), tmp_path / name, run)
        assert bool(computed) == (name == "first")
        computed.clear()
        assert (verify_run(tmp_path / name)["status"] == "unchanged").all()
        check(opened_as_kept(tmp_path / name), tmp_path / name)
        assert computed == []
    report(load_run(run, method="win-rate"), tmp_path / "other", run)
    assert not (tmp_path / "other" / FINDINGS_FILE).exists()


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


def test_a_page_calls_rounds_by_their_titles_and_files_by_their_names(run, computed):
    title = "the second round"
    competition, comparisons, settings = read_run(run)
    titled = replace(competition, round_titles={"two": title})
    save_run(run_study(titled, replace(comparisons, run_sha256=""), settings), run)
    for _ in ("computed", "kept"):
        study = load_run(run)
        shown = report_page(study, run_record(study), "judge", run)
        assert f'"kinds":["one","{title}","final"]' in shown
        assert f'"reached":"{title}"' in shown
        assert '"two"' not in shown.partition('id="data">')[2].partition('"files"')[0]
        curve = hit_rate(study, run)
        assert set(curve.curve["reached"]) == {"one", "two", "final"}
        assert curve.titles == {"two": title}
    assert title not in (run / "roster.csv").read_text(encoding="utf-8")
