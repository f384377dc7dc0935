"""``judge check``: how far to trust the ranking."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import Format, TerminalProgress, print_data, print_line, print_remark
from icpc.cli.rank import headline
from icpc.workflows.settings import RankingOptions, Source


@with_settings("resample")
def check(
    source: Source,
    options: RankingOptions,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Say which files of the run were changed, removed or added since, instead.",
        ),
    ] = False,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Check how far to trust a ranking: accuracy, order effect, cycles, controls.

    Example: judge check --competition icpc2015

    Example: judge check --run runs/icpc2015 --verify
    """
    if verify:
        _verify(source.run, format)
        return
    from icpc.workflows.rankings import open_study
    from icpc.workflows.results import check as check_ranking

    with TerminalProgress().start("checking"):
        study = open_study(source, options, seed)
        findings = check_ranking(study, source.run)
    if format is Format.TABLE:
        print_line(headline(study))
        for finding in findings:
            print_line(f"{finding.name}: {finding.sentence}")
    else:
        print_data(findings.table(), format)
    for remark in study.remarks:
        print_remark(remark)


def _verify(run: Path | None, form: Format) -> None:
    """Print which files of a run have changed; exit with 1 if any has."""
    from icpc.workflows.results import verify_run
    from ranking.errors import Given, RunError

    if run is None:
        raise RunError(
            Given(verify=None), "the files of a run are verified", "name a run", key="give-run"
        )
    files = verify_run(run)
    others = files[files["status"] != "unchanged"]
    if form is not Format.TABLE:
        print_data(files, form)
    else:
        for file, status in others.itertuples(index=False):
            print_line(f"{file}: {status}")
    if len(others):
        print_remark(f"{run}: the commands that wrote the run and its report write them again")
        raise typer.Exit(1)
    if form is Format.TABLE:
        print_line(f"all {len(files)} files of {run} are as they were written")
