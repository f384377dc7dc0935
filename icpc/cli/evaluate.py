"""``judge evaluate``: how right a probe is on labelled recordings."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.choices import CHOICES, complete
from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    print_table,
    remark_on_interrupt,
)
from icpc.cli.train_options import judgements_of
from icpc.workflows.settings import RecordingOptions, Source


@with_settings(
    *("ranker", "index", "windows", "antisymmetric", "pairs", "budget", "min_seconds"),
    *("fit_half", "folds", "epochs", "permutations", "scheduler", "cluster_workers"),
    *("competition", "roster", "rounds", "run", "votes", "columns"),
    recordings="Look for the recordings in this folder.",
    encoder="Embed with this encoder (default: the one that the probe was trained on).",
    panel="Read jurors' marks of the recordings from a CSV file or a workbook.",
    comparisons="Read comparisons of the recordings from a CSV file or a workbook.",
)
def evaluate(
    probe: Annotated[
        Path, typer.Argument(metavar="PROBE", help="The probe's file, NAME.safetensors.")
    ],
    options: RecordingOptions,
    judged: Source,
    manifest: Annotated[
        Path | None,
        typer.Option(help="Read recordings and labels from a CSV, as judge train does."),
    ] = None,
    switches: Annotated[
        bool,
        typer.Option(
            "--switches",
            help="Show instead what each choice of the paper's release does to the probe's own "
            "test, from its stored predictions and from other results of the file.",
        ),
    ] = False,
    split: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete(CHOICES["split"]),
            help="Evaluate the recordings of this split (default: test; all, where the CSV has no "
            "column split).",
        ),
    ] = None,
    max_pairs: Annotated[
        int, typer.Option(min=1, help="Draw so many pairs at random, where there are more.")
    ] = 2000,
    results: Annotated[
        Path | None,
        typer.Option(
            help="Add the result to this file, which judge tables prints; with --switches, read it "
            "(default: results.jsonl beside the probe)."
        ),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write the predictions to this CSV.")
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Evaluate a probe on labelled recordings.

    Example: judge evaluate mine.safetensors --manifest FILE --recordings DIR

    Example: judge evaluate mine.safetensors --panel FILE --recordings DIR

    Example, after judge train: judge evaluate mine.safetensors --switches
    """
    if switches:
        _print_switches(probe, results, format)
        return
    from dataclasses import replace

    import pandas as pd

    from icpc.probes.evaluate import EvaluationJob, evaluate_probe
    from icpc.probes.wording import cells_of_test, describe_test
    from ranking.errors import CompetitionError

    judgements = judgements_of(judged)
    if options.recordings is None or (manifest is None and judgements is None):
        raise CompetitionError(
            "judge evaluate", "no labelled recordings are named", "name them", "labelled-recordings"
        )
    job = EvaluationJob(
        *(manifest, replace(options, ranker=probe), split, max_pairs, seed or 0),
        *(results, predictions, judgements),
    )
    with remark_on_interrupt("what was embedded is kept"):
        task, test = evaluate_probe(job, TerminalProgress())
    if format is not Format.TABLE:
        print_data(pd.DataFrame([cells_of_test(task, test)]), format)
        return
    for sentence in describe_test(task, test):
        print_line(sentence)
    for path in filter(None, (predictions, results)):
        print_remark(f"written to {path}")


def _print_switches(probe: Path, results: Path | None, form: Format) -> None:
    from icpc.experiments.switches import COLUMNS
    from icpc.probes.evaluate import switches_of_probe

    table = switches_of_probe(probe, results)
    if form is not Format.TABLE:
        print_data(table, form)
        return
    rows = [
        [*map(str, row[:4]), *(f"{value:.4f}" for value in row[4:])]
        for row in table.itertuples(index=False)
    ]
    title = f"{probe.name}: what each choice of the paper's release does"
    print_table(title, [name.replace("_", " ") for name in COLUMNS], rows)
