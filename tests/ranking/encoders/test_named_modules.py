"""Modules that a user names: where they are found, where not, and what their hash is of."""

import sys

import pytest

from ranking.encoders.named_modules import find_module, import_named
from ranking.errors import EncoderError


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder on Python's path, and the working folder too, as in an interactive session."""
    site, here = tmp_path / "site", tmp_path / "here"
    (site / "installed_one").mkdir(parents=True)
    (site / "installed_one" / "__init__.py").write_text("from .more import ANSWER\n")
    (site / "installed_one" / "more.py").write_text("ANSWER = 42\n")
    here.mkdir()
    (here / "lying_here.py").write_text("raise SystemExit('it was run')\n")
    monkeypatch.chdir(here)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend("")
    yield tmp_path
    for name in ("installed_one", "installed_one.more"):
        sys.modules.pop(name, None)


def find(text):
    return find_module(f"hear:{text}", text)


def test_an_installed_module_is_found_without_running_it(site):
    found = find("installed_one.more")
    assert "installed_one" not in sys.modules
    assert import_named(found).ANSWER == 42


def test_the_working_folder_is_not_searched(site):
    with pytest.raises(EncoderError, match=r"in the working folder.*\./lying_here\.py$"):
        find("lying_here")


def test_a_file_there_is_taken_by_its_path(site):
    (site / "here" / "mine.py").write_text("ANSWER = 7\n")
    assert import_named(find("./mine.py")).ANSWER == 7
    assert import_named(find(str(site / "here" / "mine.py"))).ANSWER == 7
    assert "mine" not in sys.modules


def test_a_folder_is_a_package_whose_files_find_each_other(site):
    found = find("../site/installed_one")
    assert import_named(found).ANSWER == 42
    assert "installed_one" not in sys.modules


def test_the_hash_is_of_all_files_of_a_package(site):
    before = find("installed_one").sha256
    assert find("../site/installed_one").sha256 == before
    (site / "site" / "installed_one" / "more.py").write_text("ANSWER = 43\n")
    assert find("installed_one.more").sha256 != before
    assert import_named(find("../site/installed_one")).ANSWER == 43  # the new one


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nowhere_at_all", "no module nowhere_at_all is installed"),
        ("sys", "no module sys is installed"),
        ("__main__", "no module __main__ is installed|in the working folder"),
        ("lying_here.py", "a module is named as it is imported"),
        ("a b", "a module is named as it is imported"),
        ("", "a module is named as it is imported"),
        ("./nothing.py", "there is no such file"),
        ("../here", "this folder has no __init__.py"),
        ("./notes.txt", "this is no file of Python"),
    ],
)
def test_what_is_no_module_is_refused(site, text, words):
    (site / "here" / "notes.txt").write_text("")
    with pytest.raises(EncoderError, match=words):
        find(text)


@pytest.mark.parametrize("code", ["import nowhere_at_all", "def f(:", "undefined_name", "1 .x"])
def test_what_cannot_be_imported_is_named(site, code):
    (site / "here" / "bad.py").write_text(code)
    for _ in range(2):  # a failed one is not kept
        with pytest.raises(EncoderError, match=r"hear:\./bad\.py: it cannot be imported \("):
            import_named(find("./bad.py"))
