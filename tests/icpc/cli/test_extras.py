"""A missing package is named with the extra that brings it."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.extras import EXTRAS, missing_package

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
OF_USERS = ("audio", "cluster", "dac", "report")
IMPORTED_AS = {"descript-audio-codec": "dac"}


@pytest.mark.parametrize("extra", OF_USERS)
def test_every_package_of_an_extra_is_known_with_it(extra):
    for requirement in PROJECT["project"]["optional-dependencies"][extra]:
        name = re.split("[<>=]", requirement)[0]
        assert extra in EXTRAS[IMPORTED_AS.get(name, name)].split(",")


def test_all_is_all_that_a_user_may_want():
    (everything,) = PROJECT["project"]["optional-dependencies"]["all"]
    assert {*OF_USERS} <= set(re.findall(r"\w+", everything))


def test_sound_needs_none_of_the_packages_of_dac():
    audio = PROJECT["project"]["optional-dependencies"]["audio"]
    assert not any("descript" in requirement for requirement in audio)


def test_a_command_says_which_extra_it_needs(monkeypatch):
    error = ModuleNotFoundError("no av", name="av.container")
    monkeypatch.setattr("icpc.workflows.rankings.open_study", lambda *_: _raise(error))
    result = CliRunner().invoke(app, ["rank", "--competition", "icpc2015"])
    assert result.exit_code == 2
    assert "this command: av is not installed; install it" in result.stderr
    assert "pip install 'judge[audio]'" in result.stderr


def test_a_missing_module_of_the_program_s_own_is_no_user_s_mistake():
    assert missing_package(ModuleNotFoundError("no", name="ranking.nothing")) is None


def _raise(error):
    raise error
