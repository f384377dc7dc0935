"""Encoders by name.

A new one of the program's own is a module in this package, with a ``SPEC`` and a function ``load``,
and its name in :data:`ENCODERS`; other packages offer such a module by an entry point
``judge.encoders``, whose name is that of the ``SPEC``. A user may name others by what they are,
:data:`WRAPPED`: these are wrapped, and never loaded because a file names them.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ranking.encoders.spec import EncoderSpec, FrontEndOptions, wrapped_spec
from ranking.encoders.weights_lock import lock_first_use
from ranking.errors import EncoderError, Given
from ranking.files.registry import Registry
from ranking.files.text import did_you_mean, escape_controls

if TYPE_CHECKING:
    from ranking.encoders.base import Encoder

OWN = ("spectrogram", "dac", "audiomae", "mert", "jukebox", "basicpitch", "controls")
ENCODERS: Registry[ModuleType] = Registry(
    "types:ModuleType",
    "judge.encoders",
    {name: f"ranking.encoders.{name}" for name in OWN},
    EncoderError,
)
WRAPPERS = {"hear": "ranking.encoders.hear", "hf": "ranking.encoders.hugging_face"}
"""Modules that wrap what a user names, by what stands before the colon."""
MODELS = "hf:"
"""What stands before the names of models that can be fetched."""
WRAPPED = {
    "hear:MODULE": wrapped_spec(
        "hear:MODULE", "any module with the HEAR interface, installed or ./file.py, which is run"
    ),
    "hf:NAME": wrapped_spec(
        "hf:NAME",
        "any model of transformers that takes the waveform, by its name on the Hub or as ./folder",
        front_end={"layer": -1},
    ),
}
"""Kinds of encoders that the program does not know: how a user names them."""


def spec_of(name: str) -> EncoderSpec:
    """Return the spec of an encoder; ``Audio-MAE`` and ``basic-pitch`` are names too.

    Nothing of a wrapped one is loaded: how large its embeddings are, the loaded one knows.

    Raises
    ------
    EncoderError
        If there is none of that name, it is no encoder, or a package that it needs is missing.
    """
    wrapper = _wrapper(name)
    spec: EncoderSpec = _module(name).SPEC if wrapper is None else wrapper.spec_of(name)
    return spec


def is_wrapped(name: str) -> bool:
    """Return whether a name is of an encoder that a user brings, and a file may not name."""
    kind, colon, _ = name.partition(":")
    return bool(colon) and kind.lower() in WRAPPERS


def load_encoder(
    name: str, weights: Path | None = None, front_end: FrontEndOptions | None = None
) -> "Encoder":
    """Return an encoder with the weights of a file.

    Parameters
    ----------
    name : name of the encoder, however it is capitalised and hyphenated
    weights : file of weights, for encoders that have weights
        Published ones, found by :func:`ranking.encoders.weights.find_required_weights`, or
        fine-tuned ones.
    front_end : options of the front end that differ from the default
        Those that concern the sound file, and not the network, are ignored.

    Raises
    ------
    EncoderError
        If there is none of that name, it is no encoder, or a package that it needs is missing.
    WeightsError
        If the file cannot be read or is for another encoder.

    Examples
    --------
    >>> import torch
    >>> from ranking import load_encoder
    >>> encoder = load_encoder("spectrogram")
    >>> segments = torch.zeros(2, 10 * encoder.spec.sample_rate)
    >>> encoder.encode(segments).shape
    torch.Size([2, 1500, 128])
    """
    wrapper = _wrapper(name)
    if wrapper is not None:
        spec = wrapper.spec_of(name)
        wrapped: Encoder = wrapper.load(spec, weights, **_own_options(spec, front_end))
        return wrapped
    module = _module(name)
    options = _own_options(module.SPEC, front_end)
    given = () if module.SPEC.weights is None else (weights,)
    try:
        encoder: Encoder = module.load(*given, **options)
    except ModuleNotFoundError as error:
        raise _not_installed(module.SPEC.name, error) from None
    if weights is not None and module.SPEC.weights is not None:
        lock_first_use(module.SPEC.weights, weights)
    return encoder


def _wrapper(name: str) -> ModuleType | None:
    """The module that wraps an encoder of a user's, None where the encoder is known."""
    return import_module(WRAPPERS[name.partition(":")[0].lower()]) if is_wrapped(name) else None


def _own_options(spec: EncoderSpec, front_end: FrontEndOptions | None) -> FrontEndOptions:
    """Options that concern the network."""
    return {key: value for key, value in (front_end or {}).items() if key in spec.front_end}


def _module(given: str) -> ModuleType:
    known = {_plain(name): name for name in reversed([*ENCODERS])}  # the program's own come first
    name = known.get(_plain(given))
    if name is None:
        raise EncoderError(
            Given(encoder=escape_controls(given)),
            f"no such encoder{did_you_mean(_plain(given), list(ENCODERS))}",
            f"choose {', '.join([*ENCODERS, *WRAPPED])}",
        )
    try:
        module = ENCODERS[name]
    except ModuleNotFoundError as error:
        raise _not_installed(name, error) from None
    except OSError as error:  # a compiled library of a package
        raise _not_loadable(name, error) from None
    spec = getattr(module, "SPEC", None)
    if not (isinstance(spec, EncoderSpec) and spec.name == name and hasattr(module, "load")):
        raise EncoderError(
            f"judge.encoders entry point {name} = {module.__name__}",
            f"it is no module with a SPEC of the name {name} and a function load",
            "correct or remove the package that offers it",
        )
    return module


def _not_installed(encoder: str, error: ModuleNotFoundError) -> EncoderError:
    extras = "audio,dac" if encoder == "dac" else "audio"
    return EncoderError(
        Given(encoder=encoder),
        f"{error.name} is not installed",
        f"install what it needs: pip install 'judge[{extras}]'",
    )


def _not_loadable(encoder: str, error: OSError) -> EncoderError:
    cause = error.__cause__ or error  # torch's own error names the file alone
    return EncoderError(
        Given(encoder=encoder),
        f"a library that it needs cannot be loaded ({cause})",
        "install packages that are made for each other: pip install -U 'judge[audio]'",
    )


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
