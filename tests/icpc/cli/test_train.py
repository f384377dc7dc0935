"""``judge train`` as a user meets it."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import loudness
import numpy as np
import pandas as pd
import pytest
import soundfile
from plugins import RUN, Package
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.output import TerminalProgress
from icpc.synthetic.demonstration import write_demonstration
from ranking.probe.checkpoint import load_probe
from ranking.probe.computation import computation_facts

RATE = 16_000


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Twelve short recordings, the better the louder its treble, and their embeddings' store."""
    folder = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    for number in range(12):
        hiss = rng.standard_normal(RATE * 12).astype(np.float32)
        level = number % 2
        write_sound(
            folder / f"p{number:02}.flac", piano(12, RATE, number) + 0.02 * level * hiss, RATE
        )
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    splits = ["train"] * 6 + ["val"] * 4 + ["test"] * 2
    rows = [f"p{number:02},{number % 2},{split}" for number, split in enumerate(splits)]
    Path("mine.csv").write_text("recording,level,split\n" + "\n".join(rows) + "\n")
    return tmp_path


def given(sounds) -> list[str]:
    where = ["--recordings", sounds, "--store", sounds / "store", "--out", "mine.safetensors"]
    return [str(one) for one in ["--manifest", "mine.csv", *where, "--epochs", 3]]


def judge(sounds, *arguments):
    return CliRunner().invoke(
        app, ["train", "expertise", *given(sounds), *map(str, arguments)], catch_exceptions=False
    )


def test_levels_become_a_probe_with_a_record(here, sounds):
    result = judge(
        sounds, "--grid", "learning_rate=1e-5,3e-3", "--seed", 3, "--windows-per-step", 4
    )
    assert result.exit_code == 0, result.stderr
    words = " ".join(result.stdout.split())
    assert "Trained on 9 pairs of windows; epoch" in words
    assert "learning rate 0.003" in words
    tested = "Test: of 2 comparisons, each pair in both orders in 2 groups, 100.0 % right (95 % "
    assert f"{tested}interval 2.5 to 100.0, from 1 disjoint pair)" in words
    assert "Random answers reach 50.0 % on average." in words
    table = pd.read_csv("mine.predictions.csv")
    groups = ["first_group", "second_group"]
    assert list(table) == ["first", "second", *groups, "fold", "p_first", "winner", "truth"]
    assert table["truth"].tolist() == table["winner"].tolist() == ["p11", "p11"]
    probe = load_probe(Path("mine.safetensors"))
    assert probe.record.task == "expertise-2"
    assert probe.record.cache_key.encoder == "spectrogram"
    assert probe.record.settings["windows_per_step"] == 4
    assert probe.record.results["test_accuracy"] == 1
    assert not Path("mine.training").exists()


