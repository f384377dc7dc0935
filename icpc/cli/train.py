"""``judge train``: probes from recordings of which something is known."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.embedding import bank_of, best_device, choices_of
from icpc.cli.options import Seed
from icpc.cli.output import Format, fitting, print_data, print_line, print_remark
from icpc.cli.weights import Folder

if TYPE_CHECKING:
    from ranking.embeddings.workers import Work
    from ranking.probe.train import Plan
    from ranking.tasks.manifest import Manifest

FITTING = "How to fit"
EMBEDDING = "How to embed"

train = typer.Typer(help="Train probes on recordings of one's own.", add_completion=False)


@train.callback()
def _train() -> None:
    """Train probes on recordings of one's own."""


@train.command()
def expertise(
    manifest: Annotated[
        Path,
        typer.Option(help="CSV: recording, level; or first, second, winner. Both: split, group."),
    ],
    recordings: Annotated[Path, typer.Option(help="Where the recordings are.")],
    out: Annotated[Path, typer.Option(help="The probe to write: NAME.safetensors.")],
    encoder: Annotated[
        str, typer.Option(help="Which encoder.", rich_help_panel=EMBEDDING)
    ] = "spectrogram",
    classes: Annotated[
        int, typer.Option(min=2, max=4, help="2: which is better; 4: by how much too.")
    ] = 2,
    folds: Annotated[
        int | None,
        typer.Option(min=3, help="Test every recording, by probes that never heard it."),
    ] = None,
    pairs: Annotated[int, typer.Option(min=1, help="Most pairs of a split.")] = 2000,
    epochs: Annotated[
        int, typer.Option(min=1, help="Passes through the pairs.", rich_help_panel=FITTING)
    ] = 30,
    patience: Annotated[
        int, typer.Option(min=1, help="Passes without a better one.", rich_help_panel=FITTING)
    ] = 10,
    batch: Annotated[
        int, typer.Option(min=1, help="Pairs of windows at a time.", rich_help_panel=FITTING)
    ] = 16,
    crossed: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="Windows that meet in a step in all their pairs, each convolved once: faster. 4 "
            "learns as much in a pass; more take less time and learn less.",
            rich_help_panel=FITTING,
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
    """Train a probe that says which of two recordings is the better playing.

    Interrupted, the same command goes on where it stopped.

    Example: judge train expertise --manifest mine.csv --recordings DIR --out mine.safetensors
    """
    from ranking.embeddings.workers import Work, usual_workers
    from ranking.probe.settings import FitSettings
    from ranking.probe.train import Plan

    plan = Plan(
        classes=_two_or_four(classes),
        settings=FitSettings(
            epochs, batch, crossed=crossed or 0, patience=patience, half=half, seed=seed or 0
        ),
        grid=_grid(grid or ()),
        most=pairs,
    )
    manifests = _split(manifest, folds, plan.settings.seed)
    work = Work(
        store=store,
        choices=choices_of([encoder], weights, weights_dir, front_end or (), as_published=False),
        device=best_device(device),
        workers=usual_workers(),
    )
    _learn(manifests, recordings, out, plan, work, format)


def _learn(
    manifests: "Sequence[Manifest]",
    folder: Path,
    out: Path,
    plan: "Plan",
    work: "Work",
    form: Format,
) -> None:
    import pandas as pd

    from icpc.workflows.train import outcome, sentences, trained_probe
    from ranking.embeddings.embed import cache_key_of
    from ranking.probe.checkpoint import check_path, save_probe
    from ranking.probe.train import learn
    from ranking.tasks.manifest import locate, refuse_copies

    check_path(out)
    files = locate(manifests[-1], folder)
    table = pd.DataFrame({"candidate": list(files), "path": list(files.values())})
    bank, named = bank_of(table, work)
    refuse_copies(manifests[-1], dict(zip(named["candidate"], named["recording"], strict=True)))
    kept = out.with_suffix(".fitting")
    with fitting(f"fitting {out.stem}") as progress:
        learnt = learn(manifests, bank, plan, progress, kept)
    save_probe(trained_probe(learnt, manifests, named, cache_key_of(work.choices[0])), out)
    shutil.rmtree(kept, ignore_errors=True)
    if form is not Format.TABLE:
        print_data(pd.DataFrame([outcome(learnt, len(table))]), form)
        return
    for sentence in sentences(learnt):
        print_line(sentence)
    print_remark(f"written to {out}")


def _split(path: Path, count: int | None, seed: int) -> "list[Manifest]":
    """Return the manifest split once, or into folds, and remark on pairs that this leaves out."""
    from ranking.tasks.manifest import read_manifest
    from ranking.tasks.splits import folds, split_by_lot

    whole = read_manifest(path)
    dealt = [split_by_lot(whole, seed)] if count is None else folds(whole, count, seed)
    parted = [manifest.parted for manifest in dealt]
    if max(parted) > 0:
        said = f"{min(parted)} to {max(parted)} in each fit" if len(parted) > 1 else f"{parted[0]}"
        print_remark(f"{said}: pairs left out, whose recordings the lot has parted")
    return dealt


def _two_or_four(classes: int) -> int:
    from ranking.errors import ProbeError

    if classes == 3:
        raise ProbeError("--classes 3", "no such task", "give 2 or 4")
    return classes


def _grid(given: Sequence[str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    from ranking.errors import ProbeError

    choices = []
    for text in given:
        name, _, values = text.partition("=")
        try:
            choices.append((name.strip(), tuple(float(value) for value in values.split(","))))
        except ValueError:
            raise ProbeError(
                f"--grid {text}", "no numbers", "write it so: --grid rate=1e-3,3e-3"
            ) from None
    return tuple(choices)
