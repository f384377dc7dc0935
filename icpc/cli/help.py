"""``judge help``: what a term means, and how a command is used."""

import difflib
from typing import Annotated, Any

import typer

from icpc.cli.choices import complete
from icpc.cli.output import print_line

MOST = 3  # names that are near what was typed


def complete_topics(context: typer.Context, incomplete: str) -> list[str]:
    """Return the commands and terms that begin as typed, each as one word of a shell."""
    return complete(name.replace(" ", "-") for name in _topics(context))(incomplete)


def explain(
    context: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC]",
            help="Name a term, or a command (default: list them).",
            autocompletion=complete_topics,
        ),
    ] = None,
) -> None:
    """Say what a term means, or how a command is used.

    Example: judge help hit-rate

    Example: judge help rank
    """
    from icpc.findings.glossary import GLOSSARY

    asked = " ".join(topic or ())
    if not asked:
        _print_topics(context)
        return
    terms = {_plain(term): term for term in GLOSSARY}
    if _plain(asked) in terms:
        term = terms[_plain(asked)]
        print_line(f"{term}: {GLOSSARY[term]}")
        return
    _print_help(context, asked)


def _plain(topic: str) -> str:
    """A topic as it is compared: in any case, with blanks for hyphens."""
    return topic.casefold().replace("-", " ").strip()


def _topics(context: typer.Context) -> list[str]:
    """Names of commands, then terms."""
    from icpc.findings.glossary import GLOSSARY

    group: Any = context.find_root().command
    return [*group.list_commands(context.find_root()), *GLOSSARY]


def _print_topics(context: typer.Context) -> None:
    from icpc.findings.glossary import GLOSSARY

    group: Any = context.find_root().command
    print_line("Commands, judge help COMMAND shows the options of one:")
    print_line(f"  {', '.join(group.list_commands(context.find_root()))}")
    print_line("Terms, judge help TERM says what one means:")
    print_line(f"  {', '.join(GLOSSARY)}")


def _print_help(context: typer.Context, asked: str) -> None:
    """Print what the command's --help prints; end with an error where there is no such command."""
    own: Any = context.find_root()
    for word in asked.casefold().split():
        command = own.command
        found = command.get_command(own, word) if hasattr(command, "get_command") else None
        if found is None:
            raise _no_topic(context, asked)
        own = type(own)(found, info_name=word, parent=own)
    own.command.parse_args(own, ["--help"])


def _no_topic(context: typer.Context, asked: str) -> Exception:
    """The error of a topic that there is not, with the nearest ones."""
    from ranking.errors import JudgeError

    known = {_plain(name): name for name in _topics(context)}
    typed = _plain(asked)
    near = [
        *difflib.get_close_matches(typed, known, MOST),
        *difflib.get_close_matches(typed.partition(" ")[0], known, 1),
    ]
    near = list(dict.fromkeys(near))[:MOST]
    names = f"did you mean {' or '.join(known[one] for one in near)}? " if near else ""
    return JudgeError(
        f"judge help {asked}",
        "there is no such command or term",
        f"{names}judge help lists all",
    )
