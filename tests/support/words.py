"""Words that the project no longer uses, and where they still stand.

``tests/data/words.csv`` has a row for each: ``words``, a regular expression, however they are
capitalised; ``where`` it counts; what stands there ``now``; ``but``, files in which it may stand.

* ``names``: identifiers, keys, columns and file names, as snake_case; a match is of whole words of
  one, so that ``lots?`` is found in ``by_lot`` and not in ``plot``.
* ``prose``: comments, docstrings, messages, help and documents, line breaks as blanks.
* ``both``.

Old names may stand in assignments to ``RENAMED…``, by which they are still read, in functions
``…on_disk``, by which files are found and hashed, in tests named for version 0.1.0, and in
CHANGELOG.md. ``python tests/support/words.py [FOLDER]`` prints how often each stands in a tree.
"""

import ast
import csv
import fnmatch
import io
import json
import re
import sys
import tokenize
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests" / "data" / "words.csv"
FOLDERS = ("icpc", "notebooks", "plots", "ranking", "tests")
CODE, DOCUMENTS = {".py", ".pyi"}, {".md", ".html", ".toml", ".css", ".svg"}
OLD_NAMES = (  # files that say how things were called
    "CHANGELOG.md",
    "tests/*/test_deprecation.py",
    "tests/*/test_version_0_1_0.py",
    "tests/support/words.py",
    "tests/test_words.py",
)
OLD = re.compile("^RENAMED|on_disk$|0_1_0")
"""What is called so, or assigned to a name like that, may use old names."""
NAMES, PROSE = "names", "prose"
NAME = re.compile(r"[A-Za-z_]\w*")
STRINGS_OF_JS = re.compile(r"//.*|/\*[\s\S]*?\*/|\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`")


@dataclass(frozen=True)
class Term:
    """A row of the table."""

    words: str
    where: str
    now: str
    allowed: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """What finds it, in names as snake_case or in prose."""
        return rf"(?<![a-z0-9])(?:{self.words})(?![a-z0-9])".replace(" ", r"\s+")

    def may_stand_in(self, file: str) -> bool:
        """Whether a file is excepted."""
        return any(fnmatch.fnmatch(file, glob) for glob in (*OLD_NAMES, *self.allowed))


@dataclass(frozen=True)
class Place:
    """Where a term stands."""

    term: Term
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text!r} (now: {self.term.now})"


class Sought:
    """Terms that are looked for together: most texts have none of them."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.patterns = {term: re.compile(term.pattern, re.IGNORECASE) for term in terms}
        self.any = re.compile("|".join(term.pattern for term in self.patterns), re.IGNORECASE)

    def found(self, text: str) -> Iterator[tuple[Term, re.Match[str]]]:
        """Yield each term that stands in a text, with its place."""
        if self.patterns and self.any.search(text):
            for term, pattern in self.patterns.items():
                yield from ((term, match) for match in pattern.finditer(text))


def read_terms() -> list[Term]:
    """Return the terms of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Term(row["words"], row["where"], row["now"], tuple(row["but"].split()))
            for row in csv.DictReader(file)
        ]


def find_places(root: Path, terms: list[Term]) -> Iterator[Place]:
    """Yield every place of every term in a tree."""
    for path in text_files(root):
        file = path.relative_to(root).as_posix()
        sought = {
            kind: Sought(
                one for one in terms if one.where in (kind, "both") and not one.may_stand_in(file)
            )
            for kind in (NAMES, PROSE)
        }
        for kind, line, text in [(NAMES, 0, path.stem), *pieces_of(path)]:
            read = snake(text) if kind == NAMES else text
            for term, match in sought[kind].found(read):
                shown = text if kind == NAMES else around(read, match)
                yield Place(term, file, line + read.count("\n", 0, match.start()), shown)


def text_files(root: Path) -> Iterator[Path]:
    """Yield the files that are read: code, page and documents of the project's own."""
    yield from sorted(path for path in root.iterdir() if path.suffix in {".md", ".toml"})
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if path.suffix in CODE | DOCUMENTS | {".js", ".ipynb"} and not (
                "vendor" in inside or inside[:2] == ("tests", "data")
            ):
                yield path


def pieces_of(path: Path) -> Iterator[tuple[str, int, str]]:
    """Yield (kind, first line, text) of all that a file says."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in CODE:
        yield from of_python(text)
    elif path.suffix == ".js":
        yield from of_javascript(text)
    elif path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            source = re.sub("^%.*", "", "".join(cell["source"]), flags=re.MULTILINE)
            yield from of_python(source) if cell["cell_type"] == "code" else of_prose(source)
    else:
        yield from of_prose(text)


def of_python(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield names, strings and runs of comments."""
    for node in today(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield of_string(node.lineno, node.value)
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield NAMES, getattr(node, "lineno", 0), name
    comments: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.string.lstrip("# ")
    for line, comment in comments.items():
        yield PROSE, line, comment


def today(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree, but for those that say how something was called or is on disk."""
    left = deque([tree])
    while left:
        node = left.popleft()
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        called = [getattr(node, "name", None), *(getattr(one, "id", None) for one in targets)]
        if not any(OLD.search(name) for name in called if isinstance(name, str)):
            yield node
            left.extend(ast.iter_child_nodes(node))


def of_javascript(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield names, and strings and comments."""
    end = 0
    for match in [*STRINGS_OF_JS.finditer(text), None]:
        start = match.start() if match else len(text)
        for name in NAME.finditer(text, end, start):
            yield NAMES, text.count("\n", 0, name.start()) + 1, name[0]
        if match:
            line = text.count("\n", 0, start) + 1
            comment = match[0].startswith(("//", "/*"))
            yield (PROSE, line, match[0]) if comment else of_string(line, match[0][1:-1])
            for inner in re.finditer(r"\$\{([^}]*)\}", match[0]) if match[0][0] == "`" else ():
                yield from ((NAMES, line, name) for name in NAME.findall(inner[1]))
            end = match.end()


def of_prose(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield a document as it is, and names in what it shows as code."""
    yield PROSE, 1, text
    for code in re.finditer(r"`([^`\n]+)`|^([a-z_]+) = |(?<==)\"([\w -]+)\"", text, re.MULTILINE):
        line = text.count("\n", 0, code.start()) + 1
        yield from ((NAMES, line, name) for name in NAME.findall(code[0]))


def of_string(line: int, value: str) -> tuple[str, int, str]:
    """Return a string as a name where it can be one (a key, a column), else as prose."""
    return (NAMES if NAME.fullmatch(value) else PROSE), line, value


def snake(name: str) -> str:
    """Return a name as snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def around(text: str, match: re.Match[str]) -> str:
    """Return a match with some words beside it."""
    return " ".join(text[max(0, match.start() - 25) : match.end() + 25].split())


def main(root: Path) -> None:
    """Print how often each term stands in a tree, by folder, and the sum."""
    terms = read_terms()
    counts: dict[Term, Counter[str]] = {term: Counter() for term in terms}
    for place in find_places(root, terms):
        counts[place.term][place.file.partition("/")[0]] += 1
    for term, found in counts.items():
        spread = ", ".join(f"{folder} {count}" for folder, count in sorted(found.items()))
        sys.stdout.write(f"{found.total():5} {term.where:5} {term.words}: {spread or 'none'}\n")
    sys.stdout.write(f"{sum(found.total() for found in counts.values()):5} in all\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
