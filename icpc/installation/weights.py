"""The trained weights of encoders: which there are, and where they are on disk."""

from pathlib import Path

import pandas as pd

from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.front_end import format_front_end_options
from ranking.encoders.registry import WRAPPED
from ranking.encoders.spec import EncoderSpec
from ranking.encoders.weights import find_weights, format_size
from ranking.errors import WeightsError

NAMED_BY_USER = {"here": None, "state": "as you name it"}


def weights_folder(requested: Path | None = None) -> Path:
    """Return the folder of weights files: the one requested, or the one in the user's cache."""
    if requested is not None:
        return requested
    from platformdirs import user_cache_path

    return user_cache_path("judge") / "weights"


def weights_folder_to_write(requested: Path | None = None) -> Path:
    """Return the folder that weights are downloaded to.

    Raises
    ------
    WeightsError
        If none is requested, and the user has no home folder.
    """
    folder = weights_folder(requested)
    if requested is None and not folder.is_absolute():  # it would be a folder of the name ~
        raise WeightsError(
            "weights", "you have no home folder to keep them in", "name a folder", key="no-home"
        )
    return folder


def list_weights(folder: Path) -> pd.DataFrame:
    """Return a row for each encoder: title, licence, front end, and where its weights are.

    Kinds of encoders that a user may bring follow.
    """
    rows = [_row(spec_of(name), folder) for name in ENCODERS]
    rows += [{**_row(spec, folder), **NAMED_BY_USER} for spec in WRAPPED.values()]
    return pd.DataFrame(rows)


def _row(spec: EncoderSpec, folder: Path) -> dict[str, object]:
    row = {
        "encoder": spec.name,
        "title": spec.title,
        "licence": spec.licence,
        "front_end": format_front_end_options(spec.options),
    }
    own = spec.weights
    if own is None:
        return {**row, "here": True, "state": "needs no weights", "size": 0}
    found = find_weights(own, folder)
    own, path = found or (own, folder / own.file)
    here = found is not None
    state = f"here: {path}" if here else f"not here: {format_size(own.size)} from {own.source}"
    return {
        **row,
        "here": here,
        "state": state,
        "size": own.size,
        "url": own.url,
        "sha256": own.sha256,
        "path": str(path),
    }
