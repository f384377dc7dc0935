"""Encoders run on another device than the CPU, and wait for no value of it."""

import warnings
from importlib import import_module

import pytest
import torch
from fake_gpu import fake_gpu

from ranking.encoders import audiomae, dac, jukebox, load_encoder, mert

SMALL_MERT = {
    **mert.CONFIG,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": [16] * 7,
}


def small(name):
    return {
        "spectrogram": lambda: load_encoder("spectrogram"),
        "audiomae": lambda: audiomae.AudioMae({"embed_dim": 48, "depth": 1, "num_heads": 2}),
        "mert": lambda: mert.Mert(SMALL_MERT),
        "dac": lambda: dac.Dac(encoder_dim=4, decoder_dim=16, latent_dim=64),
        "jukebox": jukebox.Jukebox,
    }[name]().eval()


@pytest.fixture
def plain_snake(monkeypatch):
    """DAC's activation as Python: compiled, it would be compiled for the GPU that there is not."""

    def snake(x, alpha):
        return x + (alpha + 1e-9).reciprocal() * torch.sin(alpha * x).square()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old packages that the codec uses
        layers = import_module("dac.nn.layers")
    monkeypatch.setattr(layers, "snake", snake)


@pytest.mark.parametrize("name", ["spectrogram", "audiomae", "mert", "dac", "jukebox"])
def test_segments_on_a_gpu_stay_there(name, plain_snake):
    encoder = small(name)
    with fake_gpu() as gpu:
        segments = gpu.tensor(torch.zeros(2, 10 * encoder.sample_rate))
        stored = gpu.module(encoder).encode(segments)
    assert stored.device.type == "cuda"
    assert stored.shape[:2] == (2, encoder.spec.frames)


def test_codes_on_a_gpu_become_embeddings_there():
    encoder = small("dac")
    with fake_gpu() as gpu:
        codes = gpu.tensor(torch.zeros(3, 870, 9, dtype=torch.int16))
        z = gpu.module(encoder).to_embedding(codes)
    assert (z.device.type, z.shape) == ("cuda", (3, 870, 64))


@pytest.mark.parametrize("name", ["dac", "spectrogram"])
def test_a_segment_is_encoded_without_tf32(name, monkeypatch):
    encoder = small(name)
    seen = []
    module = next(one for one in encoder.modules() if not list(one.children()))
    module.register_forward_pre_hook(
        lambda *_: seen.append(torch.backends.cudnn.conv.fp32_precision)
    )
    with torch.no_grad():
        encoder(torch.zeros(1, 10 * encoder.sample_rate))
    assert seen
    assert set(seen) == {"ieee"}
