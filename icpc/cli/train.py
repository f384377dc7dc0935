"""``judge train``: probes from labelled recordings, a command for each task.

The commands are built from the tasks' specs when they are asked for.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from icpc.cli.choices import CHOICES, complete
from icpc.cli.clusters import cluster_options
from icpc.cli.command import JudgeCommand
from icpc.cli.options import LINKS_HELP, OPTIONS, FormatOption, Seed
from icpc.cli.output import Format, print_remark
from icpc.cli.train_options import manifest_path, parse_grid, take_judgements, with_task_options
from icpc.cli.train_output import train_and_print, train_over_seeds_and_print
from icpc.workflows.settings import EmbeddingOptions
from ranking.tasks.registry import TASKS, TaskSpec

_training = partial(typer.Option, rich_help_panel="Training")
_embedding, _cluster = OPTIONS[EmbeddingOptions], cluster_options("Embed and train")


class TasksGroup(TyperGroup):
    """A command for each task; a task is loaded when its command is asked for or listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the tasks."""
        return [*super().list_commands(ctx), *TASKS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of a task, None if there is none."""
        return _command(cmd_name) if cmd_name in TASKS else super().get_command(ctx, cmd_name)


train = typer.Typer(
    cls=TasksGroup, help="Train probes on your own recordings.", add_completion=False
)


@train.callback()
def _group() -> None:
    """Train probes on your own recordings."""


@cache
def _command(name: str) -> Any:
    alone = typer.Typer(add_completion=False)
    spec = TASKS[name]
    text = (
        f"Train a probe that {spec.summary}.\n\n"
        "After an interruption, the same command goes on where it stopped.\n\n"
        f"{_example(name)}"
    )
    alone.command(name, cls=JudgeCommand, help=text)(_training_of(spec))
    made: Any = typer.main.get_command(alone)
    made.own_choices = {one.name: one.choices for one in spec.options if one.choices}
    return made


def _example(name: str) -> str:
    if name == "expertise":
        return (
            "Example, after judge demo:\n\n"
            "judge train expertise --manifest demo/recordings/manifest.csv --recordings "
            "demo/recordings --folds 4 --epochs 2 --out demo/mine.safetensors"
        )
    if name == "preference":
        return (
            "Example: judge train preference --panel marks.xlsx --recordings DIR --out "
            "mine.safetensors"
        )
    return f"Example: judge train {name} --manifest FILE --recordings DIR --out mine.safetensors"


