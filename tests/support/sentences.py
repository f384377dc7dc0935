"""A page of all sentences that the program can print, each with a test that prints it.

``pytest --sentences FILE`` writes it. While tests run, what the program prints is recorded: errors,
remarks and lines as the command line prints them, findings, stages of progress, texts of figures
and of the report. The sentences that there are come from the source: strings of several words, with
gaps where values go, but neither docstrings nor what only programmers see. The page has for each
the shortest text in which it was found, and then a list of those that were in none. Those of the
report's scripts, which a browser prints, and of ``--help`` stand there as they are.
"""

import ast
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import wraps
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from unittest import mock

import pytest
from words import STRINGS_OF_JS

ROOT = Path(__file__).parents[2]
PACKAGES = ("icpc", "plots", "ranking")
LONGEST = 1000  # characters of a text that can be one sentence, or some
SHOWN = 120  # characters of a test's name: its parameters may be a sentence each
SEVERAL_WORDS = re.compile(r"[^\W\d_]{2,},? [^\W\d_]+")
FOR_PROGRAMMERS = ("ValueError", "TypeError", "KeyError", "RuntimeError", "compile", "warnings")
LAYOUT = {"loc", "textcoords", "xycoords"}  # what matplotlib calls places
GAP = "{…}"
BLOCKS = {"p", "h1", "h2", "h3", "h4", "label", "li", "th", "dt", "button", "figcaption", "summary"}


@dataclass(frozen=True)
class Template:
    """A sentence as source has it."""

    file: str
    line: int
    text: str
    """With :data:`GAP` where a value goes."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in a text."""
        return re.compile(".*?".join(map(re.escape, self.text.split(GAP))), re.DOTALL)


