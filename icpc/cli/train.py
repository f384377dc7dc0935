"""``judge train``: probes from recordings of which something is known, a command for each task.

The commands are made of what the tasks' specs say of them, when they are asked for.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from icpc.cli.options import Seed
from icpc.cli.output import DrawnProgress, Format, print_data, print_line, print_remark
from icpc.cli.weights import Folder
from ranking.tasks.registry import TASKS, TaskSpec

if TYPE_CHECKING:
    from icpc.workflows.train import Training

FITTING = "How to fit"
EMBEDDING = "How to embed"


class TasksGroup(TyperGroup):
    """A command for each task; a task is loaded when its command is asked for or listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the tasks."""
        return [*super().list_commands(ctx), *TASKS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of a task, None if there is none."""
        return _command(cmd_name) if cmd_name in TASKS else super().get_command(ctx, cmd_name)


train = typer.Typer(
    cls=TasksGroup, help="Train probes on recordings of one's own.", add_completion=False
)


@train.callback()
def _group() -> None:
    """Train probes on recordings of one's own."""


@cache
def _command(name: str) -> Any:
    alone = typer.Typer(add_completion=False)
    spec = TASKS[name]
    text = (
        f"Train a probe that {spec.summary}.\n\n"
        "Interrupted, the same command goes on where it stopped.\n\n"
        f"Example: judge train {name} --manifest mine.csv --recordings DIR --out mine.safetensors"
    )
    alone.command(name, help=text)(_training_of(spec))
    return typer.main.get_command(alone)


def _training_of(spec: TaskSpec) -> Callable[..., None]:
    """Return the command of a task as a function; options that it has no use for are hidden."""
    compares = spec.sides == 2
    examples, windows = ("pairs", "Pairs of windows") if compares else ("windows", "Windows")

    def train_task(
        manifest: Annotated[
            Path,
            typer.Option(help=f"CSV: {spec.manifest}"),
        ],
        recordings: Annotated[Path, typer.Option(help="Where the recordings are.")],
        out: Annotated[Path, typer.Option(help="The probe to write: NAME.safetensors.")],
        encoder: Annotated[
            str, typer.Option(help="Which encoder.", rich_help_panel=EMBEDDING)
        ] = "spectrogram",
        classes: Annotated[
            int,
            typer.Option(
                min=min(spec.outputs),
                max=max(spec.outputs),
                help=spec.about_outputs,
                hidden=len(spec.outputs) == 1,
            ),
        ] = spec.outputs[0],
        folds: Annotated[
            int | None,
            typer.Option(min=3, help="Test every recording, by probes that never heard it."),
        ] = None,
        pairs: Annotated[
            int, typer.Option(min=1, help="Most pairs of a split.", hidden=not compares)
        ] = 2000,
        epochs: Annotated[
            int,
            typer.Option(min=1, help=f"Passes through the {examples}.", rich_help_panel=FITTING),
        ] = 30,
        patience: Annotated[
            int, typer.Option(min=1, help="Passes without a better one.", rich_help_panel=FITTING)
        ] = 10,
        batch: Annotated[
            int, typer.Option(min=1, help=f"{windows} at a time.", rich_help_panel=FITTING)
        ] = 16,
        crossed: Annotated[
            int | None,
            typer.Option(
                min=2,
                help="Windows that meet in a step in all their pairs, each convolved once: faster. "
                "4 learns as much in a pass; more take less time and learn less.",
                rich_help_panel=FITTING,
                hidden=not compares,
            ),
        ] = None,
        grid: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME=VALUES",
                help="Settings to try, fitted side by side and chosen on val: rate=1e-3,3e-3; also "
                "decay, dropout, seed. May be given several times.",
                rich_help_panel=FITTING,
            ),
        ] = None,
        half: Annotated[
            bool, typer.Option("--half", help="bfloat16 arithmetic.", rich_help_panel=FITTING)
        ] = False,
        seed: Seed = None,
        weights: Annotated[
            Path | None, typer.Option(help="The encoder's weights.", rich_help_panel=EMBEDDING)
        ] = None,
        weights_dir: Folder = None,
        front_end: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME=VALUE",
                help="An option of the front end, as of judge embed.",
                rich_help_panel=EMBEDDING,
            ),
        ] = None,
        store: Annotated[
            Path,
            typer.Option(
                envvar="JUDGE_STORE", help="Where embeddings are kept.", rich_help_panel=EMBEDDING
            ),
        ] = Path("embeddings"),
        device: Annotated[
            str | None, typer.Option(help="cpu or cuda (default: cuda if there is one).")
        ] = None,
        format: Format = Format.TABLE,
    ) -> None:
        from icpc.workflows.settings import EmbeddingOptions
        from icpc.workflows.train import Training, pairs_left_out, split_manifest
        from ranking.probe.settings import FitSettings
        from ranking.probe.train import TrainSettings

        settings = TrainSettings(
            FitSettings(
                epochs, batch, crossed=crossed or 0, patience=patience, half=half, seed=seed or 0
            ),
            grid=_grid(grid or ()),
            most=pairs,
        )
        options = EmbeddingOptions(
            (encoder,), weights, weights_dir, tuple(front_end or ()), store=store, device=device
        )
        task = spec.task(classes)
        manifests = split_manifest(task, manifest, folds, settings.fit.seed)
        if said := pairs_left_out(manifests):
            print_remark(said)
        _train(Training(task, manifests, recordings, out, settings, options), format)

    return train_task


def _train(training: "Training", form: Format) -> None:
    import pandas as pd

    from icpc.workflows.train import outcome, sentences, train_probe

    trained = train_probe(training, DrawnProgress())
    if form is not Format.TABLE:
        print_data(pd.DataFrame([outcome(training, trained)]), form)
        return
    for sentence in sentences(training.task, trained):
        print_line(sentence)
    print_remark(f"written to {training.out}")


def _grid(given: Sequence[str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    from ranking.errors import Given, ProbeError

    choices = []
    for text in given:
        name, _, values = text.partition("=")
        try:
            choices.append((name.strip(), tuple(float(value) for value in values.split(","))))
        except ValueError:
            raise ProbeError(
                Given(grid=text), "no numbers", "write it so: --grid rate=1e-3,3e-3"
            ) from None
    return tuple(choices)
