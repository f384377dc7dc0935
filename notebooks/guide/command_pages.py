"""A page of the guide for each command, from its help.

Run ``python notebooks/guide/command_pages.py``: pages are written to ``commands`` beside this file,
and ``README.md`` there lists them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from icpc.cli import app
from icpc.cli.command import show_values
from ranking.files.atomic import write_text

FOLDER = Path(__file__).with_name("commands")
INDEX = "README.md"
HEAD = """\
# The commands

Each page is what `judge COMMAND --help` says.

| command | |
|---|---|
"""
EXAMPLE = re.compile(r"Example(, after [^:]+)?: ?")


def pages() -> dict[str, str]:
    """Return the pages as Markdown by name of their file, the list of them last."""
    made, rows = {}, []
    for context, command in _commands(typer.Context(get_command(app), info_name="judge")):
        name = f"{context.command_path.removeprefix('judge ').replace(' ', '-')}.md"
        made[name] = _page(context, command)
        rows.append(f"| [`{context.command_path}`]({name}) | {_paragraphs(command)[0]} |\n")
    return {**made, INDEX: HEAD + "".join(rows)}


def _commands(context: Any) -> Iterator[tuple[Any, Any]]:
    """Every command that does something, in the order of the help, with its context."""
    group = context.command
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        own = typer.Context(command, info_name=name, parent=context)
        if hasattr(command, "list_commands"):
            yield from _commands(own)
        else:
            yield own, command


def _page(context: Any, command: Any) -> str:
    """What it does, how it is called, and its options, a table for each panel of the help."""
    show_values(command.params)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    first, *others = _paragraphs(command)
    parts = [f"# judge {context.command_path.removeprefix('judge ')}", first]
    parts += [f"```sh\n{usage}\n```"]
    parts += [_paragraph(text) for text in others]
    panels = defaultdict(list)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        kind = "Arguments" if parameter.param_type_name == "argument" else "Options"
        if record is not None:
            panels[getattr(parameter, "rich_help_panel", None) or kind].append(record)
    for title, records in panels.items():
        rows = [f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in records]
        head = (
            f"| {title[:-1].lower()} | |" if title in ("Arguments", "Options") else "| option | |"
        )
        parts += [f"## {title}", "\n".join([head, "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _paragraphs(command: Any) -> list[str]:
    return [" ".join(text.split()) for text in re.split(r"\n\s*\n", command.help)]


def _paragraph(text: str) -> str:
    """A paragraph of the help; command lines as code."""
    label = EXAMPLE.match(text)
    line = text[label.end() :] if label else text
    if not line.startswith("judge "):
        return text
    code = f"```sh\n{line}\n```"
    return f"{label.group().strip()}\n\n{code}" if label else code


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages, and remove those of commands that there are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        write_text(text, FOLDER / name)


if __name__ == "__main__":
    main()
