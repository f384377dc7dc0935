"""Public functions, classes and fields of the packages, and what documents them, from source."""

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("ranking", "plots", "icpc")
FEW = 2  # parameters
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


@dataclass(frozen=True)
class Function:
    """A public function, method or class with what calls it names."""

    where: str
    node: ast.FunctionDef
    docstring: str
    owner: ast.ClassDef | None
    """The class that it belongs to."""

    @property
    def parameters(self) -> list[str]:
        """What the signature names, without self."""
        more = (self.node.args.vararg, self.node.args.kwarg)
        return [*self._plain, *(one.arg for one in more if one)]

    @property
    def many(self) -> bool:
        """Whether there are more than a first line can explain."""
        return len(self._plain) > FEW

    @property
    def _plain(self) -> list[str]:
        given = self.node.args
        named = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        return [name for name in named if name not in {"self", "cls"} and name[0] != "_"]

    @property
    def described(self) -> dict[str, str]:
        """What the section "Parameters" says of each parameter."""
        found = {}
        _, *sections = SECTION.split(self.docstring)
        for title, text in zip(sections[::2], sections[1::2], strict=True):
            entries = re.split(r"\n(?=\S)", text.strip("\n")) if title == "Parameters" else ()
            for entry in entries:
                head, _, below = entry.partition("\n")
                names, _, shape = head.partition(" : ")
                below = " ".join(below.split())
                line = below if below[:1].isupper() else f"{shape} {below}".strip()
                found |= {name.strip("* "): line for name in names.split(",")}
        return found


@dataclass(frozen=True)
class Fields:
    """A public dataclass: each field with the line below it, empty if there is none."""

    where: str
    lines: dict[str, str]


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the packages, parsed, by its path."""
    paths = (path for top in PACKAGES for path in (ROOT / top).rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(paths)
    }


def public_functions() -> Iterator[Function]:
    """Yield public functions, public classes by what they are made with, and their methods."""
    for path, tree in trees().items():
        for node in public(tree.body):
            if isinstance(node, ast.FunctionDef):
                where = f"{path}:{node.lineno} {node.name}"
                yield Function(where, node, ast.get_docstring(node) or "", None)
            for own in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(own, ast.FunctionDef) and own.name == "__init__":
                    where = f"{path}:{node.lineno} {node.name}"
                    yield Function(where, own, ast.get_docstring(node) or "", node)
            for own in public(node.body) if isinstance(node, ast.ClassDef) else ():
                if isinstance(own, ast.FunctionDef):
                    where = f"{path}:{own.lineno} {node.name}.{own.name}"
                    yield Function(where, own, ast.get_docstring(own) or "", node)


def dataclasses() -> Iterator[Fields]:
    """Yield public dataclasses."""
    for path, tree in trees().items():
        for node in public(tree.body):
            if any("dataclass" in ast.unparse(one) for one in node.decorator_list):
                lines = {}
                for field, below in itertools.pairwise([*node.body, None]):
                    if isinstance(field, ast.AnnAssign) and not field.target.id.startswith("_"):
                        line = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                        lines[field.target.id] = below.value.value if line else ""
                yield Fields(f"{path}:{node.lineno} {node.name}", lines)


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield what is defined under a public name."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@cache
def classes() -> dict[str, ast.ClassDef]:
    """Every class of the packages by name."""
    defined = (node for tree in trees().values() for node in tree.body)
    return {node.name: node for node in defined if isinstance(node, ast.ClassDef)}


def overrides(method: Function) -> bool:
    """Whether a class above a method's own, in these packages, has it too and documents it."""
    above = [method.owner] if method.owner else []
    for one in above:
        names = [ast.unparse(base).partition("[")[0] for base in one.bases]
        above += [classes()[name] for name in names if name in classes()]
    return any(node.name == method.node.name for one in above[1:] for node in public(one.body))
