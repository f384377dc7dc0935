"""Weights files are read without trust and loaded without gaps."""

import argparse
import os
import pickle

import pytest
import torch
from oracles import oracle, saved

from ranking.encoders import audiomae, dac, jukebox
from ranking.encoders.checkpoints import read_checkpoint
from ranking.errors import WeightsError


class Bomb:
    """Makes a file appear when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.system, (f"touch {self.path}",))


@pytest.mark.parametrize("writer", ["torch", "pickle"])
def test_a_malicious_pickle_is_refused_and_does_nothing(tmp_path, writer):
    created = tmp_path / "created"
    path = tmp_path / "evil.pth"
    if writer == "torch":
        torch.save({"model": Bomb(created)}, path)
    else:
        path.write_bytes(pickle.dumps({"model": Bomb(created)}))
    with pytest.raises(WeightsError, match="reading this file would run code that came with it"):
        read_checkpoint(path)
    assert not created.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pth", b""),
        ("a.pth", b"no weights at all"),
        ("a.safetensors", b"{}"),
        ("a.bin", b"PK\3\4"),
    ],
)
def test_what_is_no_weights_file_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=r"no weights file|would run code"):
        read_checkpoint(tmp_path / name)


def test_a_missing_file_and_a_bare_tensor_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="there is no such file"):
        read_checkpoint(tmp_path / "none.pth")
    torch.save(torch.zeros(3), tmp_path / "bare.pth")
    with pytest.raises(WeightsError, match="it holds no named weights"):
        read_checkpoint(tmp_path / "bare.pth")


def audiomae_tiny():
    weights, known, config = oracle("audiomae-tiny")
    return weights, known, {key: config[key] for key in ("embed_dim", "depth", "num_heads")}


@pytest.mark.slow
def test_a_pre_training_checkpoint_loads_with_its_decoder_and_arguments(tmp_path):
    """As Audio-MAE's own script writes it: model, optimiser, argparse's record."""
    weights, known, config = audiomae_tiny()
    kept = {key: value for key, value in weights.items() if not key.startswith(("head", "fc_"))}
    model = {**kept, "norm.weight": torch.ones(48), "mask_token": torch.zeros(1, 1, 16)}
    model["decoder_blocks.0.norm1.weight"] = torch.ones(16)
    path = tmp_path / "checkpoint-59.pth"
    torch.save({"model": model, "epoch": 59, "args": argparse.Namespace(lr=1e-4)}, path)
    tokens = audiomae.load(path, config).tokens(known["input"])
    torch.testing.assert_close(tokens, known["tokens"], rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("pos_embed"), r"1 missing \(pos_embed\)"),
        (lambda state: state.update(extra=torch.ones(2)), r"1 unexpected \(extra\)"),
        (lambda state: state.update(cls_token=torch.ones(1, 1, 4)), r"another shape \(cls_token\)"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, change, words):
    weights, _, config = audiomae_tiny()
    change(weights)
    with pytest.raises(WeightsError, match=words):
        audiomae.load(saved(weights, tmp_path / "a.safetensors"), config)


def test_weights_of_another_encoder_are_refused(tmp_path):
    weights, _, _ = oracle("jukebox-encoder2")
    path = saved(weights, tmp_path / "j.safetensors")
    with pytest.raises(WeightsError, match="is this file for another encoder"):
        audiomae.load(path)
    with pytest.raises(WeightsError, match="is this file for another encoder"):
        jukebox.load(saved(oracle("audiomae-tiny")[0], tmp_path / "a.safetensors"))


def test_audiomae_is_the_same_from_a_bin_file_and_from_safetensors(tmp_path):
    weights, known, config = audiomae_tiny()
    torch.save(weights, tmp_path / "pytorch_model.bin")
    tokens = audiomae.load(tmp_path / "pytorch_model.bin", config).tokens(known["input"])
    torch.testing.assert_close(tokens, known["tokens"], rtol=0, atol=1e-4)
    other = audiomae.load(saved(weights, tmp_path / "model.safetensors"), config)
    assert torch.equal(other.tokens(known["input"]), tokens)


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"candidate,name\nanna,Anna\n", b"hello", b"I1\n.", b"(lp0\n.", b"\x80\x02."]
)
def test_a_text_file_is_no_weights_file(tmp_path, content, ending):
    path = tmp_path / f"weights{ending}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights\..*: (it is no|it holds no|reading this)"):
        read_checkpoint(path)


@pytest.mark.slow
def test_a_bin_file_that_would_run_code_is_refused(tmp_path):
    created = tmp_path / "created"
    torch.save({"cls_token": Bomb(created)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"would run code .* ask who made it for a safetensors"):
        audiomae.load(tmp_path / "pytorch_model.bin")
    assert not created.exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(tmp_path, value):
    weights, _, config = audiomae_tiny()
    weights["pos_embed"][0, 3, 2] = value
    with pytest.raises(WeightsError, match=r"1 of its weights .* not finite \(pos_embed\); fetch"):
        audiomae.load(saved(weights, tmp_path / "a.safetensors"), config)


SMALL_DAC = {"encoder_dim": 4, "decoder_dim": 16, "latent_dim": 1024}


@pytest.fixture(scope="module")
def codec():
    """The state dict of a codec with few channels."""
    return dac.Dac(**SMALL_DAC).network.state_dict()


def write_codec(path, state, settings):
    torch.save({"state_dict": state, "metadata": {"kwargs": settings}}, path)
    return path


def test_settings_that_the_codec_does_not_know_are_dropped(tmp_path, codec):
    """As audiotools does: its training scripts write more than the network takes."""
    settings = {**SMALL_DAC, "colour": 3, "quantizer_dropout": 0.5}
    loaded = dac.load(write_codec(tmp_path / "d.pth", codec, settings))
    assert loaded.network.state_dict().keys() == codec.keys()
    assert not loaded.training


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"sample_rate": 24_000, "encoder_rates": [2, 4, 5, 8], "n_codebooks": 32},
            "sample_rate is 24000, not 44100, hop_length is 320, not 512, n_codebooks is 32, not",
        ),
        ({"latent_dim": 128, "n_codebooks": 18}, "n_codebooks is 18, not 9, latent_dim is 128"),
        ({"sample_rate": 16_000}, "sample_rate is 16000, not 44100"),
        ({"n_codebooks": 12}, "n_codebooks is 12, not 9"),
        ({"codebook_size": 512}, "codebook_size is 512, not 1024"),
        ({"latent_dim": None, "encoder_dim": 4}, "latent_dim is 64, not 1024"),
    ],
    ids=["24 kHz", "16 kbps", "rate", "codebooks", "codebook size", "latent"],
)
def test_another_codec_is_refused_by_what_differs(tmp_path, codec, settings, words):
    path = write_codec(tmp_path / "d.pth", codec, {**SMALL_DAC, **settings})
    with pytest.raises(WeightsError, match=rf"it is another codec: .*{words}.*; fetch the weights"):
        dac.load(path)


def test_a_codec_with_weights_that_are_no_numbers_is_refused(tmp_path, codec):
    name = "quantizer.quantizers.3.codebook.weight"
    state = {**codec, name: torch.full_like(codec[name], float("nan"))}
    with pytest.raises(WeightsError, match=rf"1 of its weights .* not finite \({name}\)"):
        dac.load(write_codec(tmp_path / "d.pth", state, SMALL_DAC))


@pytest.mark.parametrize(
    "metadata",
    [
        [1, 2],
        "44khz",
        torch.zeros(2),
        {"kwargs": None},
        {"kwargs": [64]},
        *(
            {"kwargs": {**SMALL_DAC, name: value}}
            for name, value in (
                ("encoder_rates", "2488"),
                ("encoder_rates", []),
                ("encoder_rates", [512, 0]),
                ("encoder_rates", 512),
                ("decoder_rates", [10**9]),
                ("encoder_dim", -8),
                ("encoder_dim", 10**9),
                ("encoder_dim", 8.5),
                ("decoder_dim", True),
                ("n_codebooks", None),
                ("n_codebooks", "9"),
                ("codebook_dim", [8, 8]),
                ("codebook_dim", 0),
                ("sample_rate", torch.tensor([44_100])),
            )
        ),
    ],
    ids=lambda metadata: str(metadata)[-40:],
)
def test_odd_metadata_of_a_codec_are_an_error_of_three_parts(tmp_path, codec, metadata):
    torch.save({"state_dict": codec, "metadata": metadata}, tmp_path / "d.pth")
    with pytest.raises(WeightsError) as caught:
        dac.load(tmp_path / "d.pth")
    assert caught.value.where == str(tmp_path / "d.pth")
    assert "codec" in caught.value.what
    assert caught.value.remedy


def test_a_codec_without_metadata_is_the_published_one_or_none(tmp_path, codec):
    torch.save({"state_dict": codec}, tmp_path / "d.pth")
    with pytest.raises(WeightsError, match="is this file for another encoder"):
        dac.load(tmp_path / "d.pth")


def test_loaded_encoders_are_frozen(tmp_path):
    weights, _, _ = oracle("jukebox-encoder2")
    encoder = jukebox.load(saved(weights, tmp_path / "j.safetensors"))
    assert not encoder.training
    assert not any(weight.requires_grad for weight in encoder.parameters())
