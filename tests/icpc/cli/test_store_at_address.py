"""Commands take the address of an object store where they take the folder of a store."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from object_server import KEY, SECRET, ObjectServer
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.stores import read_store
from ranking.storage.addresses import StoreAddress
from ranking.storage.objects import open_storage

RATE = 8000


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Six recordings with their results, and copies of what is at addresses beside them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    monkeypatch.setenv("JUDGE_STORE_CACHE", str(tmp_path / "copies"))
    rng = np.random.default_rng(0)
    rows = ["candidate,reached"]
    Path("sounds").mkdir()
    for number in range(6):
        hiss = 0.02 * (number % 2) * rng.standard_normal(12 * RATE).astype(np.float32)
        write_sound(Path(f"sounds/p{number}.flac"), piano(12, RATE, number) + hiss, RATE)
        rows.append(f"p{number},{'final' if number % 2 else 'first'}")
    Path("sounds/roster.csv").write_text("\n".join(rows) + "\n")
    Path("sounds/competition.toml").write_text('name = "Cup"\nrounds = ["first", "final"]\n')
    return tmp_path


def judge(*arguments, expected=0):
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == expected, f"{result.stdout}{result.stderr}"
    return f"{result.stdout}{result.stderr}"


def embeddings(storage):
    """Bytes of the embeddings of a storage, without votes."""
    names = [name for name in storage.names() if not name.startswith("votes/")]
    return {name: storage.fetch(name, fresh=True).read_bytes() for name in names}


RANK = ("rank", "--roster", "sounds/roster.csv", "--recordings", "sounds", "--min-seconds", 10)


@pytest.mark.slow
def test_a_bucket_and_a_folder_have_the_same_files_and_results(here: Path, s3: ObjectServer):
    url = f"s3://{s3.new_bucket()}/archive"
    printed = []
    for store in ("folder", url):
        printed.append(judge("embed", "--recordings", "sounds", "--store", store, "--workers", 1))
        assert f"6 recordings: 6 embedded, 0 cached, 0 invalid; in {store}" in printed[-1]
    own, found = open_storage(Path("folder")), open_storage(read_store(url))
    assert len(embeddings(own)) == 2 * 6 + 1
    assert embeddings(found) == embeddings(own)
    shutil.rmtree("copies")  # as another machine
    s3.requests.clear()
    for store, run in (("folder", "on-disk"), (url, "of-bucket"), (url, "again")):
        printed.append(judge(*RANK, "--store", store, "--out", run))
        for name in ("ranking.csv", "votes.csv", "comparisons.csv", "run.json"):
            assert (here / run / name).read_bytes() == (here / "on-disk" / name).read_bytes(), name
    assert s3.times("GET", ".npy") == 6
    assert s3.times("PUT", ".npy") == 0
    assert s3.times("PUT", ".votes") == 1
    assert list(own.names("votes")) == list(found.names("votes"))
    printed.append(judge("embed", "--verify", "--store", url))
    assert f"all embeddings in {url} are undamaged" in printed[-1]
    printed.append(judge("doctor", "--store", url, "--format", "csv"))
    assert f"{url}: 6 arrays" in printed[-1]
    rows = "".join(f"p{n},{n % 2},{'train' if n < 4 else 'val'}\n" for n in range(6))
    Path("levels.csv").write_text(f"recording,level,split\n{rows}")
    train = ("train", "expertise", "--manifest", "levels.csv", "--recordings", "sounds")
    for store, probe in (("folder", "on-disk"), (url, "of-bucket")):
        more = ("--store", store, "--out", f"{probe}.safetensors", "--epochs", 1)
        printed.append(judge(*train, *more))
        written = Path(f"{probe}.safetensors").read_bytes()
        assert written == Path("on-disk.safetensors").read_bytes()
    written = [path.read_bytes() for path in here.rglob("*") if path.is_file()]
    for secret in (KEY, SECRET):
        assert not any(secret in words for words in printed)
        assert not any(secret.encode() in content for content in written)


@pytest.mark.slow
def test_what_is_damaged_in_a_bucket_is_removed_and_made_again(here: Path, s3: ObjectServer):
    url = f"s3://{s3.new_bucket()}/archive"
    embed = ("embed", "--recordings", "sounds", "--store", url, "--workers", 1)
    judge(*embed)
    storage = open_storage(StoreAddress(url, here / "writer"))
    before = embeddings(storage)
    name = next(one for one in before if one.endswith(".npy"))
    (storage.folder / name).write_bytes(before[name][:-1] + b"?")
    storage.publish(name)
    found = judge("embed", "--verify", "--store", url, expected=1)
    assert f"{url}/{name}: its bytes are not those that were written" in found
    assert "1 embedded, 5 cached" in judge(*embed)
    assert embeddings(storage) == before


def test_credentials_in_an_address_are_refused_and_not_repeated():
    printed = judge("embed", "--recordings", ".", "--store", f"s3://{KEY}:{SECRET}@b", expected=2)
    assert "--store s3://…: there is more in it than a place: credentials or a query" in printed
    assert KEY not in printed
    assert SECRET not in printed


def test_an_address_is_told_apart_from_a_folder(monkeypatch):
    monkeypatch.setenv("JUDGE_STORE_CACHE", "copies")
    assert read_store("s3://b/archive/") == StoreAddress("s3://b/archive", Path("copies"))
    assert read_store(Path("embeddings")) == Path("embeddings")
