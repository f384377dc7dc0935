"""``judge evaluate``: how right a probe is on labelled recordings."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    remark_on_interrupt,
)
from icpc.workflows.settings import EVALUATED, RecordingOptions


@with_settings(
    *("ranker", "index", "windows", "antisymmetric", "min_seconds"),
    *("fit_half", "folds", "epochs", "permutations"),
    recordings="Look for the recordings in this folder.",
    encoder="Embed with this encoder (default: the one that the probe was trained on).",
)
def evaluate(
    probe: Annotated[
        Path, typer.Argument(metavar="PROBE", help="The probe's file, NAME.safetensors.")
    ],
    manifest: Annotated[
        Path,
        typer.Option(help="Read recordings and labels from a CSV, as judge train does."),
    ],
    options: RecordingOptions,
    split: Annotated[
        str | None,
        typer.Option(
            metavar=f"<{'|'.join(EVALUATED)}>",
            help="Evaluate the recordings of this split (default: test; all, where the CSV has no "
            "column split).",
        ),
    ] = None,
    max_pairs: Annotated[
        int, typer.Option(min=1, help="Draw so many pairs at random, where there are more.")
    ] = 2000,
    results: Annotated[
        Path | None,
        typer.Option(help="Add the result to this file, which judge tables prints."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write the predictions to this CSV.")
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Evaluate a probe on labelled recordings.

    Example: judge evaluate mine.safetensors --manifest FILE --recordings DIR
    """
    from dataclasses import replace

    import pandas as pd

    from icpc.probes.evaluate import EvaluationJob, evaluate_probe
    from icpc.probes.wording import cells_of_test, describe_test
    from ranking.errors import CompetitionError

    if options.recordings is None:
        raise CompetitionError("judge evaluate", "no recordings are named", "give --recordings DIR")
    job = EvaluationJob(
        *(manifest, replace(options, ranker=probe), split, max_pairs, seed or 0),
        *(results, predictions),
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
