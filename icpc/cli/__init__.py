"""The ``judge`` command.

Data go to stdout, remarks and progress to stderr. Exit 0: done; 1: a failure while working; 2:
wrong input or usage. Only the standard library, typer and rich load before a command runs.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import typer
from typer.core import TyperGroup

from icpc import __version__
from icpc.cli.check import check
from icpc.cli.collections import collections
from icpc.cli.command import JudgeCommand
from icpc.cli.compare import compare
from icpc.cli.competitions import competitions
from icpc.cli.demo import demo
from icpc.cli.doctor import doctor
from icpc.cli.embed import embed
from icpc.cli.evaluate import evaluate
from icpc.cli.extras import missing_package
from icpc.cli.fetch import fetch
from icpc.cli.grade import grade, techniques
from icpc.cli.help import explain
from icpc.cli.hitrate import hitrate
from icpc.cli.init import init
from icpc.cli.output import print_error, print_remark
from icpc.cli.panel import panel
from icpc.cli.rank import rank
from icpc.cli.remedies import message
from icpc.cli.renamed import with_new_options
from icpc.cli.report import report
from icpc.cli.results import results
from icpc.cli.schedule import schedule
from icpc.cli.streams import OutputLostError, checked_streams
from icpc.cli.system import refuse_removed_folder, system_error
from icpc.cli.tables import tables
from icpc.cli.train import train
from icpc.cli.weights import weights
from ranking.deprecation import RenamedWarning
from ranking.errors import FileWarning, JudgeError
from ranking.workers.memory import keep_freed_memory

# numpy reads it on import; beside a busy core, two threads wait for each other a hundredfold
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class JudgeGroup(TyperGroup):
    """Commands that print a user's mistake as a sentence, without traceback."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the program, what it prints checked to be written."""
        keep_freed_memory()
        with checked_streams():
            _refuse_removed_folder()
            return super().main(*args, **options)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line, with options of version 0.1.0 under their new names."""
        return super().parse_args(ctx, with_new_options(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; print a user's mistake and exit with its code."""
        try:
            with _warnings_as_remarks():
                return super().invoke(ctx)
        except ModuleNotFoundError as error:
            missing = missing_package(error)
            if missing is None:
                raise
            print_error(message(missing))
            raise typer.Exit(missing.exit_code) from None
        except JudgeError as error:
            print_error(message(error))
            raise typer.Exit(error.exit_code) from None
        except (OutputLostError, BrokenPipeError):
            raise
        except OSError as error:
            own = system_error(error)
            print_error(message(own))
            raise typer.Exit(own.exit_code) from None


def _refuse_removed_folder() -> None:
    """End where the working folder is gone: some packages cannot even be imported there."""
    try:
        refuse_removed_folder()
    except JudgeError as error:
        print_error(message(error))
        sys.exit(error.exit_code)


@contextmanager
def _warnings_as_remarks() -> Iterator[None]:
    """Print warnings of old names in files, and of changed ones, as remarks, each once."""
    with warnings.catch_warnings():
        for own in (RenamedWarning, FileWarning):
            warnings.simplefilter("always", own)
        show_others, printed = warnings.showwarning, set[str]()

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, RenamedWarning | FileWarning):
                show_others(message, category, filename, lineno, file, line)
            elif str(message) not in printed:
                printed.add(str(message))
                print_remark(str(message))

        warnings.showwarning = show
        yield


app = typer.Typer(
    cls=JudgeGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"judge {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: bool = typer.Option(
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and exit.",
    ),
) -> None:
    """Rank and analyse music competitions, and say how far to trust the ranking.

    Example: judge rank --competition icpc2015
    """


for command in (
    competitions,
    collections,
    demo,
    init,
    schedule,
    rank,
    hitrate,
    check,
    compare,
    panel,
    report,
    fetch,
    embed,
):
    app.command(cls=JudgeCommand)(command)
app.add_typer(train, name="train")
for command in (evaluate, grade, techniques):
    app.command(cls=JudgeCommand)(command)
app.command(cls=JudgeCommand)(tables)
app.command(cls=JudgeCommand)(results)
app.add_typer(weights, name="weights")
app.command(cls=JudgeCommand)(doctor)
app.command("help", cls=JudgeCommand)(explain)
