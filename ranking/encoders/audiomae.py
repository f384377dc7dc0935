"""Audio-MAE: a vision transformer that reads a filter bank as an image.

Conventions
-----------
16 kHz; Kaldi's filter bank of 128 mel bands every 10 ms (998 frames), zeros up to 1024, then
(x + 4.2677393) / (2 · 4.5689974) [1]_. Patches of 16 × 16; the output are the raw tokens of the
last block, without norm and without the class token: 512 of 768 dimensions, 64 in time by 8 in
frequency, time first. The paper's "pre-trained" weights are those fine-tuned on AudioSet.

The release of the paper took the left channel and its filter bank at 32 kHz, did not normalise it,
and scaled every segment to a peak of 0.5: options ``left_channel``, ``sample_rate``, ``normalise``,
``peak``. It removed a segment's mean before that, here it is removed after: where a recording has
an offset, filter banks differ by a gain.

References
----------
.. [1] P.-Y. Huang et al., "Masked autoencoders that listen", NeurIPS 2022.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pad

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.checkpoints import load_strictly, read_checkpoint, state_dict_of
from ranking.encoders.kaldi import kaldi_filter_banks
from ranking.encoders.spec import EncoderSpec, Weights

REPOSITORY = (
    "https://huggingface.co/gaunernst/vit_base_patch16_1024_128.audiomae_as2m_ft_as20k/resolve"
)
BIN_FILE = Weights(
    file="audiomae-as2m-ft-as20k.bin",
    url=f"{REPOSITORY}/3058f72115c8cd670377b9c36d5774cabfdd7ac7/pytorch_model.bin",
    size=344_000_000,
    licence="CC BY-NC 4.0",
    source="Meta, Audio-MAE, fine-tuned on AudioSet, as converted by gaunernst",
)
SAFETENSORS_FILE = replace(  # of no known commit
    BIN_FILE,
    file="audiomae-as2m-ft-as20k.safetensors",
    url=f"{REPOSITORY}/main/model.safetensors",
)
SPEC = EncoderSpec(
    name="audiomae",
    title="Audio-MAE ViT-B",
    sample_rate=16_000,
    frames=512,
    dimension=768,
    precision="bfloat16",
    licence="CC BY-NC 4.0",
    weights=replace(BIN_FILE, alternatives=(SAFETENSORS_FILE,)),
    front_end={"sample_rate": 16_000, "normalise": True, "peak": 0.0},
    as_published={
        "sample_rate": 32_000,
        "normalise": False,
        "peak": 0.5,
        "left_channel": True,
        "tails": False,
    },
)
N_MELS, N_FRAMES, HOP_SECONDS = 128, 1024, 0.01
MEAN, STD = -4.2677393, 4.5689974
CONFIG: Mapping[str, Any] = {"embed_dim": 768, "depth": 12, "num_heads": 12}
# of the decoder that pre-training needs, and of the norms and classes after the tokens
UNUSED = ("decoder", "mask_token", "norm.", "fc_norm.", "head.")


class AudioMae(SegmentEncoder):
    """The encoder of Audio-MAE, up to its last block."""

    spec = SPEC

    def __init__(self, config: Mapping[str, Any] = CONFIG, **front_end: Any) -> None:
        super().__init__()
        self.network = vision_transformer(config, num_classes=0)
        self.front_end = {**SPEC.front_end, **front_end}

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz of the segments that it takes."""
        return int(self.front_end["sample_rate"])

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, 512, 768)."""
        self.check(samples)
        return self.tokens(audiomae_filter_banks(samples, **self.front_end))

    def tokens(self, bank: Tensor) -> Tensor:
        """Return the tokens (B, 512, D) of filter banks (B, 1, 1024, 128)."""
        network: Any = self.network
        out: Tensor = network.get_intermediate_layers(bank, n=1, norm=False)[0]
        return out


def audiomae_filter_banks(
    segments: Tensor, sample_rate: float, normalise: bool, peak: float
) -> Tensor:
    """Return Kaldi filter banks (B, 1, 1024, 128) of segments.

    Parameters
    ----------
    segments : float32, shape (B, 10 · sample_rate)
    sample_rate : in Hz
    normalise : whether to subtract the mean and divide by twice the deviation of the training set
    peak : what the loudest sample of each segment is scaled to first; 0 leaves segments as they are
    """
    if peak:
        segments = segments * (peak / segments.abs().amax(dim=1, keepdim=True).clamp_min(1e-9))
    centred = segments - segments.mean(dim=1, keepdim=True)
    bank = kaldi_filter_banks(centred, sample_rate, N_MELS, HOP_SECONDS)[
        :, :N_FRAMES
    ]  # (B, 998, 128)
    bank = pad(bank, (0, 0, 0, N_FRAMES - bank.shape[1]))
    if normalise:
        bank = (bank - MEAN) / (2 * STD)
    return bank.unsqueeze(1)


def vision_transformer(config: Mapping[str, Any], num_classes: int) -> nn.Module:
    """Return the vision transformer that Audio-MAE's weights fit, key for key."""
    import timm  # seconds to load

    network: nn.Module = timm.create_model(
        "vit_base_patch16_224",
        img_size=(N_FRAMES, N_MELS),
        in_chans=1,
        num_classes=num_classes,
        global_pool="avg",
        **config,
    )
    return network


def load(path: Path, config: Mapping[str, Any] = CONFIG, **front_end: Any) -> AudioMae:
    """Return the encoder with the weights of a file: published, converted or fine-tuned.

    Raises
    ------
    WeightsError
        If the file cannot be read or holds other weights.
    """
    encoder = AudioMae(config, **front_end)
    encoder.network.fc_norm = nn.Identity()  # after the tokens
    load_strictly(encoder.network, state_dict_of(read_checkpoint(path), "model"), str(path), UNUSED)
    return freeze(encoder)
