"""Recordings to embeddings in a store, by the encoders that a user chose; and their bank.

Conventions
-----------
What is in the store is not embedded again, so that a call after an interruption goes on where it
stopped. Recordings are a table with ``candidate`` and ``path``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from icpc.installation.weights import weights_folder
from icpc.workflows.settings import EmbeddingOptions
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENTS_PER_WINDOW
from ranking.embeddings.bank import read_segments
from ranking.embeddings.bank_source import BankSource, code_encoder
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.embed import EmbeddingOutcome
from ranking.embeddings.precision import with_precision
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings, default_workers, embed_all
from ranking.encoders import spec_of
from ranking.encoders.front_end import parse_front_end_options
from ranking.encoders.spec import EncoderSpec
from ranking.encoders.weights import find_required_weights
from ranking.errors import EncoderError, Given
from ranking.progress import SILENT, Progress
from ranking.storage.addresses import StorePlace

DEFAULT_OPTIONS = EmbeddingOptions()


def embed(
    recordings: pd.DataFrame,
    options: EmbeddingOptions,
    skip_bad: bool = False,
    progress: Progress = SILENT,
) -> list[EmbeddingOutcome]:
    """Embed recordings by the encoders chosen, and return what became of each recording.

    Parameters
    ----------
    recordings : table with ``candidate`` and ``path``
    options : encoders, store and device
    skip_bad : whether to go on where a recording cannot be used
    progress : how many recordings are done

    Raises
    ------
    EncoderError, WeightsError
        If an encoder or its weights cannot be loaded.
    AudioError
        If a recording cannot be used, unless ``skip_bad``.
    """
    settings = EmbeddingSettings(
        store=options.store,
        encoders=encoder_choices(options, progress),
        device=best_device(options.device),
        workers=options.workers or default_workers(),
        min_seconds=options.min_seconds or MIN_SEGMENT_SECONDS,
        batch_size=options.batch_size,
        allow_cut=options.allow_cut,
        cluster=options.cluster,
    )
    return embed_missing(recordings, settings, skip_bad, progress)


def load_embedding(
    recording: Path | str, options: EmbeddingOptions = DEFAULT_OPTIONS
) -> np.ndarray:
    """Return the embedding of a sound file by one encoder, float32, shape (S, F, D).

    It is computed and stored, if the store lacks it.

    Parameters
    ----------
    recording : the sound file
    options : encoder, store and device

    Raises
    ------
    EncoderError, WeightsError
        If the encoder or its weights cannot be loaded, or several are named.
    AudioError
        If the recording cannot be used.
    """
    (embedding,) = load_embeddings([Path(recording)], options)
    return embedding


def load_embeddings(
    recordings: Sequence[Path], options: EmbeddingOptions, progress: Progress = SILENT
) -> Iterator[np.ndarray]:
    """Yield the embeddings of sound files, all embedded first; errors are those of one.

    Parameters
    ----------
    recordings : the sound files
    options : encoder, store and device
    progress : how many recordings are embedded
    """
    if len(options.encoders) != 1:
        raise EncoderError(
            Given(encoders=len(options.encoders)), "an array is of one encoder", "name one"
        )
    outcomes = embed(pd.DataFrame({"path": recordings}), options, progress=progress)
    sounds = {outcome.path: outcome.recording for outcome in outcomes}
    (choice,) = encoder_choices(options)
    cache_key, store = cache_key_with_weights_hash(choice), EmbeddingStore(options.store)
    encoder = code_encoder(choice)
    for path in recordings:
        stored = read_segments(store.load(cache_key, sounds[path]).segments)
        yield (stored if encoder is None else encoder.to_embedding(stored)).float().numpy()


def embedding_paths(recordings: Sequence[str], options: EmbeddingOptions) -> dict[str, list[str]]:
    """Return where the arrays of recordings are in the store, by encoder.

    Parameters
    ----------
    recordings : SHA-256 of each sound file; empty for one that was not embedded
    options : encoders and store, with which they were embedded
    """
    store, found = EmbeddingStore(options.store), {}
    for choice in encoder_choices(options):
        key = cache_key_with_weights_hash(choice)
        paths = [store.located(store.array(key, one)) if one else "" for one in recordings]
        found[key.encoder] = paths
    return found


def embed_missing(
    recordings: pd.DataFrame,
    settings: EmbeddingSettings,
    skip_bad: bool = False,
    progress: Progress = SILENT,
) -> list[EmbeddingOutcome]:
    """Embed those recordings that the store lacks, and return what became of each recording.

    Parameters
    ----------
    recordings : table with ``path``
    settings : encoders with their weights, store and device
    skip_bad : whether to go on where a recording cannot be used
    progress : how many recordings are done

    Raises
    ------
    AudioError
        If a recording cannot be used, unless ``skip_bad``.
    """
    outcomes = []
    with progress.start("embedding", total=len(recordings)):
        for outcome in embed_all(list(recordings["path"]), settings):
            if outcome.error is not None and not skip_bad:
                raise outcome.error
            outcomes.append(outcome)
            progress.advance()
    return outcomes


def embed_for_bank(
    recordings: pd.DataFrame,
    settings: EmbeddingSettings,
    progress: Progress = SILENT,
    segments_per_window: int = SEGMENTS_PER_WINDOW,
    padded: bool = False,
) -> tuple[BankSource, pd.DataFrame]:
    """Embed recordings by one encoder; return what their bank is opened from, and their table.

    The table has two more columns: ``recording`` is the SHA-256 of each file; ``cut_off`` what it
    lacks, if it was cut off.

    Parameters
    ----------
    recordings : table with ``candidate`` and ``path``
    settings : one encoder with its weights, store and device
    progress : how many recordings are done
    segments_per_window : how many segments in a row a window is
    padded : whether segments that a window lacks are zeros that count as sound

    Raises
    ------
    AudioError
        If a recording cannot be used.
    """
    outcomes = embed_missing(recordings, settings, progress=progress)
    by_path = {outcome.path: outcome for outcome in outcomes}
    named = recordings.assign(
        recording=[by_path[path].recording for path in recordings["path"]],
        cut_off=[by_path[path].cut_off for path in recordings["path"]],
    )
    (choice,) = settings.encoders
    each = tuple(zip(named["candidate"], named["recording"], strict=True))
    of_bank = (settings.store, choice, each, settings.device, segments_per_window, padded)
    return BankSource(*of_bank), named


def describe_cut_off(recordings: pd.DataFrame) -> tuple[str, ...]:
    """Return which recordings were cut off, each as a sentence.

    Parameters
    ----------
    recordings : table with ``path`` and ``cut_off``, as :func:`embed_for_bank` returns it
    """
    cut = recordings[recordings["cut_off"] != ""]
    return tuple(
        f"{path.name} was cut off: {lacks}. What there is of it was taken."
        for path, lacks in zip(cut["path"], cut["cut_off"], strict=True)
    )


def encoder_choices(
    options: EmbeddingOptions, progress: Progress = SILENT
) -> tuple[EncoderChoice, ...]:
    """Return the encoders chosen, with their weights files, front ends and precisions.

    Parameters
    ----------
    options : names of encoders, and what was chosen for them
    progress : where to show what a user must know of them

    Raises
    ------
    EncoderError, WeightsError
        If there is no such encoder, option or precision, or its weights are not on this disk.
    """
    specs = list({spec.given: spec for spec in map(spec_of, options.encoders)}.values())
    if options.weights is not None and len(specs) > 1:
        raise EncoderError(
            Given(weights=None), f"there are {len(specs)} encoders", "name one", key="one-encoder"
        )
    front_ends = parse_front_end_options(specs, options.front_end, options.as_published)
    device, store = best_device(options.device), EmbeddingStore(options.store)
    for spec in specs:
        remark_on_encoder(spec, progress)
    return tuple(
        with_precision(
            EncoderChoice(
                spec.given,
                weights_of(spec, options.weights, options.weights_dir),
                tuple(sorted(own.items())),
            ),
            device,
            options.precision,
            store,
        )
        for spec, own in zip(specs, front_ends, strict=True)
    )


def weights_of(spec: EncoderSpec, own: Path | None, folder: Path | None) -> Path | None:
    """Return the weights of an encoder: those named, else the published ones; None if none needed.

    Parameters
    ----------
    spec : the encoder
    own : weights that the user named
    folder : where published ones are; in the user's cache, if None

    Raises
    ------
    EncoderError
        If it has its weights in its own folder, and others are named.
    WeightsError
        If the published ones are not on this disk.
    """
    if own is not None and spec.folder is not None:
        raise EncoderError(
            Given(weights=None), f"{spec.name} has its own, in its folder", "leave it out"
        )
    return own or find_required_weights(spec, weights_folder(folder))


def remark_on_encoder(spec: EncoderSpec, progress: Progress) -> None:
    """Say what a user must know of an encoder, if there is anything."""
    if spec.remark:
        progress.remark(spec.remark)


def best_device(requested: str | None = None) -> str:
    """Return the device that is named, or cuda if there is a GPU, else cpu.

    Raises
    ------
    EncoderError
        If this machine has no such device.
    """
    known = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if requested is not None and requested.partition(":")[0] not in known:
        raise EncoderError(
            Given(device=requested), "this machine does not have it", f"choose {' or '.join(known)}"
        )
    return requested or known[-1]


def remove_damaged_embeddings(store: StorePlace) -> list[tuple[str, str]]:
    """Remove the damaged embeddings of a store; return where each was, and what is wrong."""
    embeddings = EmbeddingStore(store)
    damaged = list(embeddings.find_damaged())
    for array, _ in damaged:
        embeddings.remove(array)
    return [(embeddings.located(array), what) for array, what in damaged]
