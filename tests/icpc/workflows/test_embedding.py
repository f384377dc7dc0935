"""Encoders as a user chooses them, and a store that is checked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from product import offer_product
from sounds import piano, write_sound

from icpc.workflows.embedding import (
    best_device,
    embed,
    encoder_choices,
    load_embedding,
    remove_damaged_embeddings,
)
from icpc.workflows.settings import EmbeddingOptions
from ranking.audio.segments import stream_segments
from ranking.encoders import load_encoder
from ranking.errors import AudioError, EncoderError


def test_an_encoder_is_chosen_once_with_its_front_end():
    options = EmbeddingOptions(("spectrogram", "spectrogram"), front_end=("log=no",))
    (choice,) = encoder_choices(options)
    assert (choice.encoder, choice.weights) == ("spectrogram", None)
    assert dict(choice.front_end) == {"log": False}


def test_weights_go_with_one_encoder():
    with pytest.raises(EncoderError, match="weights: there are 2 encoders; name one"):
        encoder_choices(EmbeddingOptions(("spectrogram", "mert"), weights=Path("mine")))


@pytest.fixture
def without_bfloat16(tmp_path, monkeypatch):
    """A CPU that emulates bfloat16, and an encoder that can do with it."""
    offer_product(monkeypatch, tmp_path / "site")
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)


def test_precision_is_what_is_asked_for_or_stored_or_suits_the_machine(tmp_path, without_bfloat16):
    options = EmbeddingOptions(("product",), store=tmp_path / "store", device="cpu", workers=1)
    assert encoder_choices(options)[0].precision == "float32"
    asked = replace(options, precision="bfloat16")
    assert encoder_choices(asked)[0].precision == "bfloat16"
    sound = write_sound(tmp_path / "ann.wav", np.sin(np.arange(90_000)), 8000)
    embed(pd.DataFrame({"candidate": ["ann"], "path": [sound]}), asked)
    assert encoder_choices(options)[0].precision == "bfloat16"
    with pytest.raises(EncoderError, match="precision bfloat16: dac needs float32; choose float32"):
        encoder_choices(EmbeddingOptions(("dac",), weights=sound, precision="bfloat16"))


def test_a_device_that_is_not_here_is_refused():
    assert best_device("cpu") == "cpu"
    with pytest.raises(EncoderError, match="device tpu: this machine does not have it; choose cpu"):
        best_device("tpu")


def test_recordings_are_embedded_and_what_is_damaged_is_removed(tmp_path):
    rng = np.random.default_rng(0)
    write_sound(tmp_path / "ann.wav", 0.1 * rng.standard_normal(3 * 8000), 8000)
    (tmp_path / "bob.wav").write_text("Dear diary")
    table = pd.DataFrame({"candidate": ["ann", "bob"], "path": sorted(tmp_path.glob("*.wav"))})
    options = EmbeddingOptions(store=tmp_path / "store", workers=1)
    with pytest.raises(AudioError, match="bob"):
        embed(table, options)
    statuses = [outcome.status for outcome in embed(table, options, skip_bad=True)]
    assert statuses == ["cached", "invalid"]
    assert remove_damaged_embeddings(tmp_path / "store") == []
    (array,) = (tmp_path / "store").glob("*/*.npy")
    array.write_bytes(array.read_bytes()[:-1] + b"x")
    assert [path for path, _ in remove_damaged_embeddings(tmp_path / "store")] == [str(array)]
    assert not array.exists()


def test_an_embedding_is_an_array_of_all_segments_of_a_sound_file(tmp_path):
    """Beside the encoder called directly."""
    path = write_sound(tmp_path / "a.wav", piano(24, 24_000), 24_000)
    found = load_embedding(path, EmbeddingOptions(store=tmp_path / "store"))
    segments = [one.samples[24_000] for one in stream_segments(path, [24_000])]
    assert len(found) == 3
    expected = load_encoder("spectrogram")(torch.from_numpy(np.stack(segments)))
    np.testing.assert_allclose(found, expected.numpy(), atol=0.02)  # float16
    with pytest.raises(EncoderError, match="an array is of one encoder; name one"):
        load_embedding(path, EmbeddingOptions(("spectrogram", "controls")))
