"""What ``judge train`` prints: results of one training, or of one for each seed."""

from typing import TYPE_CHECKING

from icpc.cli.next_command import command_line, print_next
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    remark_on_interrupt,
)

if TYPE_CHECKING:
    from icpc.probes.seeds import Split
    from icpc.probes.train import TrainingJob


def train_over_seeds_and_print(
    job: "TrainingJob", split: "Split", count: int, form: Format
) -> None:
    """Train a probe for each seed, and print the result of all.

    Parameters
    ----------
    job : the training of the first seed
    split : returns the manifests of a seed
    count : number of seeds
    form : format of stdout
    """
    import pandas as pd

    from icpc.experiments.seeds import estimate_over_seeds
    from icpc.probes.seeds import train_over_seeds
    from icpc.probes.train import results_path
    from icpc.probes.wording import cells_of_seeds, describe_seeds

    with remark_on_interrupt("what was embedded and trained is kept, all but the last minute"):
        found = train_over_seeds(job, split, count, TerminalProgress())
    if not found:
        print_line("Not tested: no recordings are in test.")
        return
    estimate = estimate_over_seeds(found, results_path(job).parent)
    if form is not Format.TABLE:
        print_data(pd.DataFrame([cells_of_seeds(found, estimate)]), form)
        return
    for sentence in describe_seeds(job.task, found, estimate):
        print_line(sentence)
    print_remark(f"written to {job.out}, and the other seeds beside it")
    print_remark(f"results added to {results_path(job)}")
    print_next(command_line("tables 3", results=results_path(job)))


def train_and_print(job: "TrainingJob", form: Format) -> None:
    """Train a probe, and print its result."""
    import pandas as pd

    from icpc.probes.train import (
        history_path,
        predictions_path,
        results_path,
        train_and_save_probe,
        training_row,
    )
    from icpc.probes.wording import describe_training

    with remark_on_interrupt("what was embedded and trained is kept, all but the last minute"):
        trained = train_and_save_probe(job, TerminalProgress())
    if form is not Format.TABLE:
        print_data(pd.DataFrame([training_row(job, trained)]), form)
        return
    for sentence in describe_training(job.task, trained):
        print_line(sentence)
    print_remark(f"written to {job.out}")
    print_remark(f"losses and metrics of each epoch: {history_path(job.out)}")
    if trained.test is not None and trained.test.table is not None:
        print_remark(f"predictions on test: {predictions_path(job.out)}")
        print_remark(f"result added to {results_path(job)}")
        print_next(command_line("tables 3", results=results_path(job)))
