"""The trained networks that encoders need: which there are, and where they lie."""

from pathlib import Path

import pandas as pd

from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.front_end import written
from ranking.encoders.spec import EncoderSpec
from ranking.encoders.weights import megabytes


def weights_folder(given: Path | None = None) -> Path:
    """Return the folder given, or the one in the user's cache."""
    if given is not None:
        return given
    from platformdirs import user_cache_path

    return user_cache_path("judge") / "weights"


def list_weights(folder: Path) -> pd.DataFrame:
    """Return a row for each encoder: title, licence, front end, and where its weights are."""
    return pd.DataFrame([_row(spec_of(name), folder) for name in ENCODERS])


def _row(spec: EncoderSpec, folder: Path) -> dict[str, object]:
    row = {
        "encoder": spec.name,
        "title": spec.title,
        "licence": spec.licence,
        "front_end": written(spec.options),
    }
    own = spec.weights
    if own is None:
        return {**row, "here": True, "state": "needs no weights", "size": 0}
    path = folder / own.file
    here = path.is_file()
    state = f"here: {path}" if here else f"not here: {megabytes(own.size)} from {own.source}"
    return {
        **row,
        "here": here,
        "state": state,
        "size": own.size,
        "url": own.url,
        "sha256": own.sha256,
        "path": str(path),
    }
