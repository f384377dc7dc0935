"""HEAR modules: any encoder that has the interface of the HEAR benchmark, wrapped.

Conventions
-----------
A module has ``load_model(path)``, whose model has ``sample_rate`` and ``timestamp_embedding_size``,
and ``get_timestamp_embeddings(sound, model)``: of sound of shape (B, N), float32, it returns
embeddings (B, T, D) and when each frame is, in milliseconds [1]_. How many frames a segment has the
interface does not say: it is tried out on segments of 10 s, when the model is loaded, alone and
together, which has to give the same. Where no weights are named, it is ``load_model("")``.
The module is code that the user named, and is run; it reads its weights in its own way.

References
----------
.. [1] HEAR: Holistic Evaluation of Audio Representations, "Common API", https://hearbenchmark.com/hear-api
"""

from dataclasses import replace
from operator import index
from pathlib import Path
from types import ModuleType
from typing import Any, SupportsIndex

import torch
from torch import Tensor, nn

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.encoders.base import LARGEST_STORED, SegmentEncoder, freeze
from ranking.encoders.checkpoints import DAMAGED, reason_of
from ranking.encoders.named_modules import find_module, import_named
from ranking.encoders.spec import EncoderSpec, wrapped_spec
from ranking.errors import EncoderError

PREFIX = "hear:"
TOLERANCE = 0.01  # of the largest value: batches are added up in another order
NEEDED = ("load_model", "get_timestamp_embeddings")
MILLISECONDS = 1000 * SEGMENT_SECONDS
RAISED = (*DAMAGED, OSError, ArithmeticError)
"""What a module of somebody else's may raise of sound or weights that it cannot use."""
CORRECT = "correct the module, by the common API of HEAR"


class HearEncoder(SegmentEncoder):
    """A model of a HEAR module.

    Parameters
    ----------
    spec : what is known before the model is loaded
    module : the module
    model : what its ``load_model`` returned

    Raises
    ------
    EncoderError
        If what it gives of a trial segment is not what the interface says.
    """

    def __init__(self, spec: EncoderSpec, module: ModuleType, model: Any) -> None:
        super().__init__()
        self.spec = spec
        self._module = module
        if isinstance(model, nn.Module):
            self.network = model  # goes to the device with the encoder
        self._model = (model,)  # a tuple: torch would take it for a part a second time
        freeze(self)
        rate, dimension = (
            _whole_number(spec, model, name) for name in ("sample_rate", "timestamp_embedding_size")
        )
        self.spec = replace(spec, sample_rate=rate, dimension=dimension)
        noise = torch.Generator().manual_seed(0)
        trial = 0.1 * torch.randn(2, SEGMENT_SECONDS * rate, generator=noise)
        with torch.inference_mode():
            embeddings, timestamps = self._embed(trial)
            self.spec = replace(self.spec, frames=embeddings.shape[1])
            self._check_timestamps(timestamps, embeddings)
            alone = self.encode(trial[:1])
        if not torch.allclose(alone[0], embeddings[0], 0, TOLERANCE * float(alone.abs().max())):
            raise self._wrong("a segment's embedding changes with those beside it, or at random")

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, T, D)."""
        self.check(samples)
        embeddings, _ = self._embed(samples)
        if embeddings.shape[1] != self.spec.frames:
            what = f"it gave {embeddings.shape[1]} frames of 10 s, and {self.spec.frames} before"
            raise self._wrong(what)
        return embeddings

    def _embed(self, samples: Tensor) -> tuple[Tensor, Any]:
        try:
            given = self._module.get_timestamp_embeddings(samples.float(), self._model[0])
            embeddings, timestamps = given
        except RAISED as error:
            raise self._wrong(f"get_timestamp_embeddings failed ({reason_of(error)})") from None
        size = (len(samples), self.spec.dimension)
        if not isinstance(embeddings, Tensor) or embeddings.ndim != 3:
            raise self._wrong(f"embeddings are {_kind(embeddings)}, not a torch tensor (B, T, D)")
        if (len(embeddings), embeddings.shape[2]) != size or not embeddings.shape[1]:
            shape = tuple(embeddings.shape)
            raise self._wrong(f"embeddings have shape {shape}, not ({size[0]}, T, {size[1]})")
        embeddings = embeddings.detach().to(samples.device).float()
        if not bool((embeddings.abs() <= LARGEST_STORED).all()):
            raise self._wrong(
                f"embeddings hold values that are not finite or beyond {LARGEST_STORED:g}"
            )
        return embeddings, timestamps

    def _check_timestamps(self, timestamps: Any, embeddings: Tensor) -> None:
        """Refuse times of frames that do not rise through the trial segment."""
        try:
            times = torch.as_tensor(timestamps, dtype=torch.float64, device="cpu")
        except RAISED as error:
            raise self._wrong(f"timestamps are no numbers ({reason_of(error)})") from None
        if times.shape != embeddings.shape[:2]:
            wanted = tuple(embeddings.shape[:2])
            raise self._wrong(f"timestamps have shape {tuple(times.shape)}, not {wanted}")
        if not bool((times.diff(dim=1) > 0).all()):
            raise self._wrong("timestamps do not increase")
        first, last = float(times.min()), float(times.max())
        hop = MILLISECONDS / times.shape[1]
        if not (-hop <= first and MILLISECONDS / 2 <= last <= MILLISECONDS + hop):
            raise self._wrong(
                f"timestamps of 10 s run from {first:g} to {last:g}, not through "
                f"{MILLISECONDS:,} milliseconds"
            )

    def _wrong(self, what: str) -> EncoderError:
        return EncoderError(self.spec.name, what, CORRECT)


def spec_of(given: str) -> EncoderSpec:
    """Return what is known of an encoder ``hear:MODULE`` without running it.

    Raises
    ------
    EncoderError
        If there is no such module.
    """
    module = find_module(given, given.partition(":")[2])
    return wrapped_spec(
        f"{PREFIX}{module.name}",
        f"HEAR module {module.name}",
        source=given if module.installed else f"{PREFIX}{module.root}",
        module_sha256=module.sha256,
        remark=f"The code of {PREFIX}{module.name} is run, as you named it: {module.root}.",
    )


def load(spec: EncoderSpec, weights: Path | None = None) -> HearEncoder:
    """Return the encoder of a module, which is run.

    Parameters
    ----------
    spec : from :func:`spec_of`
    weights : what the module's ``load_model`` is given; None: an empty text

    Raises
    ------
    EncoderError
        If the module cannot be imported, lacks a function, or one does not do what it should.
    """
    module = import_named(find_module(spec.name, spec.source.partition(":")[2]))
    for name in NEEDED:
        if not callable(getattr(module, name, None)):
            raise EncoderError(spec.name, f"it has no function {name}", CORRECT)
    try:
        model = module.load_model("" if weights is None else str(weights))
    except RAISED as error:
        given = "no weights" if weights is None else str(weights)
        raise EncoderError(
            spec.name,
            f"load_model failed, given {given} ({reason_of(error)})",
            "name the weights that it needs, or correct the module",
            key="weights-of-module",
        ) from None
    return HearEncoder(spec, module, model)


def _whole_number(spec: EncoderSpec, model: Any, name: str) -> int:
    value = getattr(model, name, None)
    if not isinstance(value, SupportsIndex) or index(value) < 1:
        raise EncoderError(
            spec.name, f"its model's {name} is {value!r}, no whole number above 0", CORRECT
        )
    return index(value)


def _kind(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of {value.ndim} dimensions"
    return f"of type {type(value).__name__}"
