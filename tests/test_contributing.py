"""CONTRIBUTING's recipes, each done in a package that is not part of the program."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plugins import Package
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc import check, load_comparisons, rank, read_competition
from icpc.cli import app
from icpc.competition import bundled
from icpc.competition.bundled import BUNDLED
from icpc.findings import Finding, checks
from icpc.study import Study

MAJORITIES = '''
"""Majorities: how many one beats by the majority of comparisons, less by how many one is beaten."""

import numpy as np

from ranking.methods.method import Method


def majorities(wins, weights=None, _start=None):
    beats = np.sign(wins.wins - wins.wins.T)
    return (beats if weights is None else beats * weights).sum(axis=1)


MAJORITIES = Method("majorities", majorities)
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Installed in a folder that commands run in."""
    made = Package(tmp_path / "site")
    monkeypatch.chdir(made.folder)
    return made


ROSTER = """candidate,reached
ana,final
bela,second
chen,final
dov,first
ewa,first
"""
COMPARISONS = """first,second,winner
ana,bela,ana
bela,chen,chen
chen,ana,tie
dov,ana,ana
dov,bela,dov
ewa,chen,chen
ewa,dov,dov
bela,ewa,bela
"""


@pytest.fixture
def own(tmp_path: Path) -> list[object]:
    """Options of a small competition, with comparisons."""
    roster, comparisons = tmp_path / "roster.csv", tmp_path / "comparisons.csv"
    roster.write_text(ROSTER)
    comparisons.write_text(COMPARISONS)
    rounds = "first,second,final"
    return ["--roster", roster, "--rounds", rounds, "--comparisons", comparisons]


@pytest.mark.slow
def test_a_ranking_method_is_a_file_and_a_line(package, own):
    """Majorities: intervals, null band, remarks, report and help follow."""
    package.offer("judge.methods", "majorities", "majorities", "MAJORITIES", MAJORITIES)
    options = [*own, "--method", "majorities"]
    rows = json.loads(package.judge("rank", *options, "--format", "json").stdout)
    strengths = {row["candidate"]: row["strength"] for row in rows}
    assert strengths == {"ana": 2, "bela": -2, "chen": 2, "dov": 1, "ewa": -3}
    assert any(row["rank_low"] < row["rank_high"] for row in rows)  # its own, not another method's
    for row in rows:
        assert row["rank_low"] <= row["rank"] <= row["rank_high"]
    curve = json.loads(package.judge("hitrate", *options, "--format", "json").stdout)
    assert [row["candidate"] for row in curve][:2] == ["ana", "chen"]
    assert all(0 <= row["null_low"] <= row["null_high"] <= 1 for row in curve)
    assert "by majorities" in package.judge("check", *options).stdout
    package.judge("report", *options, "--out", "run")
    page = (package.folder / "run" / "report.html").read_text()
    assert "majorities" in page.partition("methods")[2]
    assert "copeland" in package.judge("rank", *own, "--method", "none", fails=2).stderr


@pytest.mark.slow
def test_a_method_that_cannot_be_loaded_is_named(package, own):
    package.offer("judge.methods", "broken", "broken", "BROKEN", "import nowhere")
    package.offer("judge.methods", "number", "number", "NUMBER", "NUMBER = 3")
    error = package.judge("rank", *own, "--method", "broken", fails=2).stderr
    assert "judge.methods entry point broken = broken:BROKEN: it cannot be loaded" in error
    error = package.judge("rank", *own, "--method", "number", fails=2).stderr
    assert "it is of type int, not Method" in error


@pytest.mark.slow
def test_what_the_program_brings_is_not_replaced(package, own):
    package.offer("judge.methods", "wins", "majorities", "MAJORITIES", MAJORITIES)
    rows = json.loads(package.judge("rank", *own, "--method", "wins", "--format", "json").stdout)
    assert rows[0]["strength"] == 2.5


MEAN_MARK = """
import numpy as np

from ranking.methods.method import Method

MEAN = Method("mean-mark", lambda marks, *_: np.nanmean(marks, axis=0), needs="marks")
"""
ORDER = """
from ranking.methods.method import Method

ORDER = Method("order", lambda wins, *_: wins.wins.sum(axis=1), ordinal=True)
"""


