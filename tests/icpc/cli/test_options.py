"""Options are made of settings: one for each field, by its name, type and default."""

from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from icpc.cli.options import OPTIONS, with_settings
from icpc.workflows.settings import RankingOptions, RecordingOptions, Source


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_setting_can_be_asked_for_in_its_order(kind):
    assert list(OPTIONS[kind]) == [field.name for field in fields(kind)]


def run(command, *arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, arguments)


def test_a_command_gets_settings_as_they_were_typed():
    taken = []

    @with_settings("run", "passing_score")
    def command(source: Source, options: RankingOptions, recorded: RecordingOptions) -> None:
        taken.append((source, options, recorded))

    typed = [
        "--roster",
        "r.csv",
        "--method",
        "wins",
        "--recordings",
        "d",
        "--fit-half",
        "--min-seconds",
        "9",
    ]
    assert run(command, *typed).exit_code == 0
    assert taken == [
        (
            Source(roster=Path("r.csv")),
            RankingOptions(method="wins"),
            RecordingOptions(recordings=Path("d"), fit_half=True, min_seconds=9),
        )
    ]


def test_what_is_left_out_is_no_option():
    @with_settings("run")
    def command(source: Source) -> None:
        pass

    assert run(command, "--competition", "icpc2015").exit_code == 0
    assert "No such option" in run(command, "--run", "folder").stderr
