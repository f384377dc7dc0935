"""Embedding, as commands share it: encoders as chosen, recordings embedded, their bank."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from icpc.cli.output import counting
from icpc.cli.weights import weights_folder

if TYPE_CHECKING:
    import pandas as pd

    from ranking.embeddings.bank import EmbeddingBank
    from ranking.embeddings.embed import Choice, Outcome
    from ranking.embeddings.workers import Work


def choices_of(
    names: Sequence[str],
    weights: Path | None,
    weights_dir: Path | None,
    front_end: Sequence[str],
    as_published: bool,
) -> tuple["Choice", ...]:
    """Return encoders as the options choose them.

    Raises
    ------
    EncoderError, WeightsError
        If there is no such encoder or option, or its weights are not here.
    """
    from ranking.embeddings.embed import Choice
    from ranking.encoders import spec_of
    from ranking.encoders.front_end import chosen_options
    from ranking.encoders.weights import find_weights
    from ranking.errors import EncoderError

    specs = list({spec.name: spec for spec in map(spec_of, names)}.values())
    if weights is not None and len(specs) > 1:
        raise EncoderError("--weights", f"{len(specs)} encoders", "give it with one --encoder")
    folder = weights_folder(weights_dir)
    options = chosen_options(specs, front_end, as_published)
    return tuple(
        Choice(spec.name, weights or find_weights(spec, folder), tuple(sorted(own.items())))
        for spec, own in zip(specs, options, strict=True)
    )


def best_device(given: str | None = None) -> str:
    """The device of a name, or a GPU if there is one.

    Raises
    ------
    EncoderError
        If there is no such device here.
    """
    import torch

    from ranking.errors import EncoderError

    here = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if given is not None and given.partition(":")[0] not in here:
        raise EncoderError(f"--device {given}", "not to be had here", f"give {' or '.join(here)}")
    return given or here[-1]


def embedded(table: "pd.DataFrame", work: "Work", skip_bad: bool = False) -> "list[Outcome]":
    """Put what is missing of recordings, by their ``path``, into the store, and say what became.

    Raises
    ------
    AudioError
        If one cannot be used, unless bad ones are skipped.
    """
    from ranking.embeddings.workers import embed_all

    outcomes = []
    with counting("embedding", len(table)) as advance:
        for outcome in embed_all(list(table["path"]), work):
            if outcome.error is not None and not skip_bad:
                raise outcome.error
            outcomes.append(outcome)
            advance()
    return outcomes


def bank_of(table: "pd.DataFrame", work: "Work") -> "tuple[EmbeddingBank, pd.DataFrame]":
    """Return the bank of recordings by one encoder, what is missing embedded, and the table.

    The table comes with ``recording``, the SHA-256 of each file.

    Parameters
    ----------
    table : with ``candidate`` and ``path``

    Raises
    ------
    AudioError
        If a recording cannot be used.
    """
    from ranking.embeddings.bank import open_bank
    from ranking.embeddings.embed import cache_key_of, load_chosen
    from ranking.embeddings.store import EmbeddingStore
    from ranking.encoders import spec_of

    recordings = {outcome.path: outcome.recording for outcome in embedded(table, work)}
    named = table.assign(recording=table["path"].map(recordings))
    (choice,) = work.choices
    codes = spec_of(choice.encoder).stored == "codes"
    expand = load_chosen([choice], work.device)[0].encoder.expand if codes else None
    store = EmbeddingStore(work.store)
    return open_bank(store, cache_key_of(choice), named, expand, work.device), named
