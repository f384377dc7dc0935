"""A storage holds files complete or not at all, wherever it is; a network is read once."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranking.errors import StoreError
from ranking.files.atomic import open_atomic
from ranking.files.hashing import file_sha256
from ranking.storage.addresses import StoreAddress
from ranking.storage.folders import FolderStorage, published
from ranking.storage.objects import ObjectStorage, open_storage

NAMES = ["a/one.npy", "a/two.json", "a/b/three", "c/one.npy", "four"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "remove", "lose copies"]), st.sampled_from(NAMES))
)


def write(storage, name, content):
    with open_atomic(storage.folder / name) as file:
        file.write(content)
    storage.publish(name)


def contents(storage):
    return {name: storage.fetch(name, fresh=True).read_bytes() for name in storage.names()}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_is_a_dictionary_of_bytes_by_name(place, steps):
    storage, own = open_storage(place), {}
    for name in list(storage.names()):
        storage.remove(name)
    for number, (step, name) in enumerate(steps):
        if step == "write":
            own[name] = bytes([number]) * number
            write(storage, name, own[name])
        elif step == "remove":
            own.pop(name, None)
            storage.remove(name)
        elif isinstance(storage, ObjectStorage):
            shutil.rmtree(storage.folder, ignore_errors=True)
    assert list(storage.names()) == sorted(own)
    assert list(storage.names("a")) == [name for name in sorted(own) if name.startswith("a/")]
    assert contents(storage) == own
    assert {name: storage.size(name) for name in NAMES} == {
        name: len(own[name]) if name in own else None for name in NAMES
    }


def test_what_is_not_there_is_no_file(place):
    storage = open_storage(place)
    assert storage.size("a/one") is None
    assert list(storage.names("a")) == []
    storage.remove("a/one")
    if isinstance(storage, ObjectStorage):
        with pytest.raises(FileNotFoundError):
            storage.fetch("a/one")


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_an_upload_that_is_interrupted_leaves_what_there_was(tmp_path, monkeypatch, protocol):
    where = tmp_path / "there" if protocol == "file" else tmp_path.name
    storage = ObjectStorage(StoreAddress(f"{protocol}://{where}", tmp_path / "copies"))
    write(storage, "a/one", b"before")
    whole = storage._system.put_file

    def half(own, path):
        Path(own).write_bytes(Path(own).read_bytes()[:3])
        whole(own, path)
        raise KeyboardInterrupt

    for name in ("a/one", "a/two"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(storage._system, "put_file", half)
            write(storage, name, b"after")
    assert contents(storage) == {"a/one": b"before"}
    assert len(storage._system.find(storage._root)) == 1


@pytest.mark.slow
def test_what_is_read_crosses_the_network_once(s3, tmp_path):
    url = f"s3://{s3.new_bucket()}/archive"
    write(open_storage(StoreAddress(url, tmp_path / "writer")), "a/one", b"1" * 100_000)
    for _ in range(3):
        reader = open_storage(StoreAddress(url, tmp_path / "reader"))
        assert reader.fetch("a/one").read_bytes() == b"1" * 100_000
    assert (s3.times("PUT", "a/one"), s3.times("GET", "a/one")) == (1, 1)
    assert list((tmp_path / "reader").rglob(".incoming/*")) == []


@pytest.mark.slow
def test_an_upload_that_is_killed_between_its_parts_leaves_no_object(s3, tmp_path):
    """Large files go to S3 in parts, which are an object when the last of them is there."""
    address = StoreAddress(f"s3://{s3.new_bucket()}/archive", tmp_path / "writer")
    storage = open_storage(address)
    storage.folder.mkdir(parents=True)
    with (storage.folder / "large").open("wb") as file:
        file.truncate(150 * 2**20)
    code = (
        "import sys; from pathlib import Path; from ranking.storage.addresses import StoreAddress;"
        "from ranking.storage.objects import open_storage;"
        "open_storage(StoreAddress(sys.argv[1], Path(sys.argv[2]))).publish('large')"
    )
    process = subprocess.Popen([sys.executable, "-c", code, address.url, str(address.cache)])
    while process.poll() is None and not s3.times("PUT", "large"):
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert storage.size("large") is None
    assert list(storage.names()) == []
    storage.publish("large")
    elsewhere = open_storage(StoreAddress(address.url, tmp_path / "reader"))
    assert file_sha256(elsewhere.fetch("large")) == file_sha256(storage.folder / "large")


def test_addresses_have_folders_of_copies_of_their_own(tmp_path):
    urls = ["memory://a/b", "memory://a-b", "memory://a/c"]
    folders = {open_storage(StoreAddress(url, tmp_path)).folder for url in urls}
    assert len(folders) == len(urls)
    assert {folder.parent for folder in folders} == {tmp_path}


def test_a_copy_that_cannot_be_kept_is_an_error_of_this_disk(tmp_path):
    storage = ObjectStorage(StoreAddress(f"memory://{tmp_path.name}", tmp_path / "copies"))
    write(storage, "a/one", b"1")
    shutil.rmtree(tmp_path / "copies")
    (tmp_path / "copies").write_text("in the way")
    with pytest.raises(StoreError, match=r"copies.*: it cannot be written") as error:
        storage.fetch("a/one")
    assert error.value.key == "store-cache"


def test_a_file_that_grows_begins_as_the_longer_one_and_is_published(tmp_path):
    address = [StoreAddress(f"memory://{tmp_path.name}", tmp_path / name) for name in "ab"]
    one, other = map(open_storage, address)

    def grow(storage, more):
        path = storage.folder / "votes" / "log"
        with published(storage, path):
            path.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if path.is_file() else b""
            path.write_bytes(content + more)
            if more == b"!":
                raise ZeroDivisionError

    grow(one, b"1")
    grow(other, b"2")
    assert contents(one) == {"votes/log": b"12"}
    with pytest.raises(ZeroDivisionError):
        grow(one, b"!")
    assert contents(other) == {"votes/log": b"12!"}
    with open_atomic(one.folder / "votes" / "log") as file:
        file.write(b"12!3")  # by a process that was killed before it published it
    grow(one, b"")
    assert contents(other) == {"votes/log": b"12!3"}


def test_a_folder_by_itself_is_published_nowhere(tmp_path):
    storage = FolderStorage(tmp_path)
    with published(storage, tmp_path / "log"):
        (tmp_path / "log").write_bytes(b"1")
    with published(None, tmp_path / "elsewhere"):
        pass
    assert contents(storage) == {"log": b"1"}
