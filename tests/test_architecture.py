"""The order of the packages: who may import whom, and how much one of them holds."""

import ast
import copy
import graphlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "ranking": {"ranking"},
    "plots": {"plots", "ranking"},
    "icpc": {"icpc", "plots", "ranking"},
}
ORDER = {  # each may import those before it
    "ranking": [
        "errors",
        "deprecation",
        "tables",
        "progress",
        "files",
        "download",
        "storage",
        "workers",
        "devices",
        "comparisons",
        "panel",
        "methods",
        "evaluation",
        "uncertainty",
        "consistency",
        "jurors",
        "selection",
        "audio",
        "encoders",
        "embeddings",
        "tasks",
        "network",
        "probe",
        "judging",
    ],
    "icpc": [
        "competition",
        "study",
        "findings",
        "juries",
        "page",
        "synthetic",
        "experiments",
        "installation",
        "workflows",
        "schedules",
        "probes",
        "fetching",
        "cli",
    ],
}
APART = {  # and of those, not these
    "audio": {
        "comparisons",
        "panel",
        "methods",
        "evaluation",
        "uncertainty",
        "consistency",
        "jurors",
        "selection",
    },
    "encoders": {
        "comparisons",
        "panel",
        "methods",
        "evaluation",
        "uncertainty",
        "consistency",
        "jurors",
        "selection",
    },
    "embeddings": {
        "comparisons",
        "panel",
        "methods",
        "evaluation",
        "uncertainty",
        "consistency",
        "jurors",
        "selection",
    },
    "network": set(ORDER["ranking"]) - {"errors", "tables", "progress", "devices"},
}
OPEN = {"icpc.cli", "icpc.findings", "plots", "plots.page", "ranking.encoders", "ranking.tasks"}
"""Packages that hold a file for each verb, family of findings, figure, encoder, task."""
LONGEST = 320  # lines
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


def package(name: str, trees: dict[str, ast.Module]) -> str:
    """The package that a module lies in; a package is its own."""
    inner = f"{name}."
    return name if any(other.startswith(inner) for other in trees) else name.rpartition(".")[0]


def between_packages(trees: dict[str, ast.Module]) -> Iterator[tuple[str, str, str, str]]:
    """Imports from one part of a top package to another: (top, part, imported part, module)."""
    for name, tree in trees.items():
        top, _, rest = name.partition(".")
        for other in imported(tree, trees) & trees.keys():
            other_top, _, other_rest = other.partition(".")
            part, other_part = rest.partition(".")[0], other_rest.partition(".")[0]
            if top == other_top and part != other_part and part and other_part:
                yield top, part, other_part, name


def test_packages_are_imported_in_order(trees):
    for top, part, other, name in between_packages(trees):
        order = ORDER.get(top)
        if order is None:
            continue
        assert part in order, f"{top}.{part} has no place in the order"
        assert order.index(other) < order.index(part), f"{name} imports {top}.{other}"
        if top == "ranking":
            assert other not in APART.get(part, set()), f"{name} imports {other}"


def test_no_package_imports_itself_by_way_of_another(trees):
    """Imports run a package's __init__, so packages can form cycles where files do not."""
    graph: dict[str, set[str]] = {}
    for name, tree in trees.items():
        own = graph.setdefault(package(name, trees), set())
        own |= {package(other, trees) for other in imported(tree, trees) & trees.keys()}
    for name, needs in graph.items():
        needs.discard(name)
    graphlib.TopologicalSorter(graph).prepare()


def test_a_package_holds_two_to_twelve_modules(trees):
    held: dict[str, int] = {}
    for name in trees:
        if package(name, trees) != name:
            parent = name.rpartition(".")[0]
            held[parent] = held.get(parent, 0) + 1
    for name, count in held.items():
        assert name in OPEN or name == "ranking" or 2 <= count <= 12, f"{name}: {count} modules"
    assert {path.name for path in (ROOT / "ranking").iterdir() if path.is_file()} == {
        "__init__.py",
        "__init__.pyi",
        "deprecation.py",
        "errors.py",
        "progress.py",
        "py.typed",
        "tables.py",
    }


