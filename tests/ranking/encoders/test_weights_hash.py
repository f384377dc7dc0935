"""A large file is hashed once, and again as soon as it may have changed."""

import os
import time

import pytest
from flips import taken_in_silence

from ranking.encoders import weights_hash
from ranking.encoders.weights_hash import weights_sha256
from ranking.errors import WeightsError
from ranking.files.hashing import file_sha256


@pytest.fixture
def hashed(monkeypatch):
    """The files that were read, in order; a few bytes are large."""
    read = []

    def recorded(path):
        read.append(path)
        return file_sha256(path)

    monkeypatch.setattr(weights_hash, "file_sha256", recorded)
    monkeypatch.setattr(weights_hash, "LARGE_BYTES", 10)
    forget()
    return read


def forget():
    """What another process would not know."""
    weights_hash._hash_of.cache_clear()


def write(path, content, age=60):
    path.write_bytes(content)
    then = time.time_ns() - age * 10**9
    os.utime(path, ns=(then, then))
    return path


def record_of(path):
    return path.with_name(f".{path.name}.sha256.json")


def test_it_is_hashed_once_in_a_process_and_once_by_several(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"a large file")
    assert weights_sha256(path) == weights_sha256(path) == file_sha256(path)
    forget()
    assert weights_sha256(path) == file_sha256(path)
    assert hashed == [path]


def test_another_file_of_the_same_length_is_another_hash(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"a large file")
    weights_sha256(path)
    write(path, b"A LARGE FILE", age=30)
    assert weights_sha256(path) == file_sha256(path)
    forget()
    assert weights_sha256(path) == file_sha256(path)
    assert hashed == [path, path]


def test_a_file_that_has_just_changed_may_have_changed_again(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"a large file", age=0)
    before = path.stat()
    weights_sha256(path)
    path.write_bytes(b"A LARGE FILE")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))  # within a tick of a coarse clock
    forget()
    assert weights_sha256(path) == file_sha256(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"no json", b"[]", b"{}", b'{"size": 12, "mtime_ns": MTIME, "sha256": 3}', b"\xff\xfe"],
)
def test_a_record_that_cannot_be_read_is_written_again(hashed, tmp_path, content):
    path = write(tmp_path / "w.pth", b"a large file")
    record_of(path).write_bytes(content.replace(b"MTIME", str(path.stat().st_mtime_ns).encode()))
    assert weights_sha256(path) == file_sha256(path)
    forget()
    assert weights_sha256(path) == file_sha256(path)
    assert hashed == [path]


def test_a_flip_in_a_record_is_never_believed(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"a large file")
    right = weights_sha256(path)

    def read():
        forget()
        return weights_sha256(path)

    assert not taken_in_silence(record_of(path), 200, read, right.__eq__)


def test_where_nothing_can_be_written_it_is_hashed_each_time(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"a large file")
    record_of(path).mkdir()
    for _ in range(2):
        forget()
        assert weights_sha256(path) == file_sha256(path)
    assert hashed == [path, path]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".w.pth.sha256.json", "w.pth"]


def test_a_small_file_leaves_no_record(hashed, tmp_path):
    path = write(tmp_path / "w.pth", b"small")
    assert weights_sha256(path) == file_sha256(path)
    assert not record_of(path).exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"none\.pth: it cannot be read \(No such file"):
        weights_sha256(tmp_path / "none.pth")