@pytest.mark.slow
def test_a_method_may_rank_by_marks(package, own):
    """The official mean of 2025, which the comparisons of its jurors order nearly alike."""
    package.offer("judge.methods", "mean-mark", "marks", "MEAN", MEAN_MARK)
    options = ["--competition", "icpc2025", "--method", "mean-mark"]
    rows = json.loads(package.judge("rank", *options, "--format", "json").stdout)
    marks = pd.read_csv(BUNDLED / "icpc2025" / "marks.csv")
    mean = marks[marks["round"] == "stage1"].groupby("candidate")["mark"].mean()
    assert {row["candidate"]: row["strength"] for row in rows} == pytest.approx(mean.to_dict())
    assert all(row["rank_low"] is None for row in rows)
    assert " – " in package.judge("rank", *options).stdout
    package.judge("hitrate", *options)
    package.judge("check", *options)
    error = package.judge("rank", *own, "--method", "mean-mark", fails=2).stderr
    assert "mean-mark ranks by marks" in error


@pytest.mark.slow
def test_a_method_may_have_an_order_only(package, own):
    package.offer("judge.methods", "order", "orders", "ORDER", ORDER)
    options = [*own, "--method", "order"]
    rows = json.loads(package.judge("rank", *options, "--format", "json").stdout)
    assert [row["rank"] for row in rows] == [1, 1, 3, 4, 5]
    assert all(row["rank_low"] is None and row["strength_high"] is None for row in rows)
    package.judge("check", *options)
    package.judge("report", *options, "--out", "run", "--plot")
    assert (package.folder / "run" / "report.html").exists()


LEVEL = """
from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.spec import EncoderSpec

SPEC = EncoderSpec(
    name="level", title="mean level of each second", sample_rate=8_000, frames=10, dimension=1,
    precision="float32", licence="MIT",
)


class Level(SegmentEncoder):
    spec = SPEC

    def encode(self, samples):
        self.check(samples)
        return samples.abs().reshape(len(samples), 10, -1).mean(dim=2, keepdim=True)


def load():
    return freeze(Level())
"""


@pytest.mark.slow
def test_an_encoder_is_a_file_and_a_line(package):
    package.offer("judge.encoders", "level", "levels", code=LEVEL)
    write_sound(package.folder / "ana.flac", piano(12, 8_000), 8_000)
    assert "level: mean level of each second (MIT)" in package.judge("weights").stdout
    asked = ["embed", "--recordings", ".", "--encoder", "level"]
    assert "1 recordings: 1 embedded, 0 cached, 0 invalid" in package.judge(*asked).stdout
    (array,) = package.folder.glob("embeddings/level-*/*.npy")
    assert np.load(array).shape == (2, 10, 1)


@pytest.mark.slow
def test_what_is_no_encoder_is_named(package):
    package.offer("judge.encoders", "odd", "oddity", code="SPEC = 3")
    error = package.judge("weights", fails=2).stderr
    assert "judge.encoders entry point odd = oddity: it is no module with a SPEC" in error


def test_a_competition_is_a_folder(tmp_path, monkeypatch):
    """It has a name, is listed with what it holds, and is ranked like the others."""
    folder = tmp_path / "data" / "mine"
    folder.mkdir(parents=True)
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "comparisons.csv").write_text(COMPARISONS)
    (folder / "competition.toml").write_text(
        'title = "My competition"\nrounds = ["first", "second", "final"]\n'
        'name = "mine"\ncomparisons = "comparisons.csv"\n'
    )
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "data")
    runner = CliRunner()
    listed = runner.invoke(app, ["competitions"]).stdout
    assert "mine: My competition" in listed
    assert "5 candidates; first → second → final" in listed
    ranked = runner.invoke(app, ["rank", "--competition", "mine", "--format", "csv"]).stdout
    assert ranked.splitlines()[1].split(",")[3] == "ana"


@pytest.mark.slow
def test_a_finding_is_a_function_and_a_line(own, monkeypatch):
    """The command and the tables show it, and programs ask for it by its key."""

    def find_favourite(study: Study) -> Iterator[Finding]:
        first = study.ranking["candidate"].iloc[0]
        yield Finding("favourite", "mine", "favourite", f"{first} stands first.", value=1.0)

    monkeypatch.setattr(checks, "FINDERS", (*checks.FINDERS, find_favourite))
    shown = CliRunner().invoke(app, ["check", "--verbose", *map(str, own)]).stdout
    assert "favourite: ana stands first." in shown
    roster, comparisons = own[1], own[5]
    competition = read_competition(roster, ("first", "second", "final"))
    found = check(rank(competition, load_comparisons(competition, comparisons)))
    assert found["favourite"].sentence == "ana stands first."