def _training_of(spec: TaskSpec) -> Callable[..., None]:
    """Return the command of a task as a function; options that it has no use for are hidden."""
    compares = spec.inputs == 2
    examples, windows = ("pairs", "pairs of windows") if compares else ("windows", "windows")

    def train_task(
        recordings: Annotated[Path, typer.Option(help="Look for the recordings in this folder.")],
        out: Annotated[Path, typer.Option(help="Write the probe to this file, NAME.safetensors.")],
        manifest: Annotated[
            Path | None,
            typer.Option(help=f"Read recordings and labels from a CSV: {spec.manifest_help}"),
        ] = None,
        collection: Annotated[
            str | None,
            typer.Option(
                help="Or take those of a collection that judge fetch --collection has brought into "
                "that folder.",
                autocompletion=complete(CHOICES["collection"]),
            ),
        ] = None,
        classes: Annotated[
            int,
            typer.Option(
                metavar=f"<{'|'.join(map(str, spec.outputs))}>",
                help=f"Tell so many classes apart. {spec.outputs_help}",
                hidden=len(spec.outputs) == 1,
            ),
        ] = spec.outputs[0],
        results: Annotated[
            Path | None,
            typer.Option(
                help="Add the result of the test to this file (default: results.jsonl beside the "
                "probe); judge tables prints it."
            ),
        ] = None,
        folds: Annotated[
            int | None,
            typer.Option(
                min=3,
                help="Split into so many folds, and test every recording with a probe trained "
                "without it.",
            ),
        ] = None,
        seeds: Annotated[
            int,
            typer.Option(
                min=1,
                help="Train with so many seeds, each with its own random split and weights, and "
                "give one interval over all.",
            ),
        ] = 1,
        segments: Annotated[
            int,
            typer.Option(
                min=1,
                help="Cut recordings into windows of so many segments of 10 s, and average what is "
                "said of them.",
                hidden=compares,
            ),
        ] = spec.segments,
        max_pairs: Annotated[
            int,
            typer.Option(
                min=1,
                help="Draw so many pairs at random, where a split has more.",
                hidden=not compares,
            ),
        ] = 2000,
        grid: Annotated[
            list[str] | None,
            _training(
                metavar="NAME=VALUES",
                help="Try these values side by side and choose on val: learning_rate=1e-3,3e-3; "
                "also weight_decay, dropout, batch_size or seed. Repeat it for several.",
            ),
        ] = None,
        epochs: Annotated[
            int, _training(min=1, help=f"Pass so many times through the {examples}.")
        ] = 30,
        patience: Annotated[
            int, _training(min=1, help="Stop after so many epochs without a better one.")
        ] = 10,
        batch_size: Annotated[
            int, _training(min=1, help=f"Train on so many {windows} in a step.")
        ] = 16,
        windows_per_step: Annotated[
            int | None,
            _training(
                min=0,
                help="Compare so many windows in all their pairs in a step, each convolved once "
                "(default: 4); more take less time and train less. 0 takes pairs one by one.",
                hidden=not compares,
            ),
        ] = None,
        bf16: Annotated[bool, _training("--bf16", help="Compute in bfloat16.")] = False,
        threads: Annotated[
            int,
            _training(
                min=1, help="Compute in so many threads; equal files need equally many of them."
            ),
        ] = 1,
        seed: Seed = None,
        encoder: Annotated[
            str,
            typer.Option(
                help="Embed with this encoder.",
                rich_help_panel="Encoders",
                autocompletion=complete(CHOICES["encoder"]),
            ),
        ] = "spectrogram",
        weights: Annotated[Path | None, _embedding["weights"]] = None,
        weights_dir: Annotated[Path | None, _embedding["weights_dir"]] = None,
        front_end: Annotated[list[str] | None, _embedding["front_end"]] = None,
        as_published: Annotated[
            bool,
            typer.Option(
                "--as-published",
                help="Train as the paper's release does, where you choose nothing else: its front "
                "ends and its loss"
                + (", pairs matched by level and taken one by one." if compares else "."),
                rich_help_panel="Encoders",
            ),
        ] = False,
        allow_cut: Annotated[bool, _embedding["allow_cut"]] = False,
        allow_outside: Annotated[
            bool,
            typer.Option("--allow-outside", help=LINKS_HELP, rich_help_panel="Recordings"),
        ] = False,
        skip_bad: Annotated[
            bool,
            typer.Option(
                "--skip-bad",
                help="Leave out recordings that are missing or cannot be used, and name them.",
                rich_help_panel="Recordings",
            ),
        ] = False,
        store: Annotated[Any, _embedding["store"]] = Path("embeddings"),
        device: Annotated[str | None, _embedding["device"]] = None,
        precision: Annotated[str | None, _embedding["precision"]] = None,
        scheduler: Annotated[str | None, _cluster["scheduler"]] = None,
        cluster_workers: Annotated[int | None, _cluster["cluster_workers"]] = None,
        format: FormatOption = Format.TABLE,
        **options: Any,
    ) -> None:
        from dataclasses import replace

        from icpc.probes.train import TrainingJob, read_and_split_manifest
        from icpc.probes.wording import pairs_left_out_remark
        from ranking.errors import Given, ProbeError
        from ranking.probe.search import SearchSettings
        from ranking.probe.settings import TrainingSettings

        if windows_per_step == 1:
            raise ProbeError(
                Given(windows_per_step=1),
                "a pair has two windows",
                "give 2 or more, or 0 to take pairs one by one",
            )
        if as_published:
            options = spec.published_options(options)
            windows_per_step = 0 if windows_per_step is None else windows_per_step
        training = TrainingSettings(
            epochs=epochs,
            batch_size=batch_size,
            windows_per_step=windows_per_step,
            patience=patience,
            bf16=bf16,
            threads=threads,
            seed=seed or 0,
        )
        settings = SearchSettings(training, grid=parse_grid(grid or ()), max_pairs=max_pairs)
        embedding = EmbeddingOptions(
            (encoder,),
            weights,
            weights_dir,
            tuple(front_end or ()),
            as_published,
            allow_cut=allow_cut,
            store=store,
            device=device,
            precision=precision,
            scheduler=scheduler,
            cluster_workers=cluster_workers,
        )
        if compares and segments != spec.segments:
            raise ProbeError(
                Given(segments=segments), "a ranker compares windows of 5 minutes", "leave it out"
            )
        judgements = take_judgements(options)
        task = replace(spec.task(classes, **options), segments=segments)
        path = manifest
        if judgements is None or collection is not None:
            path = manifest_path(manifest, collection, recordings, spec.takes_judgements)
        split = partial(read_and_split_manifest, task, path, folds, judgements=judgements)
        manifests = split(training.seed)
        if remark := pairs_left_out_remark(manifests):
            print_remark(remark)
        job = TrainingJob(
            *(task, manifests, recordings, out, settings, embedding, allow_outside, skip_bad),
            options=spec.changed_options(options),
            results=results,
        )
        if seeds > 1:
            train_over_seeds_and_print(job, split, seeds, format)
        else:
            train_and_print(job, format)

    return with_task_options(train_task, spec)
