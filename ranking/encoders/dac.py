"""The Descript Audio Codec: nine codebooks, 87 frames a second.

Conventions
-----------
44.1 kHz. A segment goes in as ten blocks of one second, each padded to 87 hops of 512 samples: 870
frames of 1024 dimensions [1]_. The embedding z is the sum of the nine quantised codes, a function
of nine numbers of ten bits per frame: those are stored, 15.7 kB a segment instead of 3.6 MB.
Arithmetic is float32: in half precision some codes come out otherwise.
The codec's tools write the settings of a network beside its weights. Those that it does not take
are dropped, as audiotools does; another codec, such as those of 24 kHz or of 16 kbps, is refused by
what differs.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 1.
"""

import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ranking.devices.precision import full_float32
from ranking.encoders.base import CodeEncoder, freeze
from ranking.encoders.checkpoints import load_strictly, read_checkpoint, state_dict_of
from ranking.encoders.spec import EncoderSpec, Weights
from ranking.errors import WeightsError
from ranking.files.text import escape_controls

SPEC = EncoderSpec(
    name="dac",
    title="Descript Audio Codec 44.1 kHz",
    sample_rate=44_100,
    frames=870,
    dimension=1024,
    precision="float32",
    licence="MIT",
    weights=Weights(
        file="dac-44khz-0.0.1.pth",
        url="https://github.com/descriptinc/descript-audio-codec/releases/download/0.0.1/weights.pth",
        size=306_717_287,
        licence="MIT",
        source="Descript, descript-audio-codec 0.0.1",
        sha256="a88eed82a7024ccc1facdb1e605c4c2f99281c8118c22c9895ffa846d8fb61aa",
    ),
    stored="codes",
    codebooks=9,
)
BLOCKS = 10  # of a segment
CODEC: Mapping[str, int] = {
    "sample_rate": 44_100,
    "hop_length": 512,
    "n_codebooks": 9,
    "codebook_size": 1024,
    "latent_dim": 1024,
}
"""What codes and embeddings depend on, by the codec's own names: 44.1 kHz, 8 kbps."""


class Dac(CodeEncoder):
    """The codec's encoder and quantiser."""

    spec = SPEC

    def __init__(self, **config: Any) -> None:
        super().__init__()
        with _without_warnings():
            self.network = _codec_class()(**config)
        self._projection: nn.Linear | None = None

    def encode(self, samples: Tensor) -> Tensor:
        """Return codes (B, 870, 9), int32 from 0 to 1023."""
        self.check(samples)
        network: Any = self.network
        blocks = samples.reshape(len(samples) * BLOCKS, 1, SPEC.sample_rate)  # (B*10, 1, 44100)
        padded = network.preprocess(blocks, SPEC.sample_rate)
        with torch.autocast(samples.device.type, enabled=False), full_float32():
            codes = network.encode(padded)[1]  # (B*10, 9, 87)
        codebooks = codes.shape[1]
        out: Tensor = codes.transpose(1, 2).reshape(len(samples), -1, codebooks).int()
        return out

    @property
    def projection(self) -> nn.Linear:
        """The output projections of all codebooks as one: z is their sum."""
        if self._projection is None:
            self._projection = self._joined_projection()  # a part of the module, moved with it
        return self._projection

    def codebook_vectors(self, stored: Tensor) -> Tensor:
        """Return the vectors (B, 870, 9 · 8) of codes (B, 870, 9)."""
        codes = stored.long().unbind(-1)
        own = zip(self._quantizers, codes, strict=True)
        return torch.cat([one.codebook(code) for one, code in own], dim=-1)

    @property
    def _quantizers(self) -> Sequence[Any]:
        network: Any = self.network
        quantizers: Sequence[Any] = network.quantizer.quantizers
        return quantizers

    @torch.no_grad()
    def _joined_projection(self) -> nn.Linear:
        projections = [one.out_proj for one in self._quantizers]
        for one in projections:  # a weight norm computes the weight when the layer is called
            one(one.bias.new_zeros(1, one.in_channels, 1))
        weight = torch.cat([one.weight[..., 0] for one in projections], dim=1)
        bias = torch.stack([one.bias for one in projections]).sum(dim=0)
        joined = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
        joined.weight = nn.Parameter(weight, requires_grad=False)
        joined.bias = nn.Parameter(bias, requires_grad=False)
        return joined


