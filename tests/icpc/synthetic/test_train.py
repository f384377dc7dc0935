"""The ranker that ships is the one that the script makes, and it finds who plays better."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from icpc.synthetic import train
from icpc.synthetic.train import (
    TESTS,
    RecitalSet,
    embed_recitals,
    evaluate_ranker,
    train_and_validation_examples,
)
from ranking.judging.probe_ranker import SHIPPED, load_own_or_shipped_ranker
from ranking.probe.checkpoint import load_probe

CARD = (SHIPPED / "README.md").read_text(encoding="utf-8")
FRESH = RecitalSet(("chorale", "waltz", "etude", "nocturne"), 2, seconds=60.0, pieces=2, seed=2**20)
TINY = RecitalSet(("waltz", "etude"), 2, seconds=20.0, pieces=1, seed=5, players=2)


@pytest.fixture(scope="module")
def ranker():
    return load_own_or_shipped_ranker(None, None)


def test_it_was_trained_on_the_pairs_that_the_script_draws(ranker):
    assert ranker.record.data_sha256 == train_and_validation_examples()[0].sha256
    held = {**asdict(train.SETTINGS), "pairs": train.PAIRS}
    del held["threads"]  # recorded since
    assert {name: ranker.record.settings[name] for name in held} == held
    assert ranker.record.remark == train.REMARK


def test_it_fits_into_a_megabyte():
    files = [path for path in SHIPPED.iterdir() if path.stem == "spectrogram"]
    assert len(files) == 2
    assert sum(path.stat().st_size for path in files) <= 1_000_000


@pytest.mark.parametrize("name", TESTS)
def test_the_card_says_what_the_record_says(ranker, name):
    result = ranker.record.results[name]
    rows = [result, *result["by distance of levels"]]
    shown = [f"{row['accuracy']:.3f} ({row['low']:.2f}–{row['high']:.2f})" for row in rows]
    line = rf"^\| {name}.*\| {' | '.join(map(re.escape, shown))} \|$"
    assert re.search(line, CARD, re.MULTILINE), shown


@pytest.mark.slow
def test_it_finds_who_plays_better_of_players_that_are_new_to_it(ranker, tmp_path):
    recitals = FRESH.draw()
    found = evaluate_ranker(ranker, recitals, embed_recitals(recitals, tmp_path))
    assert found["pairs"] == 8 * 7
    assert found["low"] > 0.5


@pytest.mark.slow
def test_the_script_makes_a_ranker_and_the_same_one_again(tmp_path, monkeypatch, capsys):
    cache = tmp_path / "cache"
    for name in ("TRAIN", "VALIDATION"):
        monkeypatch.setattr(train, name, TINY)
    monkeypatch.setattr(train, "TESTS", {"test": TINY})
    monkeypatch.setattr(train, "PAIRS", 4)
    monkeypatch.setattr(train, "VALIDATION_PAIRS", 2)
    made = []
    for out in ("one", "two"):
        words = ["train", "--cache", str(cache), "--out", str(tmp_path / out)]
        monkeypatch.setattr(sys, "argv", words)
        (tmp_path / out).mkdir()
        train.main()
        made.append(Path(tmp_path, out, "spectrogram.safetensors").read_bytes())
    assert made[0] == made[1]
    probe = load_probe(tmp_path / "two" / "spectrogram.safetensors")
    assert set(probe.record.results) == {"validation", "test"}
    shown = capsys.readouterr()
    assert json.dumps(probe.record.results["test"]["pairs"]) in shown.out
    assert "playing, 100 %" in shown.err
    assert "training, 100 %, epoch 3 of 3, loss " in shown.err
