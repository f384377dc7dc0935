"""``judge grade`` and ``judge techniques``: what a probe says, and what is refused."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.probes.answers import SHIPPED, _shortest_run
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Probe, Record, save_probe

RATE = 16_000
REMARK = "no better than length and density"


def probe_of(path, task, outputs, segments=2):
    """A probe with weights drawn at random."""
    torch.manual_seed(0)
    config = HeadConfig(1500, 128, outputs, inputs=1, segments=segments)
    key = cache_key_with_weights_hash(EncoderChoice("spectrogram"))
    save_probe(Probe(make_head(config), Record(task, key, config, remark=REMARK)), path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two recordings of 25 s, a short one, one that is no sound, and three probes."""
    folder = tmp_path_factory.mktemp("grades")
    (folder / "pieces").mkdir()
    for name in ("a", "b"):
        write_sound(folder / "pieces" / f"{name}.flac", piano(25, RATE, ord(name)), RATE)
    write_sound(folder / "short.flac", piano(6, RATE, 1), RATE)
    (folder / "text.flac").write_text("no sound")
    probe_of(folder / "grades.safetensors", "difficulty-9", 9)
    probe_of(folder / "techniques.safetensors", "technique-7", 7)
    probe_of(folder / "ranker.safetensors", "expertise-2", 2)
    return folder


@pytest.fixture
def judge(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    return lambda *words: CliRunner().invoke(app, words, catch_exceptions=False)


def test_the_range_is_the_shortest_that_holds_the_probability():
    assert _shortest_run(np.array([0.1, 0.2, 0.5, 0.15, 0.05]), 0.8) == (1, 3)
    assert _shortest_run(np.array([0.85, 0.05, 0.1]), 0.8) == (0, 0)
    assert _shortest_run(np.array([0.4, 0.0, 0.4, 0.2]), 0.8) == (0, 2)
    assert _shortest_run(np.full(4, 0.25), 0.8) == (0, 3)


@pytest.mark.slow
def test_grades_have_probabilities_that_the_rest_follows_from(judge):
    own = ("--probe", "grades.safetensors", "--plot", "grades.svg")
    result = judge("grade", "pieces", *own, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    assert REMARK in result.stderr
    table = pd.read_csv(io.StringIO(result.stdout))
    assert table["recording"].tolist() == ["a.flac", "b.flac"]
    p = table[[f"p_{grade}" for grade in range(1, 10)]].to_numpy()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(table["expected"], p @ np.arange(1, 10), atol=1e-4)
    assert (table["grade"] == p.argmax(axis=1) + 1).all()
    for row, own_p in zip(table.itertuples(), p, strict=True):
        assert own_p[row.low - 1 : row.high].sum() >= 0.8 - 1e-5
    assert Path("grades.svg").read_text(encoding="utf-8").startswith("<?xml")
    shown = judge("grade", "pieces/a.flac", "pieces", "--probe", "grades.safetensors")
    assert shown.stdout.count("a.flac") == 1
    assert "80 % in" in shown.stdout


@pytest.mark.slow
def test_techniques_are_said_of_each_window(judge):
    own = ("--probe", "techniques.safetensors", "--plot", "techniques.png")
    result = judge("techniques", "pieces/a.flac", *own, "--format", "json")
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert [(row["start"], row["stop"]) for row in rows] == [(0, 20), (20, 25)]
    for row in rows:
        named = [name[2:] for name, value in row.items() if name[:2] == "p_" and value >= 0.5]
        assert row["techniques"] == (";".join(named) or "none")
    assert Path("techniques.png").read_bytes()[1:4] == b"PNG"
    assert "0:20–0:25" in judge("techniques", "pieces/a.flac", *own).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent.flac"], "absent.flac: there is no such file or folder; name one that is"),
        (["text.flac"], "text.flac: "),
        (["pieces", "--probe", "ranker.safetensors"], "its task is expertise-2; give a probe of"),
        (["pieces", "--plot", "a.pdf"], "--plot a.pdf: no kind of picture; end its name in"),
        (["pieces", "--encoder", "controls"], "it was trained on spectrogram embeddings"),
        (["pieces", "--probe", "no.safetensors"], "no.safetensors: there is no such file"),
    ],
)
def test_what_cannot_be_graded_is_refused(judge, words, message):
    probe = [] if "--probe" in words else ["--probe", "grades.safetensors"]
    result = judge("grade", *words, *probe)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_recording_needs_ten_seconds(judge):
    result = judge("grade", "short.flac", "--probe", "grades.safetensors")
    assert result.exit_code == 2
    assert "short.flac: 6 s of sound, and 10 s are needed; is this the right file?" in " ".join(
        result.stderr.split()
    )


def test_techniques_without_a_probe_ask_for_one_and_say_why(judge):
    assert not (SHIPPED / "technique.safetensors").exists()
    result = judge("techniques", "pieces")
    assert result.exit_code == 2
    words = " ".join(result.stderr.split())
    assert "no probe of techniques comes with the program" in words
    assert "give one with --probe FILE; judge train technique makes one" in words
    other = judge("techniques", "pieces", "--probe", "grades.safetensors")
    assert "its task is difficulty-9; give a probe of technique-7" in " ".join(other.stderr.split())


def test_without_weights_of_its_encoder_the_probe_that_ships_asks_for_them(judge, tmp_path):
    result = judge("grade", "pieces", "--weights-dir", str(tmp_path))
    assert result.exit_code == 2
    assert "judge weights fetch basicpitch" in " ".join(result.stderr.split())