def load(path: Path) -> Dac:
    """Return the encoder with the weights of a file: published, or fine-tuned by the codec's tools.

    Raises
    ------
    WeightsError
        If the file cannot be read, or holds other weights or another codec.
    """
    checkpoint = read_checkpoint(path)
    state = state_dict_of(checkpoint, "state_dict")
    settings = _settings(checkpoint, path)
    _refuse_other_codecs(settings, path)
    sizes = {size for weights in state.values() for size in weights.shape}
    own = (settings["encoder_dim"], settings["decoder_dim"], *_numbers(settings["codebook_dim"]))
    if not sizes.issuperset(own):  # a network of such a size need not fit into memory
        raise WeightsError(
            str(path),
            "its settings are those of a codec of another size than its weights",
            "is this file for another encoder?",
        )
    encoder = Dac(**settings)
    load_strictly(encoder.network, state, str(path))
    return freeze(encoder)


def _settings(checkpoint: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The settings of a file that the network takes, defaults among them."""
    metadata = checkpoint.get("metadata", {})
    given = metadata.get("kwargs", {}) if isinstance(metadata, Mapping) else None
    if not isinstance(given, Mapping):
        raise _odd(path, "they are no settings by name")
    known = inspect.signature(_codec_class()).parameters
    defaults = {name: one.default for name, one in known.items()}
    settings = defaults | {name: value for name, value in given.items() if name in known}
    settings.pop("quantizer_dropout")  # of training alone
    if settings["latent_dim"] is None:
        settings.pop("latent_dim")
    for name, value in settings.items():
        if not _is_size(name, value):
            raise _odd(path, f"{name} is {escape_controls(repr(value)[:40])}")
    return settings


def _is_size(name: str, value: Any) -> bool:
    """Whether a setting is a positive whole number, or a list where it may be one."""
    listed = isinstance(value, list | tuple)
    if listed != name.endswith("rates") and name != "codebook_dim":
        return False
    least = 2 if name.endswith("rates") else 1
    numbers = _numbers(value)
    return bool(numbers) and all(type(one) is int and one >= least for one in numbers)


def _refuse_other_codecs(settings: Mapping[str, Any], path: Path) -> None:
    """Refuse settings whose codes or embeddings would be others."""
    rates, decoder_rates = settings["encoder_rates"], settings["decoder_rates"]
    latent_dim = settings["encoder_dim"] * 2 ** len(rates)
    found = {"latent_dim": latent_dim, **settings, "hop_length": prod(rates)}
    differing = [
        f"{name} is {found[name]}, not {own}" for name, own in CODEC.items() if found[name] != own
    ]
    if prod(decoder_rates) != prod(rates):
        differing.append(f"its decoder's hop_length is {prod(decoder_rates)}, not {prod(rates)}")
    dims = _numbers(settings["codebook_dim"])
    if len(dims) not in (1, settings["n_codebooks"]):
        differing.append(f"codebook_dim has {len(dims)} numbers, not {settings['n_codebooks']}")
    if differing:
        raise WeightsError(
            str(path),
            f"it is another codec: {', '.join(differing)}",
            "fetch the weights of 44.1 kHz and 8 kbps, or give ones that were fine-tuned from them",
        )


def _numbers(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _odd(path: Path, what: str) -> WeightsError:
    return WeightsError(
        str(path), f"its metadata are not those of a codec: {what}", "is this file for DAC?"
    )


def _codec_class() -> Any:
    with _without_warnings():
        from dac import DAC  # seconds to load

    return DAC


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep those of old packages that the codec uses to themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
