"""A cup of three candidates, and the command on its files in the working folder."""

from click.testing import Result
from typer.testing import CliRunner

from icpc.cli import app

ROSTER = "candidate,name,reached\nann,Ann,final\nbob,Bob,one\ncyd,Cyd,one\n"
COMPARISONS = "first,second,winner\nann,bob,ann\nbob,cyd,tie\ncyd,ann,cyd\n"
ROUNDS = ("--rounds", "one,final")


def judge(*arguments: object) -> Result:
    """Return how the command ended."""
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def own(command: str, *more: object) -> Result:
    """Return how a command on ``mine.csv`` and ``my.csv`` ended."""
    return judge(command, "--roster", "mine.csv", *ROUNDS, "--comparisons", "my.csv", *more)
