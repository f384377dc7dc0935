"""``judge check``: how far to trust the ranking."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli.next_command import command_line, print_next
from icpc.cli.options import INDEX_HELP, FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    print_table,
    printable,
)
from icpc.cli.rank import headline
from icpc.cli.stores import store_option
from icpc.workflows.settings import RankingOptions, Source

if TYPE_CHECKING:
    from icpc.findings.finding import Findings
    from icpc.study.study import Study

SHOWN = 20  # pairs that fit worst


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
    pair_fit: Annotated[
        bool,
        typer.Option(
            "--pair-fit",
            help="Print the pairs that fit Bradley-Terry strengths worst, instead; every pair with "
            "--format csv or json.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Print every finding as a sentence with its numbers."),
    ] = False,
    recordings: Annotated[
        Path | None,
        typer.Option(
            help="Compare the ranking with length, loudness, bandwidth, noise floor and onset "
            "density of the recordings in this folder too.",
            rich_help_panel="Recordings",
        ),
    ] = None,
    index: Annotated[
        Path | None, typer.Option(help=INDEX_HELP, rich_help_panel="Recordings")
    ] = None,
    store: Annotated[
        Any, store_option(help="Keep what is measured here.", rich_help_panel="Recordings")
    ] = Path("embeddings"),
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Check how far to trust a ranking: accuracy, order effect, cycles, controls.

    ✓ speaks for the ranking, ✗ against it; of – nothing can be told.

    Example: judge check --competition icpc2015

    Example: judge check --competition icpc2025 --round final --pair-fit

    Example: judge check --run runs/icpc2015 --verify
    """
    if verify:
        _verify(source.run, format)
        return
    from icpc.workflows.rankings import open_study
    from icpc.workflows.results import check as check_ranking

    progress = TerminalProgress()
    with progress.start("checking"):
        study = open_study(source, options, seed)
        if pair_fit:
            _print_pair_fit(study, format)
            return
        controls = None
        if recordings is not None:
            from icpc.workflows.controls import measure_controls

            controls = measure_controls(study.competition, recordings, index, store, progress)
        findings = check_ranking(study, source.run, controls)
    if format is Format.TABLE:
        _print_findings(study, findings, verbose)
    else:
        print_data(findings.table(), format)
    uncertainty = study.intervals.uncertainty
    for remark in study.all_remarks:
        if remark == uncertainty.sentence and uncertainty.sample and not verbose:
            print_remark(f"{uncertainty.sample}; about what: --verbose")
        else:
            print_remark(remark)
    print_next(command_line("report", source, options, seed=seed), format)


def _print_findings(study: "Study", findings: "Findings", verbose: bool) -> None:
    """Print the answer in a line, and the findings: those that have a mark, or every sentence."""
    from icpc.findings.plain import Mark, mark_of, plain_line
    from icpc.page.first_screen import plain_headline

    print_line(plain_headline(study, findings))
    print_line(headline(study))
    if verbose:
        for finding in findings:
            print_line(f"{finding.name}: {finding.sentence}")
        return
    signs = dict(zip(Mark, printable("✓✗–", "+x-"), strict=True))
    for finding in findings:
        mark = mark_of(finding)
        if mark is not None:
            print_line(f"{signs[mark]} {plain_line(finding)}")
    print_line(f"The numbers behind this, {len(findings)} findings in sentences: --verbose")


def _print_pair_fit(study: "Study", form: Format) -> None:
    """Print how well each pair fits the strengths."""
    from icpc.workflows.results import fit_of_pairs

    fit = fit_of_pairs(study)
    if form is not Format.TABLE:
        print_data(fit.pairs, form)
        return
    name = study.results["name"]
    rows = [
        [
            name[row.candidate],
            name[row.other],
            f"{row.won:g}/{row.comparisons:g}",
            f"{row.expected:.3f}",
            f"{row.residual:+.2f}",
            f"{row.deviance:.2f}",
        ]
        for row in fit.pairs.head(SHOWN).itertuples()
    ]
    headers = ["stronger", "other", "won/of", "expected", "residual", "deviance"]
    title = f"{headline(study)}; {len(rows)} of {len(fit.pairs):,} pairs, worst fit first"
    print_table(title, headers, rows, headers[:2])


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
