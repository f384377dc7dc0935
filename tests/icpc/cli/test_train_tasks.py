"""``judge train difficulty`` and ``technique``, from files to a probe with its predictions."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plugins import Package
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.experiments.results import read_results
from ranking.files.hashing import file_sha256
from ranking.probe.checkpoint import load_probe
from ranking.tasks.technique import TECHNIQUES

CONTRIBUTING = Path(__file__).parents[3] / "CONTRIBUTING.md"
RATE = 16_000
SPLITS = ["train"] * 12 + ["val"] * 6 + ["test"] * 6


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """24 short recordings of three kinds, each with more treble than the last."""
    folder = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    for number in range(24):
        hiss = rng.standard_normal(RATE * 12).astype(np.float32)
        sound = piano(12, RATE, number) + 0.02 * (number % 3) * hiss
        write_sound(folder / f"p{number:02}.flac", sound, RATE)
    return folder


@pytest.fixture
def train(sounds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("JUDGE_STORE", raising=False)

    def run(task, table, *options):
        pd.DataFrame(table).to_csv("mine.csv", index=False)
        where = ["--recordings", sounds, "--store", sounds / "store", "--out", "mine.safetensors"]
        arguments = ["train", task, "--manifest", "mine.csv", *where, *options]
        return CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)

    run.sounds = sounds
    return run


def recordings(**labels):
    return {"recording": [f"p{number:02}" for number in range(24)], "split": SPLITS, **labels}


@pytest.mark.slow
def test_grades_become_a_probe_with_its_predictions(train):
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    options = ["--classes", 3, "--epochs", 12, "--batch-size", 4, "--segments", 2]
    result = train(
        "difficulty", table, *options, "--loss", "ordinal", "--grid", "learning_rate=1e-2"
    )
    assert result.exit_code == 0, result.stderr
    words = " ".join(result.stdout.split())
    assert "Trained on 12 windows; epoch" in words
    assert "Test: of 6 recordings in 6 groups, Acc_0 " in words
    assert "Random answers reach 33.3 % on average." in words
    record = load_probe(Path("mine.safetensors")).record
    assert (record.task, record.config.segments) == ("difficulty-3", 2)
    assert record.settings["loss"]["name"] == "squared_earth_movers_distance"
    assert record.settings["task_options"] == {"loss": "ordinal"}
    assert record.results["test_acc0"] > 0.6
    found = pd.read_csv("mine.predictions.csv", dtype=str)
    assert found["recording"].tolist() == [f"p{number:02}" for number in range(18, 24)]
    assert found["truth"].tolist() == ["1-3", "4-6", "7-9"] * 2
    right = (found["truth"] == found["predicted"]).groupby(found["truth"]).mean().mean()
    assert right == pytest.approx(record.results["test_acc0"])
    (own,) = read_results(Path("results.jsonl"))
    assert (own.task, own.groups, own.predictions) == ("difficulty-3", 6, "mine.predictions.csv")
    assert own.predictions_sha256 == file_sha256(Path("mine.predictions.csv"))
    assert own.metrics["acc0"] == record.results["test_acc0"]
    assert own.history == "mine.history.csv"
    assert own.history_sha256 == file_sha256(Path("mine.history.csv"))
    epochs = pd.read_csv("mine.history.csv")
    assert epochs["epoch"].tolist() == list(range(1, len(epochs) + 1))
    best = epochs[epochs["best"]].iloc[0]
    assert (best["epoch"], best["chosen"]) == (record.results["epoch"], True)
    assert best["acc0"] == pytest.approx(record.results["val_acc0"], abs=1e-5)
    assert {"ap_1-3", "random_7-9"} <= set(epochs)
    printed = CliRunner().invoke(
        app, ["tables", "3", "--results", "results.jsonl", "--format", "json"]
    )
    ours, random, majority = json.loads(printed.stdout)[-3:]
    assert (ours["encoder"], ours["from"]) == ("spectrogram (loss ordinal)", "ours")
    assert ours["difficulty-3 acc0"] == pytest.approx(100 * right)
    assert (random["encoder"], majority["encoder"]) == ("random answers", "majority class")
    assert random["difficulty-3 acc0"] == pytest.approx(100 / 3)
    assert majority["difficulty-3 acc0"] == pytest.approx(100 / 3)
    _is_evaluated_as_in_training(train.sounds, own)


def _is_evaluated_as_in_training(sounds, own):
    def evaluate(*options):
        where = ["--manifest", "mine.csv", "--recordings", sounds, "--store", sounds / "store"]
        given = ["evaluate", "mine.safetensors", *where, *options]
        return CliRunner().invoke(app, [str(one) for one in given], catch_exceptions=False)

    options = ["--results", "again.jsonl", "--predictions", "again.csv", "--format", "json"]
    (row,) = json.loads(evaluate(*options).stdout)
    assert row["test_acc0"] == pytest.approx(own.metrics["acc0"])
    assert row["test_low"] == pytest.approx(own.low)
    before, after = (pd.read_csv(name) for name in ("mine.predictions.csv", "again.csv"))
    pd.testing.assert_frame_equal(after, before, rtol=1e-5)  # a head of a stack, and one alone
    (again,) = read_results(Path("again.jsonl"))
    assert again.probe_sha256 == own.probe_sha256
    assert again.metrics == pytest.approx(own.metrics)
    everything = evaluate("--split", "all")
    assert "Test: of 24 recordings in 24 groups" in " ".join(everything.stdout.split())
    refused = evaluate("--encoder", "controls")
    assert refused.exit_code == 2
    assert "it was trained on spectrogram embeddings" in refused.stderr


@pytest.mark.slow
def test_techniques_become_a_probe_in_folds(train):
    """Of the seven, scales are the lightest recordings and octaves the brightest."""
    rng = np.random.default_rng(0)
    labels = {name: rng.permutation(np.arange(24) % 2).astype(str) for name in TECHNIQUES}
    kind = np.arange(24) % 3
    labels |= {"scales": (kind == 0).astype(int).astype(str)}
    labels["octaves"] = np.where(np.arange(24) % 5 == 0, "", (kind == 2).astype(int).astype(str))
    table = recordings(**labels)
    del table["split"]
    result = train("technique", table, "--folds", 3, "--epochs", 3, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)
    assert (row["test_recordings"], row["test_groups"]) == (24, 24)
    assert 0 < row["test_mAP"] <= 1
    assert load_probe(Path("mine.safetensors")).record.config.segments == 3
    found = pd.read_csv("mine.predictions.csv")
    assert sorted(found["fold"].unique()) == [1, 2, 3]
    epochs = pd.read_csv("mine.history.csv", dtype={"fold": str})
    assert epochs["fold"].tolist() == [fold for fold in ("1", "2", "3", "final") for _ in range(3)]
    assert (epochs["ap_octaves"].between(0, 1)).all()
    assert found["truth_octaves"].isna().sum() == 5
    assert found["recording"].is_unique


@pytest.mark.slow
def test_seeds_are_splits_of_their_own_and_none_is_trained_twice(train, monkeypatch):
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    table |= {"group": [f"g{number // 2}" for number in range(24)]}
    del table["split"]
    options = ["--classes", 3, "--epochs", 2, "--seeds", 3, "--seed", 4, "--format", "json"]
    first = train("difficulty", table, *options)
    assert first.exit_code == 0, first.stderr
    (row,) = json.loads(first.stdout)
    results = read_results(Path("results.jsonl"))
    by_seed = {one.seed: one for one in results}
    assert sorted(by_seed) == [4, 5, 6]
    assert len({one.data_sha256 for one in results}) == 3  # three splits
    values = [one.metrics["acc0"] for one in results]
    assert row["test_acc0"] == pytest.approx(np.mean(values))
    spread = [row["smallest"], row["largest"]]
    assert (row["seeds"], spread) == (3, pytest.approx([min(values), max(values)]))
    files = ["mine.safetensors", "mine.seed-5.safetensors", "mine.seed-6.safetensors"]
    assert sorted(path.name for path in Path().glob("mine*.safetensors")) == files
    assert by_seed[4].predictions == "mine.predictions.csv"
    assert by_seed[6].predictions == "mine.seed-6.predictions.csv"

    shown = CliRunner().invoke(app, ["evaluate", files[0], "--switches", "--format", "json"])
    rows = [row for row in json.loads(shown.stdout) if row["switch"] == "metrics"]
    own = next(row for row in rows if row["metric"] == "acc0")
    assert own["value"] == pytest.approx(by_seed[4].metrics["acc0"], abs=1e-6)

    kept = Path(files[2]).stat().st_mtime_ns
    Path(files[1]).unlink()  # as if the second had not been trained
    again = train("difficulty", table, *options)
    assert "seed 6: trained by an earlier call" in again.stderr
    assert "seed 5: trained" not in again.stderr
    assert Path(files[2]).stat().st_mtime_ns == kept
    assert Path(files[1]).is_file()
    assert again.stdout == first.stdout
    assert len(read_results(Path("results.jsonl"))) == 3
    other = train("difficulty", table, *options, "--patience", 1)
    assert "trained by an earlier call" not in other.stderr


@pytest.mark.slow
def test_zeros_that_count_as_sound_change_training_and_are_tested_with(train):
    """Recordings of two segments in windows of three; where windows are full nothing changes."""
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    options = ["--classes", 3, "--epochs", 2]
    hashes = {}
    for segments in (2, 3):
        for padding in ("masked", "zeros"):
            given = [*options, "--segments", segments, "--padding", padding]
            assert train("difficulty", table, *given).exit_code == 0
            hashes[segments, padding] = file_sha256(Path("mine.predictions.csv"))
    assert hashes[2, "masked"] == hashes[2, "zeros"]
    assert hashes[3, "masked"] != hashes[3, "zeros"]
    _is_evaluated_as_in_training(train.sounds, read_results(Path("results.jsonl"))[-1])


@pytest.mark.slow
def test_the_published_preset_is_made_of_switches(train):
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    options = ["--classes", 3, "--epochs", 1, "--segments", 2]
    assert train("difficulty", table, *options, "--as-published").exit_code == 0
    record = load_probe(Path("mine.safetensors")).record
    assert record.settings["task_options"] == {"loss": "published", "padding": "zeros"}
    assert record.settings["loss"]["name"] == "cross_entropy_of_probabilities"
    assert (
        train("difficulty", table, *options, "--as-published", "--loss", "ordinal").exit_code == 0
    )
    assert load_probe(Path("mine.safetensors")).record.settings["task_options"] == {
        "loss": "ordinal",
        "padding": "zeros",
    }
    missing = CliRunner().invoke(app, ["evaluate", "mine.safetensors"])
    assert "no labelled recordings are named; give --manifest FILE and" in missing.stderr


def test_a_grid_of_seeds_is_not_one_of_splits(train):
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    result = train("difficulty", table, "--seeds", 2, "--grid", "seed=1,2")
    assert result.exit_code == 2
    words = " ".join(result.stderr.split())
    assert "--seeds 2 --grid seed: two ways to choose seeds; leave one of them out" in words


@pytest.mark.slow
def test_a_probe_of_one_recording_is_no_ranker(train, sounds):
    table = recordings(grade=[1 + 3 * (number % 3) for number in range(24)])
    assert train("difficulty", table, "--classes", 3, "--epochs", 1).exit_code == 0
    pd.DataFrame({"candidate": table["recording"][:3]}).to_csv("roster.csv", index=False)
    where = ["--recordings", sounds, "--store", sounds / "store", "--min-seconds", 5]
    arguments = ["rank", "--roster", "roster.csv", "--ranker", "mine.safetensors", *where]
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 2
    assert "mine.safetensors: its task is difficulty-3; give a probe of expertise" in result.stderr


@pytest.mark.slow
def test_the_task_in_contributing_is_trained_as_it_stands(sounds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall("```python\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if "COMPOSERS" in block]
    package = Package(tmp_path / "site")
    package.offer("judge.tasks", "composer", "composer_task", "SPEC", code)
    names = ["bach", "chopin", "debussy"] * 8
    pd.DataFrame(recordings(composer=names)).to_csv("mine.csv", index=False)
    where = ["--recordings", sounds, "--store", sounds / "store", "--out", "mine.safetensors"]
    options = ["--epochs", 6, "--batch-size", 4, "--grid", "learning_rate=1e-2"]
    arguments = ["train", "composer", "--manifest", "mine.csv", *where, *options]
    words = " ".join(package.judge(*arguments).stdout.split())
    assert "Test: of 6 recordings in 6 groups, " in words
    assert "Random answers reach 33.3 % on average." in words
    assert load_probe(Path("mine.safetensors")).record.task == "composer-3"
    assert not Path("mine.predictions.csv").exists()  # it gives no table


def test_labels_outside_the_set_leave_nothing_behind(train):
    for task, column, value in (
        ("difficulty", "grade", "11"),
        ("technique", "techniques", "trill"),
    ):
        result = train(task, recordings(**{column: [value] * 24}))
        assert result.exit_code == 2
        assert f"mine.csv, line 2: '{column}' is '{value}'" in " ".join(result.stderr.split())
        assert not list(Path().glob("mine.s*"))
        assert not list(Path().glob("mine.p*"))


def test_options_of_a_task_are_its_own(train):
    result = train("difficulty", recordings(grade=[1] * 24), "--loss", "hinge")
    assert result.exit_code == 2
    assert "--loss hinge: difficulty has no such choice; choose cross-entropy" in result.stderr
    assert train("technique", recordings(), "--loss", "ordinal").exit_code == 2
    refused = train("expertise", recordings(level=[1] * 24), "--segments", 3)
    words = " ".join(refused.stderr.split())
    assert "--segments 3: a ranker compares windows of 5 minutes; leave it out" in words


def panel_of(jurors=3, **more) -> pd.DataFrame:
    """A sheet of marks of the 24 recordings, more for more treble; a column for each juror."""
    rng = np.random.default_rng(1)
    table = {"candidate": [f"p{number:02}" for number in range(24)]}
    for juror in range(jurors):
        marks = 5 + 1.5 * (np.arange(24) % 3) + 0.4 * juror + 0.4 * rng.standard_normal(24)
        table[f"Juror {juror}"] = [f"{mark:.2f}".replace(".", ",") for mark in marks]
    return pd.DataFrame({**table, **more})


@pytest.mark.slow
def test_a_panels_marks_become_a_probe_that_ranks(train):
    Path("panel.csv").write_text(panel_of().to_csv(index=False, sep=";"))
    groups = [f"q{number % 8}" for number in range(24)]
    options = ["--panel", "panel.csv", "--epochs", 3, "--grid", "learning_rate=3e-3"]
    table = recordings(group=groups)
    del table["split"]
    result = train("preference", table, *options)
    assert result.exit_code == 0, result.stderr
    words, remarks = (" ".join(text.split()) for text in (result.stdout, result.stderr))
    assert "Trained on " in words
    assert re.search(r"A fresh panel of the same size would agree on \d+\.\d % of them\.", words)
    assert "panel.csv: 3 jurors × 24 candidates, higher is better" in remarks
    assert re.search(r"\d+ pairs count by how sure their order is; \d+ are two standard", remarks)
    record = load_probe(Path("mine.safetensors")).record
    assert (record.task, record.config.segments) == ("preference-2", 30)
    (own,) = read_results(Path("results.jsonl"))
    assert own.metrics["fresh_panel"] == record.results["test_fresh_panel"] > 0.5
    store = ["--recordings", train.sounds, "--store", train.sounds / "store"]
    ranked = CliRunner().invoke(
        app,
        [str(one) for one in ["rank", *store, "--ranker", "mine.safetensors", "--min-seconds", 5]],
        catch_exceptions=False,
    )
    assert ranked.exit_code == 0, ranked.stderr
    judged = ["evaluate", "mine.safetensors", "--panel", "panel.csv", *store, "--format", "json"]
    evaluated = CliRunner().invoke(app, [str(one) for one in judged], catch_exceptions=False)
    assert evaluated.exit_code == 0, evaluated.stderr
    (row,) = json.loads(evaluated.stdout)
    assert row["test_groups"] == 24
    assert row["test_fresh_panel"] > 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "there is no manifest; name a file of marks with --panel, one of comparisons with"),
        (["--panel", "a", "--comparisons", "b"], "--panel a --comparisons b: two kinds of"),
        (["--round", "final"], "--round final: there are no marks; leave --round and the options"),
        (["--panel", "panel.csv"], "2 of 24 recordings are not in"),
        (["--panel", "one.csv"], "'q' is in val, and above in train"),
        (["--panel", "no.csv"], "no.csv: there is no such file"),
    ],
)
def test_judgements_that_cannot_be_used_are_refused(train, options, words):
    sheet = panel_of()
    sheet.loc[[4, 5], "candidate"] = ["x", "y"]
    sheet.to_csv("panel.csv", index=False, sep=";")
    where = ["--recordings", train.sounds, "--out", "mine.safetensors"]
    if "one.csv" in options:
        panel_of().to_csv("one.csv", index=False, sep=";")
        rows = {"recording": ["p01", "p00"], "group": ["q", "q"], "split": ["train", "val"]}
        pd.DataFrame(rows).to_csv("who.csv", index=False)
        where += ["--manifest", "who.csv"]
    arguments = ["train", "preference", *where, *options]
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not Path("mine.safetensors").exists()


def test_judgements_are_for_preference_alone():
    for task, there in (("preference", True), ("expertise", False), ("difficulty", False)):
        shown = CliRunner().invoke(app, ["train", task, "--help"], env={"COLUMNS": "200"}).stdout
        assert ("--panel" in shown) == ("--lower-is-better" in shown) == there


@pytest.mark.slow
def test_labels_of_ones_own_stay_with_the_probe(train):
    kind = np.arange(24) % 3
    table = recordings(trills=(kind > 0).astype(int), tremolo=(kind > 1).astype(int))
    options = ["--labels", "trills,tremolo", "--class-weights", "balanced", "--segments", 2]
    result = train("technique", table, *options, "--epochs", 2)
    assert result.exit_code == 0, result.stderr
    record = load_probe(Path("mine.safetensors")).record
    assert record.task == "technique-2"
    assert record.settings["task_options"] == {
        "labels": "trills,tremolo",
        "class_weights": "balanced",
    }
    assert {"p_trills", "truth_tremolo"} <= set(pd.read_csv("mine.predictions.csv"))
    where = ["--recordings", train.sounds, "--store", train.sounds / "store"]
    arguments = ["evaluate", "mine.safetensors", "--manifest", "mine.csv", *where]
    again = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert again.exit_code == 0, again.stderr
    assert "Test: of 6 recordings" in " ".join(again.stdout.split())
    panel_of().to_csv("panel.csv", index=False, sep=";")
    arguments = ["evaluate", "mine.safetensors", "--panel", "panel.csv", *where]
    refused = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert refused.exit_code == 2
    assert "which is evaluated on labels, not on what people said" in " ".join(
        refused.stderr.split()
    )
