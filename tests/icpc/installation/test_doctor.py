"""``judge doctor`` says what is there, what is missing, and what brings it."""

import io
import json
import tomllib
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest
from packaging.requirements import Requirement
from typer.testing import CliRunner

from icpc.cli import app
from icpc.installation import packages
from icpc.installation.doctor import examine_installation
from icpc.installation.packages import list_packages

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
AUDIO = [Requirement(line).name for line in PROJECT["optional-dependencies"]["audio"]]


def judge(*arguments):
    return CliRunner().invoke(app, ["doctor", *arguments], catch_exceptions=False)


@pytest.fixture
def versions(monkeypatch):
    """Versions that differ from those installed; None: it is not installed."""
    changed = {}

    def version(name):
        if name in changed and changed[name] is None:
            raise metadata.PackageNotFoundError(name)
        return changed.get(name) or metadata.version(name)

    monkeypatch.setattr(packages, "version", version)
    return changed


def found(*parts):
    findings = list(examine_installation())
    return {one.name: one for one in findings if one.part in parts}


def test_packages_are_those_of_the_project_and_its_extras():
    own = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    expected = {
        (extra, Requirement(line).name)
        for extra, lines in own.items()
        for line in lines
        if extra != "dev" and not line.startswith("judge[")
    }
    assert {(one.extra, one.name) for one in list_packages()} == expected


def test_all_that_is_installed_is_ready(tmp_path):
    result = judge("--weights-dir", str(tmp_path), "--format", "json")
    findings = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {one["state"] for one in findings if one["part"] in ("program", "packages")} == {"ready"}
    (typer,) = (one["found"] for one in findings if one["name"] == "for every command")
    assert f"numpy {metadata.version('numpy')}" in typer
    encoders = {one["name"]: one for one in findings if one["part"] == "encoder"}
    assert encoders["spectrogram"]["state"] == "ready"
    assert encoders["mert"]["remedy"] == "judge weights fetch mert"


def test_without_an_extra_nothing_is_wrong_and_the_command_is_named(versions, monkeypatch):
    versions.update(dict.fromkeys(AUDIO))
    monkeypatch.setenv("COLUMNS", "400")
    result = judge()
    assert result.exit_code == 0
    assert f"– audio: not installed: {', '.join(AUDIO)}: pip install 'judge[audio]'" in (
        result.stdout
    )
    assert "encoder" not in result.stdout  # what they need is not there to be asked


def test_a_codec_that_is_not_installed_leaves_the_other_encoders(versions):
    versions["descript-audio-codec"] = None
    encoders = found("encoder")
    assert encoders["dac"].state == "missing"
    assert encoders["dac"].remedy == "pip install 'judge[audio,dac]'"
    assert encoders["spectrogram"].state == "ready"


def test_a_package_of_every_command_must_be_there(versions):
    versions["choix"] = None
    own = found("packages")["for every command"]
    assert (own.state, own.found) == ("wrong", "not installed: choix")
    assert judge().exit_code == 1


def test_a_version_that_will_not_do_is_named(versions):
    versions["choix"] = "0.9.1"
    own = found("packages")["choix"]
    assert own.state == "wrong"
    assert own.found == "0.9.1 is installed, judge needs <0.5,>=0.4.1"
    assert own.remedy == "pip install 'choix<0.5,>=0.4.1'"
    assert judge().exit_code == 1


def test_a_checkout_that_is_not_installed_is_told_so(monkeypatch):
    def none(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(packages, "metadata", none)
    own = found("packages")["judge"]
    assert own.state == "missing"
    assert own.remedy == "pip install ."


def test_folders_are_examined(tmp_path):
    store = tmp_path / "store"
    table = pd.read_csv(io.StringIO(judge("--store", str(store), "--format", "csv").stdout))
    folders = table[table["part"] == "folder"].set_index("name")
    assert folders.loc["store", "state"] == "ready"
    assert "not made yet" in folders.loc["store", "found"]
    assert not store.exists()
    store.write_text("")
    result = judge("--store", str(store))
    assert result.exit_code == 1
    assert "is a file: name another" in " ".join(result.stdout.split())
