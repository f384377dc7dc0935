"""What ``icpc`` offers to notebooks and scripts."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import icpc
import ranking

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "notebooks" / "guide" / "command_pages.py"  # its subject is the command line
BELOW = [
    *sorted({*(ROOT / "notebooks").rglob("*.py")} - {PAGES}),
    *(ROOT / "notebooks").rglob("*.ipynb"),
    *(ROOT / "icpc" / "synthetic").rglob("*.py"),
    *(ROOT / "icpc" / "workflows").rglob("*.py"),
]


@pytest.mark.parametrize("name", icpc.__all__)
def test_every_name_is_a_function_or_settings(name):
    assert callable(getattr(icpc, name))


def test_every_name_is_listed_once():
    tree = ast.parse((ROOT / "icpc" / "__init__.pyi").read_text(encoding="utf-8"))
    (listed,) = [ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)]
    assert listed == sorted(icpc.__all__)


def test_nothing_is_loaded_before_it_is_asked_for():
    code = "import icpc, sys; print({'numpy', 'pandas', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_below_the_command_line_imports_it(path):
    assert "icpc.cli" not in path.read_text(encoding="utf-8")


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert icpc.__version__ == ranking.__version__ == project["version"]


@pytest.mark.slow
def test_the_version_is_known_in_a_checkout_that_is_not_installed():
    code = (
        "import importlib.metadata as metadata\n"
        "known = metadata.version\n"
        "def version(name):\n"
        "    if name == 'judge':\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return known(name)\n"
        "metadata.version = version\n"
        "import icpc.study.runs\n"
        "from ranking.probe.checkpoint import Record\n"
        "print(Record('expertise-2', None, None).version)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ranking.__version__
