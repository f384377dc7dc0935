"""What to type next, with the user's own options."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from icpc.cli.output import Format, print_remark


def command_line(
    command: str, *settings: Any, path: Callable[[Path], str] = str, **more: Any
) -> str:
    """Return a command with options, to be pasted into a shell.

    Parameters
    ----------
    command
        Its words after ``judge``.
    settings
        Settings of a workflow: options for what differs from the default.
    path
        How a path is written.
    more
        Further options, left out where they are None or False.
    """
    words = ["judge", *command.split()]
    for name, value in {**_changed(settings), **more}.items():
        if value is None or value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if isinstance(value, Path):
            words.append(path(value))
        elif isinstance(value, float):
            words.append(repr(value).removesuffix(".0"))
        elif value is not True:
            words.append(str(value))
    return shlex.join(words)


def print_next(line: str, form: Format = Format.TABLE) -> None:
    """Print on stderr which command comes next, in one line; nothing beside data for programs."""
    if form is Format.TABLE:
        print_remark(f"Next: {line}")


def _changed(settings: tuple[Any, ...]) -> Mapping[str, Any]:
    """Fields of settings that differ from their defaults."""
    return {
        field.name: getattr(one, field.name)
        for one in settings
        for field in fields(one)
        if getattr(one, field.name) != field.default
    }
