"""Recordings that lie beside a page are played there, from the minute of a window."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import soundfile

from icpc import rank, read_competition
from icpc.page.listening import recordings_to_play
from icpc.page.page import report_page
from icpc.study.comparisons import comparisons_from_votes
from icpc.study.runs import run_record
from ranking.errors import RunError
from ranking.files.hashing import file_sha256
from ranking.tables import VOTES

ROSTER = "candidate,name,reached\nana,Ana Prado,final\nbéla,Béla Kis,first\nchen,Chen Yu,first\n"
VOTE_ROWS = [
    (first, second, window, window, 0.9 if first < second else 0.2)
    for first in ("ana", "béla", "chen")
    for second in ("ana", "béla", "chen")
    if first != second
    for window in (0, 1)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A competition of votes on two windows, and recordings of 310 s."""
    folder = tmp_path_factory.mktemp("competition")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "sound").mkdir()
    for seed, name in enumerate(("ana", "béla", "chen")):
        sound = 0.1 * np.random.default_rng(seed).standard_normal(310 * 4000)
        soundfile.write(folder / "sound" / f"{name}.flac", sound, 4000)
    return folder


@pytest.fixture(scope="module")
def study(folder):
    competition = read_competition(folder / "roster.csv", ("first", "final"))
    votes = pd.DataFrame(VOTE_ROWS, columns=list(VOTES))
    return rank(competition, comparisons_from_votes(votes, "majority"))


def compared(study, **sha256):
    """The study, as of recordings with these hashes."""
    provenance = {**study.comparisons.provenance, "recordings": sha256}
    return replace(study, comparisons=replace(study.comparisons, provenance=provenance))


def test_addresses_lead_from_the_page_to_the_files(study, folder):
    found = recordings_to_play(study, folder / "sound", folder / "page")
    assert found.by_candidate["béla"] == ["../sound/b%C3%A9la.flac"]
    assert recordings_to_play(study, folder / "sound", folder).by_candidate["ana"] == [
        "sound/ana.flac"
    ]
    assert found.remark == ""


def test_a_file_that_was_not_compared_is_not_played(study, folder):
    own = file_sha256(folder / "sound" / "ana.flac")
    found = recordings_to_play(
        compared(study, ana=own, chen=own), folder / "sound", folder / "page"
    )
    assert sorted(found.by_candidate) == ["ana", "béla"]
    assert found.remark == "not played, since other files were compared: chen"


def test_no_folder_above_the_two_is_named(study, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="without naming your folders; put the page and"):
        recordings_to_play(study, folder / "sound", tmp_path / "runs" / "page")


@pytest.mark.slow
def test_the_page_plays_from_the_minute_of_a_window(browser, study, folder, tmp_path):
    shutil.copytree(folder / "sound", tmp_path / "sound")
    played = recordings_to_play(study, tmp_path / "sound", tmp_path / "page").by_candidate
    text = report_page(study, run_record(study), "judge report", played=played)
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "report.html").write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "page" / "report.html").as_uri() + "#/candidate/b%C3%A9la")
    page.get_by_role("button", name="▶ minute 5").first.click()
    audio = page.locator("audio")
    for _ in range(100):
        if audio.evaluate("(audio) => audio.currentTime") > 300:
            break
        page.wait_for_timeout(100)
    assert 300 < audio.evaluate("(audio) => audio.currentTime") <= 310
    assert audio.evaluate("(audio) => audio.duration") == pytest.approx(310)
    page.close()
