"""Models of transformers that take the waveform: HuBERT, Wav2Vec 2.0, WavLM and the like.

Conventions
-----------
Sample rate and normalisation are those of the model's feature extractor, which is called with each
segment of 10 s as it is: nothing is padded. The embedding is the last hidden state (B, T, D), or by
option ``layer`` another: 1 is after the first block, 0 before it, -1 the last. How many frames a
segment has, a trial segment shows when the model is loaded.
Its code is that of the installed transformers, never code that came with the model. Weights are
safetensors, or else a PyTorch file, read as numbers alone [1]_. Models that take anything but a
waveform, or give anything else, are refused: a module with the HEAR interface can wrap them.

References
----------
.. [1] transformers, PreTrainedModel.from_pretrained, ``use_safetensors`` and ``weights_only``.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.encoders.base import LARGEST_STORED, SegmentEncoder, freeze
from ranking.encoders.checkpoints import DAMAGED, reason_of
from ranking.encoders.hub import find_model, weights_files
from ranking.encoders.named_modules import is_path
from ranking.encoders.spec import EncoderSpec, wrapped_spec
from ranking.errors import EncoderError, Given, WeightsError

PREFIX = "hf:"
LAST_LAYER = -1
OPTIONS = {"layer": LAST_LAYER}
UNUSED = {"masked_spec_embed"}  # of training alone: not every file has it
WRAP_IT = "wrap it in a module with the HEAR interface, which hear: takes"


class TransformersEncoder(SegmentEncoder):
    """A model of transformers with its feature extractor.

    Parameters
    ----------
    spec : what is known before the model is loaded
    network : the model
    extractor : its feature extractor
    layer : number of the hidden state

    Raises
    ------
    EncoderError
        If the extractor gives no waveform, the model no (B, T, D), or there is no such layer.
    """

    def __init__(self, spec: EncoderSpec, network: Any, extractor: Any, layer: int) -> None:
        super().__init__()
        self.spec, self.layer, self._extractor = spec, layer, extractor
        self.network = network
        rate = getattr(extractor, "sampling_rate", None)
        if not isinstance(rate, int) or rate < 1:
            raise EncoderError(spec.name, "its feature extractor has no sample rate", WRAP_IT)
        self.spec = replace(spec, sample_rate=rate)
        freeze(self)
        noise = torch.Generator().manual_seed(0)
        trial = 0.1 * torch.randn(1, SEGMENT_SECONDS * rate, generator=noise)
        with torch.inference_mode():
            embedding = self._hidden_state(trial)
        if not isinstance(embedding, Tensor) or embedding.ndim != 3 or len(embedding) != 1:
            raise EncoderError(spec.name, "it gives no hidden state of shape (B, T, D)", WRAP_IT)
        _, frames, dimension = embedding.shape
        self.spec = replace(self.spec, frames=frames, dimension=dimension)

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, T, D)."""
        self.check(samples)
        embedding: Tensor = self._hidden_state(samples)
        if not bool((embedding.abs() <= LARGEST_STORED).all()):
            what = f"its hidden state has values that are not finite or beyond {LARGEST_STORED:g}"
            raise EncoderError(self.spec.name, what, "choose another layer")
        return embedding

    def _hidden_state(self, samples: Tensor) -> Any:
        """The hidden state of segments, after their feature extractor."""
        inputs = self._normalised(samples).to(samples.device)
        with_layers = self.layer != LAST_LAYER
        try:
            out = self.network(inputs, output_hidden_states=with_layers)
        except (*DAMAGED, NotImplementedError) as error:
            what = f"it cannot encode 10 s of a waveform ({reason_of(error)})"
            raise EncoderError(self.spec.name, what, WRAP_IT) from None
        if not with_layers:
            return getattr(out, "last_hidden_state", None)
        layers = getattr(out, "hidden_states", None) or ()
        if not 0 <= self.layer < len(layers):
            raise EncoderError(
                Given(front_end=f"layer={self.layer}"),
                f"{self.spec.name} has no such layer",
                f"choose 0 to {len(layers) - 1}, or {LAST_LAYER}, the last",
            )
        return layers[self.layer]

    def _normalised(self, samples: Tensor) -> Tensor:
        sounds = list(samples.float().cpu().numpy())
        try:
            given = self._extractor(
                sounds, sampling_rate=self.sample_rate, padding=False, return_tensors="pt"
            )
            inputs = given.get("input_values")
        except (*DAMAGED, NotImplementedError) as error:
            what = f"its feature extractor failed ({reason_of(error)})"
            raise EncoderError(self.spec.name, what, WRAP_IT) from None
        if not isinstance(inputs, Tensor) or inputs.shape != samples.shape:
            what = "its feature extractor makes something else than a waveform of the same length"
            raise EncoderError(self.spec.name, what, WRAP_IT)
        return inputs


def spec_of(given: str) -> EncoderSpec:
    """Return what is known of an encoder ``hf:NAME`` or ``hf:./folder`` without loading it.

    Raises
    ------
    WeightsError
        If it is not on this disk.
    """
    text = given.partition(":")[2]
    folder, revision = find_model(text)
    name = PREFIX + (folder.name if is_path(text) else text.partition("@")[0])
    return wrapped_spec(
        name,
        f"model {name.removeprefix(PREFIX)} of transformers",
        front_end=OPTIONS,
        source=f"{PREFIX}{folder if is_path(text) else text}",
        folder=folder,
        remark=f"{name} is revision {revision} of the model." if revision else "",
    )


def load(
    spec: EncoderSpec, weights: Path | None = None, layer: int = LAST_LAYER
) -> TransformersEncoder:
    """Return the encoder of a model on disk.

    Parameters
    ----------
    spec : from :func:`spec_of`
    weights : the model's folder; None: the one of the spec
    layer : number of the hidden state, as the module says

    Raises
    ------
    EncoderError
        If the model cannot be used so.
    WeightsError
        If its weights are missing, damaged or others.
    """
    folder = weights or spec.folder
    if folder is None:
        raise ValueError(f"{spec.name} has no folder")
    network, extractor = _from_folder(spec, folder)
    return TransformersEncoder(spec, network, extractor, layer)


def _from_folder(spec: EncoderSpec, folder: Path) -> tuple[Any, Any]:
    """Model and feature extractor; code in the folder is not run."""
    from transformers import AutoFeatureExtractor, AutoModel

    extractors: Any = AutoFeatureExtractor  # has no types
    safe = any(path.suffix == ".safetensors" for path in weights_files(folder))
    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with _quiet():
        try:
            extractor = extractors.from_pretrained(folder, **offline)
        except (*DAMAGED, OSError) as error:
            what = f"it has no feature extractor that transformers knows ({reason_of(error)})"
            raise EncoderError(spec.name, what, WRAP_IT) from None
        try:
            network, facts = AutoModel.from_pretrained(
                folder,
                use_safetensors=safe,
                weights_only=True,
                output_loading_info=True,
                dtype=torch.float32,
                **offline,
            )
        except (*DAMAGED, OSError, UnpicklingError) as error:
            what = f"transformers cannot load it without running its code ({reason_of(error)})"
            raise EncoderError(spec.name, what, WRAP_IT) from None
    missing = sorted(set(facts["missing_keys"]) - UNUSED)
    if missing:
        raise WeightsError(
            str(folder),
            f"these weights do not fit the model: {len(missing)} missing ({missing[0]})",
            "save the whole model there",
        )
    return network, extractor


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the bars and reports of transformers, which are not for the user of this program."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
