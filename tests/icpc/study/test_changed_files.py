"""Whatever has changed in a run since it was written is found, or has no effect."""

import shutil
import subprocess

import pytest
from flips import taken_in_silence

from icpc.study import runs
from icpc.study.comparisons import load_comparisons
from icpc.study.kept import KeptResults
from icpc.study.run_folder import FILES, add_to_run, verify_files
from icpc.study.runs import load_run, save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.results import check, verify_run
from icpc.workflows.settings import Source
from ranking.errors import FileWarning, RunError
from ranking.files.hashing import SUMS_FILE, file_sha256, read_sums

FLIPS = 40
NAMES = ("run.json", SUMS_FILE, "roster.csv", "comparisons.csv", "ranking.csv", "findings.json")
UNCHANGED = {"unchanged"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of a run of four candidates, checked, with a page beside it."""
    folder = tmp_path_factory.mktemp("made")
    reached = ("one", "one", "two", "two")
    rows = [f"c{at},{one}" for at, one in enumerate(reached)]
    (folder / "cup.csv").write_text("\n".join(["candidate,reached", *rows]) + "\n")
    rows = [f"c{a},c{b},c{a}" for a in range(4) for b in range(4) if a < b]
    (folder / "my.csv").write_text("\n".join(["first,second,winner", *rows]) + "\n")
    competition = bundled_or_own_competition(Source(roster=folder / "cup.csv", rounds="one,two"))
    comparisons = load_comparisons(competition, folder / "my.csv")
    save_run(run_study(competition, comparisons, Settings(method="wins")), folder / "run")
    check(load_run(folder / "run"), folder / "run")
    with add_to_run(folder / "run") as new:
        (new / "report.html").write_text("<p>a page</p>")
    return folder / "run"


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def states(run):
    return set(verify_files(run).values())


def test_a_run_names_the_hash_of_each_of_its_files(run):
    names = {path.name for path in run.iterdir()} - {SUMS_FILE}
    assert read_sums(run / SUMS_FILE) == {name: file_sha256(run / name) for name in names}
    assert {"report.html", "findings.json", "run.json"} <= names
    assert states(run) == UNCHANGED


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_another_program_finds_the_same(run):
    command = ["sha256sum", "--check", "--strict", SUMS_FILE]
    assert subprocess.run(command, cwd=run, capture_output=True, check=False).returncode == 0
    (run / "ranking.csv").write_text("mine")
    done = subprocess.run(command, cwd=run, capture_output=True, text=True, check=False)
    assert "ranking.csv: FAILED" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_flip_in_any_file_is_found_by_verifying(run, name):
    assert not taken_in_silence(
        run / name, FLIPS, lambda: states(run), lambda all_: all_ != UNCHANGED
    )


@pytest.mark.parametrize("name", NAMES[:4])
def test_a_flip_in_any_file_is_found_by_reading_or_without_effect(run, name, monkeypatch):
    monkeypatch.setattr(runs, "run_study", lambda *inputs: inputs)

    def read():
        competition, comparisons, settings = load_run(run)
        tables = [table.to_csv() for table in (competition.roster, comparisons.table)]
        return *tables, competition.title, comparisons.remark, comparisons.source, settings

    before = read()
    assert not taken_in_silence(run / name, FLIPS, read, before.__eq__)


def test_a_flip_in_findings_is_found_by_reading_them(run):
    study = load_run(run)

    def read():
        return KeptResults(study, run)._values

    before = read()
    nothing = {}  # as of another version: all is computed again
    assert not taken_in_silence(
        run / "findings.json", FLIPS, read, lambda found: found in (before, nothing)
    )


def test_who_edits_a_ranking_is_told_and_not_stopped(run):
    before = load_run(run)
    with (run / "ranking.csv").open("a") as file:
        file.write("5,kate-liu\n")
    with pytest.warns(FileWarning, match=r"run: ranking\.csv: changed since the run") as warned:
        again = load_run(run)
    assert len(warned) == 1
    assert again.ranking.equals(before.ranking)
    assert again.remarks == before.remarks


def test_what_is_missing_or_added_is_told_by_verifying_alone(run):
    (run / "report.html").unlink()
    (run / "notes.txt").write_text("mine")
    (run / ".DS_Store").write_text("the system's")
    load_run(run)
    table = verify_run(run).set_index("file")["status"]
    assert table[table != "unchanged"].to_dict() == {"report.html": "missing", "notes.txt": "added"}


def test_a_record_that_was_edited_is_refused(run):
    path = run / "run.json"
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(RunError, match=r"run\.json: it or SHA256SUMS has changed since the run"):
        load_run(run)
    assert verify_files(run)["run.json"] == "changed"


def test_hashes_that_are_damaged_are_refused_and_can_be_removed(run):
    before = load_run(run)
    with (run / SUMS_FILE).open("a") as file:
        file.write("mine\n")
    with pytest.raises(RunError, match=r"SHA256SUMS: damaged: line .* remove this file to read"):
        load_run(run)
    assert verify_files(run) == {SUMS_FILE: "changed"}
    (run / SUMS_FILE).unlink()
    with pytest.warns(FileWarning, match="without SHA256SUMS: .* cannot be told") as warned:
        assert load_run(run).ranking.equals(before.ranking)
    assert len(warned) == 1
    with pytest.raises(RunError, match="without SHA256SUMS: what changed cannot be told"):
        verify_files(run)


def test_what_joins_a_run_of_an_earlier_version_makes_no_hashes(run):
    (run / SUMS_FILE).unlink()
    with add_to_run(run) as new:
        (new / "report.html").write_text("<p>another</p>")
    assert (run / "report.html").read_text() == "<p>another</p>"
    assert not (run / SUMS_FILE).exists()


def test_what_joins_a_run_leaves_its_other_files_and_what_was_known_of_them(run):
    (run / "ranking.csv").write_text("mine")
    before = {path.name for path in run.iterdir()}
    with add_to_run(run) as new:
        (new / "hitrate.csv").write_text("k\n")
    assert {path.name for path in run.iterdir()} == before | {"hitrate.csv"}
    changed = {name: state for name, state in verify_files(run).items() if state != "unchanged"}
    assert changed == {"ranking.csv": "changed"}


def test_there_is_nothing_to_verify_without_a_run(tmp_path):
    with pytest.raises(RunError, match="no finished run"):
        verify_files(tmp_path)


def test_every_file_of_a_run_is_one_that_is_replaced_with_it(run):
    assert {path.name for path in run.iterdir()} <= {*FILES, "report.html"}
