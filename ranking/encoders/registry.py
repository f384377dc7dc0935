"""Encoders by name.

A new one of the program's own is a module in this room, with a ``SPEC`` and a function ``load``,
and its name in :data:`ENCODERS`; other packages offer such a module by an entry point
``judge.encoders``, whose name is that of the ``SPEC``.
"""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ranking.encoders.spec import EncoderSpec, Options
from ranking.errors import EncoderError, Given
from ranking.files.registry import Registry
from ranking.files.text import closest, printable

if TYPE_CHECKING:
    from ranking.encoders.base import Encoder

OWN = ("spectrogram", "dac", "audiomae", "mert", "jukebox", "basicpitch")
ENCODERS: Registry[ModuleType] = Registry(
    "types:ModuleType",
    "judge.encoders",
    {name: f"ranking.encoders.{name}" for name in OWN},
    EncoderError,
)


def spec_of(name: str) -> EncoderSpec:
    """Return what is known of an encoder; ``Audio-MAE`` and ``basic-pitch`` are names too.

    Raises
    ------
    EncoderError
        If there is none of that name, it is no encoder, or what listens is not installed.
    """
    spec: EncoderSpec = _adapter(name).SPEC
    return spec


def load_encoder(
    name: str, weights: Path | None = None, front_end: Options | None = None
) -> "Encoder":
    """Return an encoder with the weights of a file.

    Parameters
    ----------
    weights : file, for those that have weights
        Published ones, found by :func:`ranking.encoders.weights.find_weights`, or fine-tuned ones.
    front_end : options
        Those that differ from the default; what concerns the file and not the network is left out.

    Raises
    ------
    EncoderError
        If there is none of that name, it is no encoder, or what listens is not installed.
    WeightsError
        If the file cannot be read or is for another encoder.
    """
    adapter = _adapter(name)
    own = adapter.SPEC.front_end
    options = {key: value for key, value in (front_end or {}).items() if key in own}
    given = () if adapter.SPEC.weights is None else (weights,)
    encoder: Encoder = adapter.load(*given, **options)
    return encoder


def _adapter(given: str) -> ModuleType:
    known = {_plain(name): name for name in reversed([*ENCODERS])}  # the program's own come first
    name = known.get(_plain(given))
    if name is None:
        raise EncoderError(
            Given(encoder=printable(given)),
            f"no such encoder{closest(_plain(given), list(ENCODERS))}",
            f"choose {', '.join(ENCODERS)}",
        )
    try:
        adapter = ENCODERS[name]
    except ModuleNotFoundError as error:
        raise EncoderError(
            Given(encoder=name),
            f"{error.name} is not installed",
            "install what listens: pip install 'judge[audio]'",
        ) from None
    spec = getattr(adapter, "SPEC", None)
    if not (isinstance(spec, EncoderSpec) and spec.name == name and hasattr(adapter, "load")):
        raise EncoderError(
            f"judge.encoders entry point {name} = {adapter.__name__}",
            f"no module with a SPEC, of an encoder called {name}, and a function load",
            "mend or remove the package that offers it",
        )
    return adapter


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
