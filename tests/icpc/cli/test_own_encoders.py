"""Encoders that a user brings, through the commands: embedded, trained on, and ranked by."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hear_modules import CODE
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app

NAMES = ("ana", "bela", "chen", "dov", "ewa", "fay")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Six recordings of two levels, the better ones louder, and a module in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    Path("levels.py").write_text(CODE)
    Path("sounds").mkdir()
    for seed, name in enumerate(NAMES):
        sound = piano(10, 8_000, seed) * (1 if seed % 2 else 0.1)
        write_sound(Path("sounds") / f"{name}.wav", sound, 8_000)
    rows = [
        f"{name}.wav,{seed % 2},{('train', 'val', 'test')[seed // 2]}"
        for seed, name in enumerate(NAMES)
    ]
    Path("manifest.csv").write_text("\n".join(["recording,level,split", *rows]) + "\n")
    Path("roster.csv").write_text("\n".join(["candidate", *NAMES]) + "\n")
    return tmp_path


def judge(*arguments, fails=0):
    done = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == fails, done.output
    return done


def embed(*more, fails=0):
    return judge("embed", "--recordings", "sounds", "--workers", 1, *more, fails=fails)


def test_a_module_is_named_by_its_path_and_said_to_be_run(here):
    done = embed("--encoder", "hear:./levels.py")
    assert "6 recordings: 6 embedded" in done.stdout
    assert f"The code of hear:levels is run, as you named it: {here}/levels.py." in done.stderr
    assert "6 cached" in embed("--encoder", f"hear:{here}/levels.py").stdout
    (record,) = Path("embeddings").glob("hear-levels-*/cache-key.json")
    key = json.loads(record.read_text())
    assert key["encoder"] == "hear:levels"
    assert len(key["module_sha256"]) == 64
    assert str(here) not in record.read_text()


def test_a_module_of_the_working_folder_is_not_run_by_its_name(here):
    assert "levels" in embed("--encoder", "hear:levels", fails=2).stderr
    assert not Path("embeddings").exists()


@pytest.mark.slow
def test_a_ranker_is_trained_on_it_and_ranks_where_the_encoder_is_named(here):
    wide = CODE.replace("embedding_size = 2", "embedding_size = 32")
    wide = wide.replace("dim=2)", "dim=2).repeat(1, 1, 16)")
    train = ["train", "expertise", "--manifest", "manifest.csv", "--recordings", "sounds"]
    train += ["--encoder", "hear:./levels.py", "--out", "p.safetensors", "--epochs", 1]
    too_small = judge(*train, fails=2).stderr
    assert "100 × 2 is too small to be convolved; choose an encoder of more" in too_small
    Path("levels.py").write_text(wide)
    assert "The code of hear:levels is run" in judge(*train).stderr
    rank = ["rank", "--roster", "roster.csv", "--recordings", "sounds", "--ranker"]
    rank += ["p.safetensors", "--min-seconds", 1]
    named = [*rank, "--encoder", "hear:./levels.py", "--out", "run"]
    assert "6 candidates ranked from 30" in judge(*named).stdout
    record = Path("run/run.json").read_text()
    assert '"hear:levels"' in record
    assert '"module_sha256"' in record
    assert str(here) not in record
    Path("levels.py").write_text("raise SystemExit('a file named it')")
    assert "a file does not say what to run; add --encoder" in judge(*rank, fails=2).stderr
    Path("levels.py").write_text(wide + "\nOTHER = 1\n")
    other = judge(*rank, "--encoder", "hear:./levels.py", fails=2).stderr
    assert "it was trained on hear:levels embeddings with other code" in other


def test_lists_name_what_a_user_may_bring(here):
    listed = judge("weights", "--format", "json").stdout
    assert {"hear:MODULE", "hf:NAME"} <= {row["encoder"] for row in json.loads(listed)}
    found = judge("doctor", "--format", "json").stdout
    assert "hear:MODULE" in {row["name"] for row in json.loads(found)}


def save_model(folder):
    """A small HuBERT with random weights."""
    import torch
    from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    sizes |= {"intermediate_size": 48, "num_conv_pos_embeddings": 16}
    torch.manual_seed(1)
    config = HubertConfig(**sizes, conv_dim=[8] * 7, num_conv_pos_embedding_groups=4)
    HubertModel(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=8_000).save_pretrained(folder)


def test_a_model_of_transformers_is_named_by_its_folder(here):
    save_model("model")
    named = ("--encoder", "hf:./model", "--front-end", "layer=1")
    assert "6 recordings: 6 embedded" in embed(*named).stdout
    assert "hf:model has its own, in its folder" in (
        embed(*named, "--weights", "levels.py", fails=2).stderr
    )
    (record,) = Path("embeddings").glob("hf-model-*/cache-key.json")
    assert ["layer", 1] in json.loads(record.read_text())["front_end"]


def test_a_model_that_is_not_here_is_an_error_with_the_next_step(here):
    error = embed("--encoder", "hf:nobody/nothing", fails=2).stderr
    assert "judge weights fetch hf:nobody/nothing, or name the folder of a model" in error


@pytest.mark.slow
def test_a_model_is_fetched_from_the_hub_and_used_without_it(here, threaded_server):
    """A server with the Hub's addresses; the commit is said, and nothing but the model fetched."""
    save_model("model")
    commit, hub = 40 * "a", threaded_server
    (here / "model" / "theirs.py").write_text("raise SystemExit")
    files = {path.name: path.read_bytes() for path in (here / "model").iterdir()}
    facts = {"id": "nice/model", "sha": commit, "siblings": [{"rfilename": n} for n in files]}
    hub.clear()
    for revision in ("", "/revision/main", f"/revision/{commit}"):
        hub.expect_request(f"/api/models/nice/model{revision}").respond_with_json(facts)
    tree = [{"type": "file", "path": n, "size": len(c), "oid": n} for n, c in files.items()]
    hub.expect_request(f"/api/models/nice/model/tree/{commit}").respond_with_json(tree)
    for name, content in files.items():
        for revision in ("main", commit):
            hub.expect_request(f"/nice/model/resolve/{revision}/{name}").respond_with_data(
                content, headers={"ETag": f'"{name}"', "X-Repo-Commit": commit}
            )
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "HF_ENDPOINT": hub.url_for("").rstrip("/"),
        "HF_HOME": str(here / "cache"),
        "COLUMNS": "300",
    }

    def run(*words):
        code = "from icpc.cli import app; app()"
        return subprocess.run(
            [sys.executable, "-P", "-c", code, *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    fetched = run("weights", "fetch", "hf:nice/model")
    assert f"hf:nice/model: revision {commit}, in " in fetched.stderr
    asked = [request.path for request, _ in hub.log]
    assert not any("theirs" in path for path in asked)
    hub.clear()
    done = run("embed", "--recordings", "sounds", "--workers", "1", "--encoder", "hf:nice/model")
    assert "6 recordings: 6 embedded" in done.stdout, done.stderr
    assert f"hf:nice/model is revision {commit} of the model." in done.stderr
    assert not hub.log
