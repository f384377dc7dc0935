"""MERT-v1-330M: a HuBERT trained on music.

Conventions
-----------
24 kHz, sound as it is (no normalisation), the last hidden state: 749 frames of 1024. The published
file has HuBERT's layout, with group norm in the first convolution and layer norm before each block.
Its positional convolution is stored as ``weight_g`` and ``weight_v``, which PyTorch now calls by
other names: they are renamed, else that layer would stay random.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.checkpoints import load_strictly, read_checkpoint, state_dict_of
from ranking.encoders.spec import EncoderSpec, Weights

SPEC = EncoderSpec(
    name="mert",
    title="MERT-v1-330M",
    sample_rate=24_000,
    frames=749,
    dimension=1024,
    precision="bfloat16",
    licence="CC BY-NC 4.0",
    weights=Weights(
        file="mert-v1-330m.bin",
        url="https://huggingface.co/m-a-p/MERT-v1-330M/resolve/"
        "6d2dcaa611e802fd0dc71adbd415e76a76223054/pytorch_model.bin",
        size=1_260_000_000,
        licence="CC BY-NC 4.0",
        source="m-a-p/MERT-v1-330M",
        sha256="0c03774d821a6ad972cb48220b128a10ebea2c790116bd0fd35e5a013f8017f6",
    ),
)
CONFIG: Mapping[str, Any] = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "conv_dim": [512] * 7,
    "feat_extract_norm": "group",
    "do_stable_layer_norm": True,
    "conv_bias": False,
}
WEIGHT_NORM_NAMES = {
    "weight_g": "parametrizations.weight.original0",
    "weight_v": "parametrizations.weight.original1",
}


class Mert(SegmentEncoder):
    """The transformer with its convolutional front end."""

    spec = SPEC

    def __init__(self, config: Mapping[str, Any] = CONFIG) -> None:
        from transformers import HubertConfig, HubertModel  # seconds to load

        super().__init__()
        self.network = HubertModel(HubertConfig(**config))

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, 749, 1024)."""
        self.check(samples)
        return self.frames(samples)

    def frames(self, samples: Tensor) -> Tensor:
        """Return (B, T, 1024) of sound of any length."""
        out: Tensor = self.network(samples).last_hidden_state
        return out


def load(path: Path, config: Mapping[str, Any] = CONFIG) -> Mert:
    """Return the encoder with the weights of a file.

    Raises
    ------
    WeightsError
        If the file cannot be read or holds other weights.
    """
    encoder = Mert(config)
    load_strictly(
        encoder.network, rename_weight_norm(state_dict_of(read_checkpoint(path))), str(path)
    )
    return freeze(encoder)


def rename_weight_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict with the positional convolution under PyTorch's present names."""
    new = {}
    for key, value in state.items():
        stem, _, last = key.rpartition(".")
        new[f"{stem}.{WEIGHT_NORM_NAMES[last]}" if last in WEIGHT_NORM_NAMES else key] = value
    return new