def templates(root: Path = ROOT) -> Iterator[Template]:
    """Yield the sentences in the source of the packages, in order."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in READERS and "vendor" not in path.parts:
                found = READERS[path.suffix](path.read_text(encoding="utf-8"))
                for line, text in sorted({(line, joined(text)) for line, text in found}):
                    if SEVERAL_WORDS.search(text.replace(GAP, "")):
                        yield Template(path.relative_to(root).as_posix(), line, text)


def of_python(text: str) -> Iterator[tuple[int, str]]:
    """Yield strings in code, with their lines."""
    yield from ((node.lineno, value) for node, value in strings(ast.parse(text)))


def of_page(text: str) -> Iterator[tuple[int, str]]:
    """Yield texts of a Jinja template, apart where a statement parts them."""
    blocks = Blocks()
    blocks.feed(re.sub(r"\{\{.*?\}\}", GAP, text, flags=re.DOTALL))
    for line, block in blocks.texts:
        yield from ((line, part) for part in re.split(r"\{%.*?%\}", block))


def of_script(text: str) -> Iterator[tuple[int, str]]:
    """Yield strings of a script."""
    for match in STRINGS_OF_JS.finditer(text):
        if not match[0].startswith("/"):
            line = text.count("\n", 0, match.start()) + 1
            yield line, re.sub(r"\$\{[^}]*\}", GAP, match[0][1:-1])


READERS = {".py": of_python, ".html": of_page, ".js": of_script}


def strings(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield strings for users, each f-string before those inside it."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree, re.sub(r"\{\w*\}", GAP, tree.value)
    if isinstance(tree, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else GAP for part in tree.values]
        yield tree, "".join(parts)
    for node in ast.iter_child_nodes(tree):
        inside = isinstance(tree, ast.JoinedStr) and isinstance(node, ast.Constant)
        if not inside and not for_programmers(node, tree):
            yield from strings(node)


def for_programmers(node: ast.AST, above: ast.AST) -> bool:
    """Whether a node is a docstring, an annotation, or for other programs and their authors."""
    return (
        (isinstance(above, ast.Expr) and isinstance(node, ast.Constant))
        or node in (getattr(above, "annotation", None), getattr(above, "returns", None))
        or (isinstance(node, ast.keyword) and node.arg in LAYOUT)
        or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(FOR_PROGRAMMERS))
    )


def joined(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


class Blocks(HTMLParser):
    """Texts of a page that are not data, with their lines: paragraphs, headings, labels."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[int, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a text, if the element is one, and not in the rows of a table."""
        if tag in BLOCKS:
            self.texts.append((self.getpos()[0], ""))
        if tag in BLOCKS | {"script", "style", "tbody"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End what began."""
        if tag in self._open:
            del self._open[self._open.index(tag) :]

    def handle_data(self, data: str) -> None:
        """Take text of the element that is open."""
        if self._open and self._open[-1] in BLOCKS and "tbody" not in self._open:
            line, text = self.texts[-1]
            self.texts[-1] = line, text + data


TextsOf = Callable[..., Iterable[object]]
"""The texts that a call prints, from its result and its arguments."""


@dataclass
class Recorder:
    """Records what is printed while it is entered, with the test that was running."""

    cases: dict[str, str] = field(default_factory=dict)

    def record(self, *texts: object) -> None:
        """Keep texts of several words, each with the first test that printed it."""
        case = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        for text in map(joined, map(str, texts)):
            if len(text) <= LONGEST and SEVERAL_WORDS.search(text):
                self.cases.setdefault(text, case)

    def merge(self, cases: Mapping[str, str]) -> None:
        """Add what another recorder has."""
        self.cases |= {text: min(case, self.cases.get(text, case)) for text, case in cases.items()}

    def __enter__(self) -> Self:
        self._undo = ExitStack()
        for owner, name, texts_of in printers():
            function = self._recording(getattr(owner, name), texts_of)
            self._undo.enter_context(mock.patch.object(owner, name, function))
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _recording(self, function: Callable[..., Any], texts_of: TextsOf) -> Callable[..., Any]:
        @wraps(function)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self.record(*texts_of(result, *args))
            return result

        return recorded


def printers() -> list[tuple[Any, str, TextsOf]]:
    """Return what prints: an owner, the name of its function, and the texts of a call."""
    from matplotlib.text import Text
    from rich.console import Console

    from icpc.findings.finding import Finding
    from icpc.study.study import Study
    from ranking.errors import JudgeError
    from ranking.progress import Progress

    import_module("icpc.cli.output")  # where progress is drawn
    return [
        (JudgeError, "__init__", lambda _, error, *__: in_an_error(error)),
        (Finding, "__init__", lambda _, finding, *__: [finding.name, finding.sentence]),
        (Study, "__init__", lambda _, study, *__: study.remarks),
        (Console, "print", lambda _, __, *shown: [getattr(one, "plain", one) for one in shown]),
        (Text, "set_text", lambda _, __, text: [text]),
        (import_module("plots.page.render"), "render_page", lambda html, *_: on_a_page(html)),
        *(
            (kind, "start", lambda _, __, what, *___: [what])
            for kind in (Progress, *Progress.__subclasses__())
        ),
    ]


def on_a_page(html: str) -> list[str]:
    """Return the texts of a page."""
    blocks = Blocks()
    blocks.feed(html)
    return [text for _, text in blocks.texts]


def in_an_error(error: Any) -> Iterator[str]:
    """Yield an error as the engine says it, and as the command line does."""
    from icpc.cli.remedies import message

    yield str(error)
    with suppress(KeyError):  # of tests, with keys that are none
        yield message(error)


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield what ``--help`` says, with the command."""
    from typer.main import get_command

    from icpc.cli import app

    left = [("judge", get_command(app))]
    while left:
        name, command = left.pop()
        case = f"{name} --help"
        yield command.help or "", case
        yield from ((getattr(option, "help", "") or "", case) for option in command.params)
        inside = command.list_commands(None) if hasattr(command, "list_commands") else ()
        left += [(f"{name} {each}", command.get_command(None, each)) for each in inside]


def found_in(sought: Iterable[Template], cases: Mapping[str, str]) -> dict[Template, str | None]:
    """Return for each sentence the shortest text in which it stands, None if there is none."""
    texts = sorted(cases, key=lambda text: (len(text), text))
    return {one: next(filter(one.pattern.search, texts), None) for one in sought}


def page(sought: Iterable[Template], cases: Mapping[str, str]) -> str:
    """Return the page, as Markdown: texts by file, each with its case; then what is in none."""
    lines, unprinted = ["# Every sentence that the program prints"], []
    for file, own in itertools.groupby(found_in(sought, cases).items(), lambda one: one[0].file):
        printed = {}
        for one, text in own:
            if text or file.endswith(".js"):
                printed[text or one.text] = cases.get(text or "", "in a browser")
            else:
                unprinted.append(f"- {file}:{one.line}: {one.text}")
        if printed:
            lines += ["", f"## {file}", "", *listed(printed)]
    lines += ["", f"## Printed by no test: {len(unprinted)}", "", *unprinted, "", "## Help", ""]
    helped = {joined(text): case for text, case in help_texts() if text}
    return "\n".join([*lines, *listed(helped), ""])


def listed(cases: Mapping[str, str]) -> Iterator[str]:
    """Yield texts with their cases as items of a list."""
    yield from (f"- {text}\n  ({case[:SHOWN]})" for text, case in cases.items())


class Plugin:
    """Writes the page at the end of a run, from all processes of it."""

    def __init__(self, file: str) -> None:
        self.file = Path(file).resolve()
        self.recorder = Recorder()

    def pytest_sessionstart(self) -> None:
        """Begin to record."""
        self.recorder.__enter__()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the records to the process that gathers them, or write the page."""
        self.recorder.__exit__()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["sentences"] = self.recorder.cases
            return
        self.recorder.merge({joined(text): case for text, case in help_texts()})
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(page(templates(), self.recorder.cases), encoding="utf-8")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Gather the records of another process."""
        self.recorder.merge(getattr(node, "workeroutput", {}).get("sentences", {}))
