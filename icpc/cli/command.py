"""Commands whose help shows the values of an option, and which read them in any case.

Conventions
-----------
A value that is none of them is passed on as it is: the engine names what is right, and others may
be right too, such as ``cuda:1``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typer.core import TyperCommand

from icpc.cli.choices import CHOICES, OPEN_CHOICES

LONGEST_VALUES = 90
"""Characters of the values that are shown in place of a type."""


class JudgeCommand(TyperCommand):
    """A command that shows and reads the values in :data:`icpc.cli.choices.CHOICES`."""

    own_choices: Mapping[str, Iterable[str]] = {}
    """Values of options that this command alone has."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, the values of options among it."""
        show_values(self.params)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Run the command, values of options spelled as they are known."""
        choices = {**CHOICES, **self.own_choices}
        for name in choices.keys() & ctx.params.keys():
            ctx.params[name] = _spelled(ctx.params[name], choices[name])
        return super().invoke(ctx)


def show_values(parameters: Iterable[Any]) -> None:
    """Make the help of parameters show the values in :data:`icpc.cli.choices.CHOICES`.

    They stand in place of the type or, where they are too many for a line, in the text.
    """
    for parameter in parameters:
        if parameter.name in CHOICES:
            values = [*CHOICES[parameter.name], *OPEN_CHOICES.get(parameter.name, ())]
            _show_values(parameter, values)


def _show_values(parameter: Any, values: list[str]) -> None:
    shown = f"<{'|'.join(values)}>"
    if len(shown) <= LONGEST_VALUES:
        parameter.metavar = shown
    elif not parameter.metavar:  # else its help has them already
        parameter.metavar = f"<{parameter.name}>"
        parameter.help = f"{parameter.help.removesuffix('.')}: {', '.join(values)}."


def _spelled(given: Any, known: Iterable[str]) -> Any:
    """A value, or each value of a list, spelled as it is known."""
    if isinstance(given, list | tuple):
        return [_spelled(one, known) for one in given]
    if given is None or given in known:
        return given
    return {name.casefold(): name for name in known}.get(given.casefold(), given)
