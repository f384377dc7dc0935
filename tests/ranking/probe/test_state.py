"""The state of an unfinished training comes back as it was, or is known to be damaged."""

import pytest
import torch
from flips import taken_in_silence

from ranking.errors import ProbeError
from ranking.files.hashing import HASH_BYTES
from ranking.probe.state import is_undamaged, load_state, save_state

FLIPS = 100
STATE = {
    "steps": 3,
    "losses": [[0.1], [0.25]],
    "weights": {"a": torch.arange(40.0)},
    "fitted": [{"head": {"b": torch.arange(30)}, "epoch": 1, "history": [{"loss": 0.5}]}],
}


@pytest.fixture
def path(tmp_path):
    save_state(STATE, tmp_path / "own.fit")
    return tmp_path / "own.fit"


def read(path):
    return load_state(path, torch.device("cpu"))


def equal(one, other):
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def test_a_state_comes_back(path):
    assert equal(read(path), STATE)
    assert is_undamaged(path)


def test_a_flip_in_a_state_is_found(path):
    """PyTorch itself took 321 of 2,000 without a word."""
    found = taken_in_silence(path, FLIPS, lambda: is_undamaged(path), lambda sound: not sound)
    assert not found
    assert not taken_in_silence(path, FLIPS, lambda: read(path), lambda state: equal(state, STATE))


@pytest.mark.parametrize("length", [0, 10, 500, -1])
def test_a_state_that_was_cut_off_is_damaged(path, length):
    path.write_bytes(path.read_bytes()[:length])
    assert not is_undamaged(path)
    with pytest.raises(ProbeError, match=r"own\.fit: it cannot be read; remove it to train anew"):
        read(path)


def test_a_state_of_version_0_1_0_without_a_hash_is_read(path):
    content = path.read_bytes()[:-HASH_BYTES]
    path.write_bytes(content)
    assert equal(read(path), STATE)
    at = content.index(torch.arange(40.0).numpy().tobytes())
    path.write_bytes(content[:at] + b"\1" + content[at + 1 :])
    assert not is_undamaged(path)


def test_a_state_that_may_not_be_read_is_no_damage(tmp_path):
    with pytest.raises(ProbeError, match=r"it cannot be read .*; check its permissions"):
        is_undamaged(tmp_path)
