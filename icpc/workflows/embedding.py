"""Recordings to embeddings, kept on disk: encoders as chosen, what is missing made, their bank.

Conventions
-----------
What is in the store is not made again, so that a call after an interruption goes on where it
stopped. Recordings are a table with ``candidate`` and ``path``.
"""

from pathlib import Path

import pandas as pd
import torch

from icpc.workflows.settings import EmbeddingOptions
from icpc.workflows.weights import weights_folder
from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.embed import Choice, Outcome, cache_key_of, load_chosen
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import Work, embed_all, usual_workers
from ranking.encoders import spec_of
from ranking.encoders.front_end import chosen_options
from ranking.encoders.weights import find_weights
from ranking.errors import EncoderError, Given
from ranking.progress import SILENT, Progress


def embed(
    recordings: pd.DataFrame,
    options: EmbeddingOptions,
    skip_bad: bool = False,
    progress: Progress = SILENT,
) -> list[Outcome]:
    """Embed recordings by each encoder, and say what became of each.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder cannot be had.
    AudioError
        If a recording cannot be used, unless bad ones are skipped.
    """
    work = Work(
        store=options.store,
        choices=choices_of(options),
        device=best_device(options.device),
        workers=options.workers or usual_workers(),
        min_seconds=options.min_seconds,
        batch=options.batch,
    )
    return embed_missing(recordings, work, skip_bad, progress)


def embed_missing(
    recordings: pd.DataFrame, work: Work, skip_bad: bool = False, progress: Progress = SILENT
) -> list[Outcome]:
    """Put what is missing of recordings into the store, and say what became of each.

    Raises
    ------
    AudioError
        If one cannot be used, unless bad ones are skipped.
    """
    outcomes = []
    with progress.start("embedding", total=len(recordings)):
        for outcome in embed_all(list(recordings["path"]), work):
            if outcome.error is not None and not skip_bad:
                raise outcome.error
            outcomes.append(outcome)
            progress.advance()
    return outcomes


def bank_of(
    recordings: pd.DataFrame, work: Work, progress: Progress = SILENT
) -> tuple[EmbeddingBank, pd.DataFrame]:
    """Return the bank of recordings by one encoder, what is missing embedded, and the table.

    The table comes with ``recording``, the SHA-256 of each file.

    Raises
    ------
    AudioError
        If a recording cannot be used.
    """
    outcomes = embed_missing(recordings, work, progress=progress)
    sha256 = {outcome.path: outcome.recording for outcome in outcomes}
    named = recordings.assign(recording=recordings["path"].map(sha256))
    (choice,) = work.choices
    codes = spec_of(choice.encoder).stored == "codes"
    expand = load_chosen([choice], work.device)[0].encoder.expand if codes else None
    store = EmbeddingStore(work.store)
    return open_bank(store, cache_key_of(choice), named, expand, work.device), named


def choices_of(options: EmbeddingOptions) -> tuple[Choice, ...]:
    """Return encoders as they are chosen, with their weights.

    Raises
    ------
    EncoderError, WeightsError
        If there is no such encoder or option, or its weights are not here.
    """
    specs = list({spec.name: spec for spec in map(spec_of, options.encoders)}.values())
    if options.weights is not None and len(specs) > 1:
        raise EncoderError(
            Given(weights=None), f"{len(specs)} encoders", "name one", key="one-encoder"
        )
    folder = weights_folder(options.weights_dir)
    ends = chosen_options(specs, options.front_end, options.as_published)
    return tuple(
        Choice(spec.name, options.weights or find_weights(spec, folder), tuple(sorted(own.items())))
        for spec, own in zip(specs, ends, strict=True)
    )


def best_device(given: str | None = None) -> str:
    """Return the device of a name, or a GPU if there is one.

    Raises
    ------
    EncoderError
        If there is no such device here.
    """
    here = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if given is not None and given.partition(":")[0] not in here:
        raise EncoderError(Given(device=given), "not to be had here", f"give {' or '.join(here)}")
    return given or here[-1]


def remove_damaged(store: Path) -> list[tuple[Path, str]]:
    """Read a whole store, remove what is damaged, and say what that was."""
    held = EmbeddingStore(store)
    found = list(held.damaged())
    for array, _ in found:
        held.forget(array)
    return found