def test_no_module_is_long_and_no_function_takes_many_parameters(trees):
    for name, tree in trees.items():
        assert tree.body[-1].end_lineno <= LONGEST, name
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not name.startswith("icpc.cli"):
                own = node.args
                names = [one.arg for one in (*own.posonlyargs, *own.args, *own.kwonlyargs)]
                assert len(set(names) - {"self", "cls"}) <= 8, f"{name}.{node.name}"


TYPED = re.compile(r"(?<![\w-])--[a-z]|\bjudge [a-z]+\b")  # an option or a command


def test_only_the_command_line_says_what_to_type(trees):
    """Errors of the engine say what would be right; icpc.cli.remedies says how to ask for it."""
    for name, tree in trees.items():
        if name.startswith("icpc.cli"):
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Error"):
                for part in ast.walk(call):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        assert not TYPED.search(part.value), f"{name}: {part.value}"


STUBS = sorted(path for top in MAY_IMPORT for path in (ROOT / top).rglob("__init__.pyi"))


@pytest.mark.parametrize(
    "stub", STUBS, ids=lambda path: ".".join(path.relative_to(ROOT).parts[:-1])
)
def test_a_package_offers_its_names(stub, trees):
    """Each can be imported, and none is that of a module beside it, which Python would give."""
    name = ".".join(stub.relative_to(ROOT).parts[:-1])
    offered = [
        alias.asname or alias.name
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert offered
    inside = import_module(name)
    for each in offered:
        assert getattr(inside, each) is not None
        assert f"{name}.{each}" not in trees, f"{name}.{each} is a module too"
    assert sorted(inside.__all__) == sorted(offered)


def test_every_package_of_code_offers_names(trees):
    offering = {".".join(path.relative_to(ROOT).parts[:-1]) for path in STUBS}
    packages = {package(name, trees) for name in trees}
    assert packages - offering == {"icpc.cli", "icpc.synthetic"} & packages


def test_importing_the_packages_loads_nothing_slow():
    rooms = [
        path for path in ROOT.glob("*/**/__init__.py") if path.is_relative_to(ROOT / "ranking")
    ]
    names = [".".join(path.relative_to(ROOT).parts[:-1]) for path in rooms]
    code = (
        f"import sys, icpc, plots, {', '.join(names)}\n"
        "print(*({name.partition('.')[0] for name in sys.modules} & "
        "{'torch', 'scipy', 'numpy', 'pandas', 'matplotlib', 'networkx', 'sklearn', 'av'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""


def test_no_import_cycle(trees):
    graph = {name: imported(tree, trees) & trees.keys() for name, tree in trees.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError and names the cycle


@pytest.mark.slow
def test_only_plots_draw(trees):
    for name, tree in trees.items():
        if not name.startswith("plots"):
            assert not tops(imported(at_run_time(tree))) & DRAWING, name


USED_EXTRAS = ("audio", "cluster", "dac", "fetch", "report", "storage")
PACKAGES = {
    "descript-audio-codec": "dac",
    "scikit-learn": "sklearn",
    "yt-dlp": "yt_dlp",
}  # imported by another name
LOADED_BY_OTHERS = {"s3fs"}  # by fsspec, for addresses of S3


def packages(needs: list[str]) -> set[str]:
    names = {re.split("[<>=~ ]", need, maxsplit=1)[0] for need in needs}
    return {PACKAGES.get(name, name) for name in names}


def test_every_package_imported_is_declared_and_the_other_way_round(trees):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = packages(project["dependencies"])
    extras = project["optional-dependencies"]
    more = set().union(*(packages(extras[extra]) for extra in USED_EXTRAS))
    used = set().union(*(tops(imported(tree)) for tree in trees.values()))
    assert used - MAY_IMPORT.keys() - sys.stdlib_module_names == (base | more) - LOADED_BY_OTHERS


def test_every_module_says_what_it_is_for(trees):
    for name, tree in trees.items():
        assert ast.get_docstring(tree), f"{name} has no docstring"
