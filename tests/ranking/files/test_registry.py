"""Names of the program and of other packages."""

import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from ranking.errors import RankingError
from ranking.files.registry import Registry


class Kind:
    """What the registry holds."""


OWN, THEIRS, ELSE = Kind(), Kind(), 3
HERE = SimpleNamespace(
    Kind=Kind, OWN=OWN, THEIRS=THEIRS, ELSE=ELSE
)  # as a module that can be imported


@pytest.fixture
def registry(monkeypatch):
    offered = {"theirs": "THEIRS", "own": "THEIRS", "else": "ELSE", "none": "NONE"}
    entries = [EntryPoint(name, f"{__name__}:{at}", "kinds") for name, at in offered.items()]
    entries.append(EntryPoint("nowhere", "no.such.module:X", "kinds"))
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    monkeypatch.setitem(sys.modules, __name__, HERE)
    return Registry(f"{__name__}:Kind", "kinds", {"own": f"{__name__}:OWN"}, RankingError)


def test_own_entries_come_first_and_are_not_replaced(registry):
    assert list(registry) == ["own", "else", "none", "nowhere", "theirs"]
    assert registry["own"] is OWN
    assert registry["theirs"] is THEIRS
    assert "theirs" in registry
    assert "another" not in registry
    with pytest.raises(KeyError):
        registry["another"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("else", "it is of type int, not Kind"),
        ("none", "it cannot be loaded"),
        ("nowhere", "it cannot be loaded .No module named 'no'"),
    ],
)
def test_entries_that_cannot_be_used_are_named(registry, name, what):
    with pytest.raises(RankingError, match=f"kinds entry point {name} = .*: {what}"):
        registry[name]


def test_an_own_entry_that_fails_is_the_programs_fault(registry):
    with pytest.raises(ModuleNotFoundError):
        Registry(f"{__name__}:Kind", "kinds", {"own": "no.such:X"}, RankingError)["own"]
