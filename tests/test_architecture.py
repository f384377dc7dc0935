"""The order of the house: plots and icpc rest on ranking, which rests on neither."""

import ast
import copy
import graphlib
import re
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "ranking": {"ranking"},
    "plots": {"plots", "ranking"},
    "icpc": {"icpc", "plots", "ranking"},
}
DRAWING = {"jinja2", "matplotlib"}  # slow to load: only pictures and pages need them


def modules() -> dict[str, ast.Module]:
    """Every module of the three packages, by dotted name, parsed."""
    trees = {}
    for package in MAY_IMPORT:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            trees[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return trees


def imported(tree: ast.AST, known: Collection[str] = ()) -> set[str]:
    """Modules imported in a tree, at any depth; a known module of a package by its own name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & set(known) if inner <= set(known) else {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def at_run_time(tree: ast.Module) -> ast.Module:
    """The tree without imports that only the type checker sees."""
    seen = copy.deepcopy(tree)
    for node in ast.walk(seen):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return seen


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return modules()


def test_packages_import_downwards(trees):
    for name, tree in trees.items():
        upwards = tops(imported(tree)) & MAY_IMPORT.keys() - MAY_IMPORT[name.partition(".")[0]]
        assert not upwards, f"{name} imports {upwards}"


def test_no_import_cycle(trees):
    graph = {name: imported(tree, trees) & trees.keys() for name, tree in trees.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError and names the cycle


def test_only_plots_draw(trees):
    for name, tree in trees.items():
        if not name.startswith("plots"):
            assert not tops(imported(at_run_time(tree))) & DRAWING, name


PACKAGES = {"descript-audio-codec": "dac", "scikit-learn": "sklearn"}  # imported by another name


def packages(needs: list[str]) -> set[str]:
    names = {re.split("[<>=~ ]", need, maxsplit=1)[0] for need in needs}
    return {PACKAGES.get(name, name) for name in names}


def test_every_package_imported_is_declared_and_the_other_way_round(trees):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = packages(project["dependencies"])
    extras = project["optional-dependencies"]
    more = packages(extras["audio"]) | packages(extras["report"])
    used = set().union(*(tops(imported(tree)) for tree in trees.values()))
    assert used - MAY_IMPORT.keys() - sys.stdlib_module_names == base | more


def test_every_module_says_what_it_is_for(trees):
    for name, tree in trees.items():
        assert ast.get_docstring(tree), f"{name} has no docstring"
