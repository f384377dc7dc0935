"""What is installed from a package index is all of the program, and nothing else."""

import itertools
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGES = ("icpc", "plots", "ranking")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"


def own_files():
    """Files of the program in the checkout."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source distribution, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    source.mkdir()
    for name in (*PACKAGES, "tests", "notebooks"):
        shutil.copytree(ROOT / name, source / name)  # with caches, as in a checkout that is used
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--outdir", str(folder / "dist"), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    return sdist, wheel


@pytest.mark.slow
def test_the_wheel_holds_all_of_the_program_and_nothing_else(built):
    with zipfile.ZipFile(built[1]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == own_files()


@pytest.mark.slow
def test_the_source_holds_all_of_the_program_and_no_data_of_tests(built):
    with tarfile.open(built[0]) as sdist:
        held = {one.name.partition("/")[2] for one in sdist.getmembers() if one.isfile()}
    assert own_files() <= held
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("test*.py")}
    others = {
        name.partition("/")[0] for name in held - own_files() - tests
    }  # setuptools adds these
    made = {"PKG-INFO", "judge.egg-info", "setup.cfg"}
    assert others == {"LICENSE", "README.md", "pyproject.toml"} | made


def test_a_tested_version_of_each_package_is_named_and_is_one_that_will_do():
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    tested = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(one.name): str(one.specifier) for one in tested}
    needed = itertools.chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for one in map(Requirement, needed):
        if one.name != PROJECT["name"]:
            version = versions[canonicalize_name(one.name)].removeprefix("==")
            assert one.specifier.contains(version), f"{one} is tested with {version}"


def test_the_oldest_python_that_will_do_is_the_first_that_is_named():
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: 3." in line]
    assert re.fullmatch(rf">={re.escape(named[0])}", PROJECT["requires-python"])
