"""Encoders: segments of sound to embeddings, an adapter a file.

A new one is a file here, with a ``SPEC`` and a function ``load``, and its name in :data:`ENCODERS`.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking.errors import EncoderError
from ranking.files.text import closest

if TYPE_CHECKING:
    from ranking.encoders.base import Encoder, EncoderSpec, Options

ENCODERS = ("spectrogram", "dac", "audiomae", "mert", "jukebox", "basicpitch")


def spec_of(name: str) -> "EncoderSpec":
    """Return what is known of an encoder; ``Audio-MAE`` and ``basic-pitch`` are names too.

    Raises
    ------
    EncoderError
        If there is none of that name, or what listens is not installed.
    """
    spec: EncoderSpec = _adapter(name).SPEC
    return spec


def load_encoder(
    name: str, weights: Path | None = None, front_end: "Options | None" = None
) -> "Encoder":
    """Return an encoder with the weights of a file.

    Parameters
    ----------
    weights : file, for all but the spectrogram
        Published ones, found by :func:`ranking.encoders.weights.find_weights`, or fine-tuned ones.
    front_end : options
        Those that differ from the default; what concerns the file and not the network is left out.

    Raises
    ------
    EncoderError
        If there is none of that name, or what listens is not installed.
    WeightsError
        If the file cannot be read or is for another encoder.
    """
    adapter = _adapter(name)
    own = adapter.SPEC.front_end
    options = {key: value for key, value in (front_end or {}).items() if key in own}
    given = () if adapter.SPEC.weights is None else (weights,)
    encoder: Encoder = adapter.load(*given, **options)
    return encoder


def _adapter(given: str) -> Any:
    name = given.lower().replace("-", "").replace("_", "")
    if name not in ENCODERS:
        raise EncoderError(
            f"--encoder {given}",
            f"no such encoder{closest(name, list(ENCODERS))}",
            f"choose {', '.join(ENCODERS)}",
        )
    try:
        return import_module(f"ranking.encoders.{name}")
    except ModuleNotFoundError as error:
        raise EncoderError(
            f"--encoder {name}",
            f"{error.name} is not installed",
            "install what listens: pip install 'judge[audio]'",
        ) from None
