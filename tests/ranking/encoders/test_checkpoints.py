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


def test_a_codec_with_unknown_settings_is_refused(tmp_path):
    torch.save({"state_dict": {}, "metadata": {"kwargs": {"colour": 3}}}, tmp_path / "d.pth")
    with pytest.raises(WeightsError, match="its settings fit no DAC"):
        dac.load(tmp_path / "d.pth")


def test_loaded_encoders_are_frozen(tmp_path):
    weights, _, _ = oracle("jukebox-encoder2")
    encoder = jukebox.load(saved(weights, tmp_path / "j.safetensors"))
    assert not encoder.training
    assert not any(weight.requires_grad for weight in encoder.parameters())
