"""``judge rank`` and ``judge train`` on a cluster write what they write on one machine."""

from pathlib import Path

import numpy as np
import pytest
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app

RATE = 8_000
REACHED = {"ann": "final", "bob": "first", "cyd": "first", "dov": "final", "eve": "first"}
PAIRS = {"all": (), "swiss": ("--pairs", "swiss", "--budget", 6)}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a competition of short recordings, and their manifest of two levels."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    rng, folder = np.random.default_rng(0), Path("played")
    folder.mkdir()
    rows, labels = ["candidate,reached"], ["recording,level,split"]
    for number, (name, reached) in enumerate(REACHED.items()):
        hiss = rng.standard_normal(RATE * 21).astype(np.float32)
        sound = piano(21, RATE, number) + 0.02 * (reached == "final") * hiss
        write_sound(folder / f"{name}.flac", sound, RATE)
        rows.append(f"{name},{reached}")
    for number, name in enumerate(REACHED):
        labels.append(f"{name},{number % 2},{'val' if number > 2 else 'train'}")
    (folder / "roster.csv").write_text("\n".join(rows) + "\n")
    (folder / "competition.toml").write_text('name = "cup"\nrounds = ["first", "final"]\n')
    (folder / "manifest.csv").write_text("\n".join(labels) + "\n")
    return tmp_path


def judge(*arguments):
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result


def written(folder, names):
    return {name: (Path(folder) / name).read_bytes() for name in names}


@pytest.mark.slow
@pytest.mark.parametrize("pairs", PAIRS)
def test_a_competition_is_embedded_and_compared_on_two_processes(here, pairs):
    given = ("rank", "--roster", "played/roster.csv", "--recordings", "played", "--min-seconds", 10)
    for store, where in (("one", ("--workers", 1)), ("two", ("--cluster-workers", 2))):
        judge(*given, *PAIRS[pairs], *where, "--store", f"{store}-store", "--out", store)
    names = ("ranking.csv", "comparisons.csv", "votes.csv", "run.json")
    assert written("two", names) == written("one", names)


@pytest.mark.slow
def test_a_grid_is_trained_on_two_processes(here):
    given = ("train", "expertise", "--manifest", "played/manifest.csv", "--recordings", "played")
    grid = ("--grid", "batch_size=1,2", "--epochs", 2, "--windows-per-step", 2)
    for folder, where in (("one", ()), ("two", ("--cluster-workers", 2))):
        Path(folder).mkdir()
        judge(*given, *grid, *where, "--store", "store", "--out", f"{folder}/mine.safetensors")
    names = ("mine.safetensors", "mine.json", "mine.history.csv")
    assert written("two", names) == written("one", names)
    assert sorted(path.name for path in Path("two").iterdir()) == sorted(
        path.name for path in Path("one").iterdir()
    )


def test_two_places_to_compute_are_refused():
    given = ("rank", "--roster", "r.csv", "--recordings", ".", "--workers", 2)
    result = CliRunner().invoke(app, [str(one) for one in (*given, "--cluster-workers", 2)])
    assert result.exit_code == 2
    stderr = " ".join(result.stderr.split())
    assert "--workers and --cluster-workers: each says which processes compute; give one" in stderr