@pytest.mark.slow
def test_a_recording_that_was_cut_off_is_trained_on_where_that_is_allowed(here, sounds):
    shutil.copytree(sounds, "sounds")
    whole = Path("sounds/p00.flac").read_bytes()
    Path("sounds/p00.flac").write_bytes(whole[: len(whole) * 9 // 10])
    where = ["--recordings", "sounds", "--store", "sounds/store", "--epochs", 1]
    refused = judge(sounds, *where)
    assert refused.exit_code == 2
    assert "p00.flac: it is cut off: " in refused.stderr
    allowed = judge(sounds, *where, "--allow-cut")
    assert allowed.exit_code == 0, allowed.stderr
    assert "p00.flac was cut off: 10." in allowed.stderr


RENAMED = {
    "--batch": ("--batch-size", 8),
    "--crossed": ("--windows-per-step", 4),
    "--pairs": ("--max-pairs", 9),
}
RENAMED_FLAG = ("--half", "--bf16")


@pytest.mark.slow
def test_options_and_grid_names_of_version_0_1_0_work_with_a_remark(here, sounds):
    options = [word for name, (_, value) in RENAMED.items() for word in (name, value)]
    grid = ["--grid", "rate=3e-3", "--grid", "decay=0.01"]
    result = judge(sounds, *options, RENAMED_FLAG[0], *grid)
    assert result.exit_code == 0, result.stderr
    remarks = " ".join(result.stderr.split())
    assert "--grid: 'rate' is now 'learning_rate', 'decay' is now 'weight_decay'." in remarks
    for name, (new, _) in RENAMED.items():
        assert f"{name} is now {new}; the old name works until version 0.3.0." in remarks
    assert " is now ".join(RENAMED_FLAG) in remarks
    settings = load_probe(Path("mine.safetensors")).record.settings
    assert settings["learning_rate"] == 3e-3
    assert (settings["batch_size"], settings["windows_per_step"], settings["bf16"]) == (8, 4, True)


@pytest.mark.slow
def test_a_trained_probe_ranks_recordings(here, sounds):
    assert judge(sounds, "--grid", "learning_rate=3e-3").exit_code == 0
    names = [f"p{number:02}" for number in range(12)]
    pd.DataFrame({"candidate": names}).to_csv("roster.csv", index=False)
    where = [
        "--recordings",
        sounds,
        "--store",
        sounds / "store",
        "--out",
        "run",
        "--min-seconds",
        5,
    ]
    options = ["--roster", "roster.csv", "--ranker", "mine.safetensors", *where]
    result = CliRunner().invoke(app, ["rank", *map(str, options)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    ranking = pd.read_csv("run/ranking.csv")
    assert set(ranking["candidate"][:6]) == set(names[1::2])


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes(here, sounds):
    files = []
    for _ in range(2):
        assert judge(sounds).exit_code == 0
        files.append([Path(f"mine.{end}").read_bytes() for end in ("safetensors", "json")])
    assert files[0] == files[1]


def interrupted(monkeypatch, at: str):
    """As if the user pressed Ctrl-C at a step: its description begins so."""
    advance = TerminalProgress.advance

    def press(self, steps=1, detail=""):
        advance(self, steps, detail)
        if detail.startswith(at):
            raise KeyboardInterrupt

    monkeypatch.setattr(TerminalProgress, "advance", press)


@pytest.mark.slow
def test_an_interrupted_training_says_what_is_kept_and_goes_on(here, sounds, monkeypatch):
    assert judge(sounds, "--out", "whole.safetensors").exit_code == 0
    with monkeypatch.context() as during:
        interrupted(during, "epoch 3")
        result = judge(sounds)
    assert result.exit_code == 130
    understood = "mine.csv: 12 recordings\n"
    assert result.stderr.removeprefix(understood).split("\n")[0] == (
        "stopped: what was embedded and trained is kept, all but the last minute; the same "
        "command goes on"
    )
    assert result.stderr.count("training") == 0
    assert not Path("mine.safetensors").exists()
    with monkeypatch.context() as during:
        interrupted(during, "epoch 2")
        anew = judge(sounds, "--grid", "learning_rate=3e-3").stderr
    anew = anew.removeprefix(understood)
    assert anew.startswith("training starts anew: the epochs kept in mine.training are of another ")
    result = judge(sounds)
    remark = "training goes on from what an earlier call kept in mine.training\n"
    written = "written to mine.safetensors\nlosses and metrics of each epoch: mine.history.csv\n"
    written += "predictions on test: mine.predictions.csv\n"
    written += "result added to results.jsonl\nNext: judge tables 3 --results results.jsonl\n"
    printed = [line for line in result.stderr.splitlines() if not line.startswith("training: ")]
    assert printed == (understood + remark + written).splitlines()
    for end in ("safetensors", "json"):
        assert Path(f"mine.{end}").read_bytes() == Path(f"whole.{end}").read_bytes()


@pytest.mark.slow
def test_windows_are_crossed_by_default_and_not_as_published(here, sounds):
    for options, windows, front_end in (
        ([], 4, {"time_first": True}),
        (["--windows-per-step", 0], 0, {"time_first": True}),
        (["--as-published"], 0, {"time_first": False, "tails": False}),
        (["--as-published", "--windows-per-step", 6], 6, {"time_first": False}),
    ):
        result = judge(sounds, "--epochs", 1, *options)
        assert result.exit_code == 0, result.stderr
        record = load_probe(Path("mine.safetensors")).record
        assert record.settings["windows_per_step"] == windows
        assert front_end.items() <= dict(record.cache_key.front_end).items()


@pytest.mark.slow
def test_a_record_says_what_equal_bytes_depend_on(here, sounds):
    assert judge(sounds, "--threads", 2, "--epochs", 1).exit_code == 0
    record = load_probe(Path("mine.safetensors")).record
    assert record.settings["threads"] == 2
    assert record.computation == computation_facts("cpu")


@pytest.mark.slow
def test_pairs_do_as_well_and_json_is_for_programs(here, sounds):
    pairs = [
        f"p{a:02},p{b:02},p{a if a % 2 else b:02},{split}"
        for span, split in ((range(6), "train"), (range(6, 12), "val"))
        for a in span
        for b in span
        if a < b and a % 2 != b % 2
    ]
    Path("mine.csv").write_text("first,second,winner,split\n" + "\n".join(pairs) + "\n")
    result = judge(sounds, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)
    assert row["train_pairs"] == 9
    assert "test_accuracy" not in row


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_and_ends_in_the_same_bytes(here, sounds):
    folds = ["--folds", "3", "--epochs", "4"]
    pd.read_csv("mine.csv").drop(columns="split").to_csv("mine.csv", index=False)
    assert judge(sounds, *folds, "--out", "whole.safetensors").exit_code == 0
    program = [sys.executable, "-c", RUN, "train", "expertise"]
    process = subprocess.Popen([*program, *given(sounds), *folds], stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(Path("mine.training").glob("*.fit"))) < 2:
        time.sleep(0.002)
    process.kill()  # in the second fold of three, or in the third
    process.wait()
    kept = sorted(Path("mine.training").glob("*.fit"))
    assert len(kept) >= 2
    assert not Path("mine.safetensors").exists()
    kept[0].write_bytes(kept[0].read_bytes()[:99])
    again = judge(sounds, *folds)
    assert again.exit_code == 0
    assert f"{kept[0]} is damaged; this training starts anew" in again.stderr
    for end in ("safetensors", "json"):
        assert Path(f"mine.{end}").read_bytes() == Path(f"whole.{end}").read_bytes()
    assert not Path("mine.training").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--manifest", "none.csv"], "none.csv: there is no such file"),
        (["--manifest", "bad.csv"], "bad.csv, line 2: 'level' is 'good', which is not a number"),
        (["--recordings", "."], "12 of 12 recordings are not in ., the first 'p00'"),
        (["--out", "mine.pt"], "mine.pt: a probe's file ends in .safetensors"),
        (["--grid", "dropout=some"], "--grid dropout=some: no numbers; write it so"),
        (
            ["--grid", "depth=3"],
            "--grid depth: no such setting to try; choose learning_rate, weight_decay",
        ),
        (["--grid", "seed=1", "--grid", "seed=2"], "--grid seed: given twice; write all values"),
        (["--out", "mine.csv/mine.safetensors"], "mine.safetensors: it cannot be written ("),
        (["--device", "gpu"], "--device gpu: this machine does not have it; choose cpu"),
        (["--grid", "learning_rate=-1"], "--grid learning_rate: -1 is out of range"),
        (
            ["--windows-per-step", "1"],
            "--windows-per-step 1: a pair has two windows; give 2 or more, or 0 to take pairs one",
        ),
        (["--classes", "3"], "--classes 3: no such task; give 2 or 4"),
        (["--folds", "3"], "mine.csv: it has a split, and folds would make another"),
        (["--manifest", "whole.csv", "--folds", "20"], "12 groups for 20 folds; use fewer --folds"),
        (["--encoder", "mertt"], "did you mean 'mert'?"),
    ],
)
def test_mistakes_are_named_in_a_sentence(here, sounds, arguments, words):
    Path("bad.csv").write_text("recording,level\np00,good\n")
    pd.read_csv("mine.csv").drop(columns="split").to_csv("whole.csv", index=False)
    result = judge(sounds, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not list(Path().glob("mine.s*"))


@pytest.mark.slow
def test_a_link_out_of_the_folder_is_refused_unless_that_is_allowed(here, sounds, tmp_path):
    linked = tmp_path / "linked"
    shutil.copytree(sounds, linked, ignore=shutil.ignore_patterns("store"))
    (linked / "p00.flac").unlink()
    (linked / "p00.flac").symlink_to(sounds / "p00.flac")
    refused = judge(sounds, "--recordings", linked)
    assert refused.exit_code == 2
    message = " ".join(refused.stderr.split())
    assert "mine.csv: 'p00' is a link to a file that is not in" in message
    assert "copy it there, or allow it with --allow-outside" in message
    assert judge(sounds, "--recordings", linked, "--allow-outside").exit_code == 0


def test_a_copy_of_a_recording_is_refused(here, sounds, tmp_path):
    copied = tmp_path / "copied"
    shutil.copytree(sounds, copied, ignore=shutil.ignore_patterns("store"))
    shutil.copy(sounds / "p00.flac", copied / "p11.flac")
    result = judge(sounds, "--recordings", copied)
    assert result.exit_code == 2
    assert "mine.csv: 'p00' and 'p11' are the same sound; keep one" in result.stderr


def test_a_copy_in_another_format_is_refused_by_its_embedding(here, sounds, tmp_path):
    copied = tmp_path / "copied"
    shutil.copytree(sounds, copied, ignore=shutil.ignore_patterns("store"))
    samples, rate = soundfile.read(sounds / "p00.flac", dtype="int16")
    (copied / "p11.flac").unlink()
    soundfile.write(copied / "p11.wav", samples, rate, subtype="PCM_16")
    result = judge(sounds, "--recordings", copied)
    assert result.exit_code == 2
    assert "mine.csv: 'p00' and 'p11' are the same sound; keep one" in result.stderr
    assert not Path("mine.safetensors").exists()


def test_all_that_cannot_be_used_is_named_at_once_or_left_out(here, sounds, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(sounds, mixed, ignore=shutil.ignore_patterns("store"))
    for name in ("p00", "p07"):
        (mixed / f"{name}.flac").write_bytes(b"no sound")
    (mixed / "p01.flac").unlink()
    (mixed / "p02.flac").unlink()
    missing = judge(sounds, "--recordings", mixed)
    assert missing.exit_code == 2
    words = " ".join(missing.stderr.split())
    assert "2 of 12 recordings are not in" in words
    assert "the first 'p01'" in words
    assert "also p02" in words
    for name in ("p01", "p02"):
        shutil.copy(sounds / f"{name}.flac", mixed)
    bad = judge(sounds, "--recordings", mixed)
    assert bad.exit_code == 2
    words = " ".join(bad.stderr.split())
    assert "mine.csv: 2 recordings cannot be used: " in words
    assert re.search(r"p00\.flac: .*; .*p07\.flac: ", words)
    assert "mend them, or leave them out with --skip-bad" in words
    (mixed / "p01.flac").unlink()
    left = judge(sounds, "--recordings", mixed, "--skip-bad", "--epochs", 1)
    assert left.exit_code == 0, left.stderr
    words = " ".join(left.stderr.split())
    assert "left out, not in " in words
    assert re.search(r"left out: \S*p00\.flac: ", words)
    assert load_probe(Path("mine.safetensors")).record.results["recordings"] == 9


@pytest.mark.slow
def test_a_random_split_without_groups_says_so_and_what_was_drawn(here, sounds):
    pd.read_csv("mine.csv").drop(columns="split").to_csv("mine.csv", index=False)
    result = judge(sounds, "--epochs", 1, "--max-pairs", 3)
    assert result.exit_code == 0, result.stderr
    words = " ".join(result.stderr.split())
    assert "mine.csv: split at random by recording, since no two are of one group" in words
    assert re.search(r"drawn at random: 3 of \d+ pairs in train \(anew in each epoch\)", words)
    result = judge(sounds, "--epochs", 1, "--max-pairs", 3, "--pairs-drawn", "once")
    words = " ".join(result.stderr.split())
    assert re.search(r"drawn at random: 3 of \d+ pairs in train(,|$| )(?!\(anew)", words)
    settings = load_probe(Path("mine.safetensors")).record.settings
    assert settings["task_options"] == {"pairs_drawn": "once"}


@pytest.mark.slow
def test_a_split_that_makes_no_pair_says_how_many_lie_there_and_why(here, sounds):
    table = pd.read_csv("mine.csv")
    table.loc[table["split"] == "val", "level"] = 1
    table.to_csv("mine.csv", index=False)
    result = judge(sounds)
    assert result.exit_code == 2
    words = " ".join(result.stderr.split())
    assert "no pair of unequal level in val: 4 recordings lie there, but they are of one" in words
    events = table.assign(level=range(12), event=range(12)).drop(columns="split")
    events.to_csv("mine.csv", index=False)
    words = " ".join(judge(sounds).stderr.split())
    assert "no pair of unequal level in train: " in words
    assert (
        "lie there, but they are of one level, or of different events; add a column split" in words
    )


@pytest.mark.slow
def test_an_interrupted_training_of_version_0_1_0_goes_on_in_its_folder(here, sounds):
    old = Path("mine.fitting")
    old.mkdir()
    assert judge(sounds).exit_code == 0
    assert not old.exists()
    assert not Path("mine.training").exists()


@pytest.mark.slow
def test_the_example_of_the_help_works_as_it_stands(here):
    """As pasted, after ``judge demo``, here a short one."""
    text = CliRunner().invoke(app, ["train", "expertise", "--help"]).stdout
    (example,) = re.findall("judge (train expertise --manifest (?:.|\\n)*?safetensors)", text)
    write_demonstration(Path("demo/recordings"), 20.0, 0)
    result = CliRunner().invoke(app, example.split(), catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    assert "Trained on 15 pairs of windows" in result.stdout


def test_the_help_has_no_long_panel_and_shows_the_values_of_options(here):
    text = CliRunner().invoke(app, ["train", "expertise", "--help"]).stdout
    panels = re.split("╭─ ", text)[1:]
    assert max(len(re.findall(r"^│ .{3}--", panel, re.MULTILINE)) for panel in panels) <= 12
    for values in ("<2|4>", "<table|csv|json>", "<cpu|cuda>"):
        assert values in text


@pytest.fixture
def package(here):
    """One that offers the task ``loudness``, installed in the folder that commands run in."""
    made = Package(here / "site")
    code = Path(loudness.__file__).read_text(encoding="utf-8")
    made.offer("judge.tasks", "loudness", "loudness_task", "SPEC", code)
    return made


@pytest.mark.slow
def test_a_task_of_another_package_is_trained_by_the_same_command(package, sounds):
    table = pd.read_csv("mine.csv")
    table.assign(loudness=table.pop("level").map({0: "quiet", 1: "loud"})).to_csv("mine.csv")
    listed = package.judge("train", "--help").stdout
    assert re.search("loudness +Train a probe that says how loud", listed)
    words = package.judge("train", "loudness", "--help").stdout
    assert "CSV: recording, loudness; split, group." in words
    assert "--classes" not in words
    assert "--windows-per-step" not in words
    arguments = ["train", "loudness", *given(sounds)]
    result = package.judge(*arguments, "--grid", "learning_rate=3e-3", "--format", "table")
    words = " ".join(result.stdout.split())
    assert "Trained on 6 windows; epoch" in words
    assert "Test: of 2 recordings, " in words
    probe = load_probe(Path("mine.safetensors"))
    assert probe.record.task == "loudness-3"
    assert probe.record.results["train_windows"] == 6
    assert probe.record.results["test_recordings"] == 2
    refused = package.judge(*arguments, "--windows-per-step", 4, fails=2)
    assert "--windows-per-step 4: loudness-3 compares no windows; leave it out" in refused.stderr


def test_a_package_that_cannot_be_used_is_named_and_spares_the_other_tasks(here):
    package = Package(here / "site")
    package.offer("judge.tasks", "loudness", "no_such_module", "SPEC")
    printed = package.judge("train", "--help", fails=2).stderr
    assert "judge: judge.tasks entry point loudness = no_such_module:SPEC: it cannot be" in printed
    package.judge("train", "expertise", "--help")


def test_help_loads_nothing_slow():
    slow = "sorted({'numpy', 'pandas', 'torch', 'sklearn'} & sys.modules.keys())"
    for arguments in (["--help"], ["expertise", "--help"]):
        program = f"import atexit, sys; atexit.register(lambda: print({slow})); {RUN}"
        result = subprocess.run(
            [sys.executable, "-c", program, "train", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout.splitlines()[-1] == "[]"


def test_a_task_that_there_is_not_is_no_command():
    result = CliRunner().invoke(app, ["train", "expertisse"])
    assert result.exit_code == 2
    assert "No such command 'expertisse'" in result.stderr
