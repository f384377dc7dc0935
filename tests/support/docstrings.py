"""Public functions and dataclasses of the packages as their source has them, with what documents them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("ranking", "plots", "icpc")
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


@dataclass(frozen=True)
class Documented:
    """A public function, method or dataclass."""

    where: str
    node: ast.FunctionDef | ast.ClassDef
    owner: ast.ClassDef | None
    """The class that a method belongs to."""

    @property
    def docstring(self) -> str:
        """Its docstring, empty if it has none."""
        return ast.get_docstring(self.node) or ""

    @property
    def parameters(self) -> list[str]:
        """What the signature names, without self."""
        given = self.node.args
        named = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
        return [one.arg for one in named if one and one.arg not in {"self", "cls"}]

    @property
    def described(self) -> dict[str, str]:
        """What the section "Parameters" says of each parameter."""
        titles = [*SECTION.finditer(self.docstring)]
        ends = [*(title.start() for title in titles[1:]), len(self.docstring)]
        found = {}
        for title, end in zip(titles, ends, strict=True):
            if title[1] == "Parameters":
                for entry in re.split(r"\n(?=\S)", self.docstring[title.end() : end].strip("\n")):
                    names, _, text = entry.partition("\n")
                    names, _, of = names.partition(" : ")
                    said = " ".join((text or of).split())
                    found |= {name.strip("* "): said for name in names.split(",")}
        return found

    @property
    def fields(self) -> dict[str, str]:
        """Public fields of a dataclass, with the line below each, empty if there is none."""
        found = {}
        for field, below in zip(self.node.body, [*self.node.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and not field.target.id.startswith("_"):
                there = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                found[field.target.id] = below.value.value if there else ""
        return found


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the packages, parsed, by its path."""
    paths = (path for top in PACKAGES for path in (ROOT / top).rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(paths)
    }


def public_functions() -> Iterator[Documented]:
    """Yield public functions, and public methods of public classes."""
    for path, tree in trees().items():
        for node in tree.body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            owner = node if isinstance(node, ast.ClassDef) else None
            for one in inside:
                if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
                    if owner is None or not owner.name.startswith("_"):
                        name = f"{owner.name}.{one.name}" if owner else one.name
                        yield Documented(f"{path}:{one.lineno} {name}", one, owner)


def dataclasses() -> Iterator[Documented]:
    """Yield public dataclasses."""
    for path, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                if any("dataclass" in ast.unparse(one) for one in node.decorator_list):
                    yield Documented(f"{path}:{node.lineno} {node.name}", node, None)


def overrides(method: Documented) -> bool:
    """Whether a method is documented where a class above it, in these packages, has it."""
    classes = {
        node.name: node
        for tree in trees().values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    above = [ast.unparse(base).split("[")[0] for base in (method.owner.bases if method.owner else ())]
    for name in above:
        base = classes.get(name)
        if base is not None:
            above += [ast.unparse(one).split("[")[0] for one in base.bases]
            if any(isinstance(one, ast.FunctionDef) and one.name == method.node.name for one in base.body):
                return True
    return False
