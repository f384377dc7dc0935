"""Files and pipes are read once, and not without end."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from ranking.errors import TableError
from ranking.files import text
from ranking.files.hashing import file_sha256
from ranking.files.text import did_you_mean, normalised, read_bytes

CONTENT = b"candidate\nanna\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/fd")
def test_what_came_from_a_pipe_is_read_again_and_hashed():
    out, into = os.pipe()
    os.write(into, CONTENT)
    os.close(into)
    path = Path(f"/dev/fd/{out}")
    try:
        assert read_bytes(path) == CONTENT
        assert read_bytes(path) == CONTENT
        assert file_sha256(path) == hashlib.sha256(CONTENT).hexdigest()
    finally:
        os.close(out)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/zero")
def test_a_device_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(text, "LARGEST_BYTES", 3 << 20)
    with pytest.raises(TableError, match="/dev/zero: it is larger than 3 MiB"):
        read_bytes(Path("/dev/zero"))


def test_marks_without_end_are_left_as_they_are():
    """Composing them takes a time that grows with the square of their number."""
    zalgo = "e" + "\u0301\u0327" * 60_000
    assert normalised(zalgo) == zalgo
    assert normalised("Se\u0301ong-Jin " * 9) == "S\u00e9ong-Jin " * 9
    assert normalised("\ufb01n \u0141\u00f3d\u017a", "NFKD") == "fin \u0141o\u0301dz\u0301"


def test_no_similar_word_is_looked_for_without_end():
    assert did_you_mean("x" * 100_000, ["x" * 99_999]) == ""
    assert did_you_mean("chopn", ["chopin", "x" * 100_000]) == " (did you mean 'chopin'?)"
