"""The precision of an encoder's arithmetic: who decides it, and that it is what the key says."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from product import offer_product
from sounds import piano, write_sound

from ranking.audio.segments import stream_segments
from ranking.devices import capabilities
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash, load_encoders
from ranking.embeddings.embed import embed_recording
from ranking.embeddings.precision import with_precision
from ranking.embeddings.store import EmbeddingStore
from ranking.errors import EncoderError
from ranking.files.hashing import json_sha256


@pytest.fixture(autouse=True)
def product(tmp_path, monkeypatch):
    """An encoder that can do with bfloat16, offered by a package."""
    offer_product(monkeypatch, tmp_path / "site")


@pytest.fixture
def has_bfloat16(monkeypatch):
    """Says what this CPU can do."""

    def say(has: bool) -> None:
        monkeypatch.setattr(
            torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has}, raising=False
        )

    return say


@pytest.fixture
def recording(tmp_path):
    return write_sound(tmp_path / "one.flac", piano(20, 8_000), 8_000)


@pytest.mark.parametrize("has", [False, True])
def test_the_machines_flags_decide_where_nothing_else_does(has_bfloat16, has):
    """A CPU without bfloat16 emulates it, at several times the cost of float32."""
    has_bfloat16(has)
    expected = "bfloat16" if has else "float32"
    assert cache_key_with_weights_hash(EncoderChoice("product")).precision == expected
    assert load_encoders([EncoderChoice("product")])[0].cache_key.precision == expected
    assert with_precision(EncoderChoice("product"), "cpu").precision == expected
    assert with_precision(EncoderChoice("spectrogram"), "cpu").precision == "float32"


def test_the_flags_are_those_of_the_device(monkeypatch, has_bfloat16):
    has_bfloat16(False)
    for capability, expected in (((8, 0), "bfloat16"), ((7, 5), "float32")):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _, own=capability: own)
        assert with_precision(EncoderChoice("product"), "cuda").precision == expected
        assert cache_key_with_weights_hash(EncoderChoice("product"), "cuda").precision == expected


@pytest.mark.parametrize("has", [False, True])
@pytest.mark.parametrize("stored", ["float32", "bfloat16"])
def test_an_existing_store_decides_before_the_flags(recording, tmp_path, has_bfloat16, has, stored):
    store = EmbeddingStore(tmp_path / "store")
    has_bfloat16(has)
    embed_recording(recording, load_encoders([EncoderChoice("product", precision=stored)]), store)
    assert with_precision(EncoderChoice("product"), "cpu", store=store).precision == stored
    other = "float32" if stored == "bfloat16" else "bfloat16"
    asked = with_precision(EncoderChoice("product"), "cpu", requested=other, store=store)
    assert asked.precision == other
    another = EncoderChoice("product", front_end=(("left_channel", True),))
    flags = "bfloat16" if has else "float32"
    assert with_precision(another, "cpu", store=store).precision == flags


def test_of_two_precisions_in_a_store_the_flags_choose(recording, tmp_path, has_bfloat16):
    store, choice = EmbeddingStore(tmp_path / "store"), EncoderChoice("product")
    both = [replace(choice, precision=name) for name in ("float32", "bfloat16")]
    embed_recording(recording, load_encoders(both), store)
    for has, expected in ((False, "float32"), (True, "bfloat16")):
        has_bfloat16(has)
        assert with_precision(choice, "cpu", store=store).precision == expected


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_arithmetic_is_what_the_key_says(recording, tmp_path, precision):
    store = EmbeddingStore(tmp_path / "store")
    (loaded,) = load_encoders([EncoderChoice("product", precision=precision)])
    assert loaded.cache_key.precision == precision
    outcome = embed_recording(recording, [loaded], store)
    found = store.load(loaded.cache_key, outcome.recording).segments
    sound = np.stack([one.samples[8_000] for one in stream_segments(recording, (8_000,))])
    with torch.inference_mode():
        exact = loaded.encoder(torch.from_numpy(sound)).numpy()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            expected = loaded.encoder(torch.from_numpy(sound)).float().numpy()
    scale = np.abs(exact).max()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * scale)
    assert (np.abs(found - exact).max() > 3e-3 * scale) == (precision == "bfloat16")


def test_both_precisions_of_an_embedding_lie_side_by_side(recording, tmp_path):
    store, choice = EmbeddingStore(tmp_path / "store"), EncoderChoice("product")
    both = load_encoders([replace(choice, precision=name) for name in ("float32", "bfloat16")])
    assert embed_recording(recording, both[:1], store).status == "embedded"
    assert embed_recording(recording, both, store).status == "embedded"
    assert embed_recording(recording, both, store).status == "cached"


def test_what_was_stored_before_there_was_a_choice_is_found():
    """Keys of version 0.1.0: bfloat16 for Audio-MAE and MERT, float32 for the others."""
    folders = {
        name: cache_key_with_weights_hash(EncoderChoice(name, precision=precision)).earlier.folder
        for name, precision in (("spectrogram", "float32"), ("audiomae", "bfloat16"))
    }
    assert folders == {
        "spectrogram": "spectrogram-4d8f129f4f0f3727",
        "audiomae": "audiomae-2e381dd884d77aff",
    }


def test_an_encoder_is_not_run_in_less_than_it_needs(monkeypatch):
    with pytest.raises(EncoderError) as caught:
        with_precision(EncoderChoice("dac"), "cpu", requested="bfloat16")
    assert "dac needs float32" in caught.value.what
    with pytest.raises(EncoderError, match=r"precision half: no such precision; choose float32 or"):
        with_precision(EncoderChoice("product"), "cpu", requested="half")


def test_an_embedding_says_what_it_was_computed_with(recording, tmp_path):
    """Its bytes depend on it, beside sound and key."""
    store = EmbeddingStore(tmp_path / "store")
    (loaded,) = load_encoders([EncoderChoice("product")])
    outcome = embed_recording(recording, [loaded], store)
    embedding = store.load(loaded.cache_key, outcome.recording)
    assert embedding.computation == capabilities.computation_facts("cpu")
    assert list(store.find_damaged()) == []


def test_an_embedding_that_says_nothing_of_it_was_computed_on_a_cpu(recording, tmp_path):
    """As version 0.1.0 wrote them."""
    store = EmbeddingStore(tmp_path / "store")
    (loaded,) = load_encoders([EncoderChoice("product")])
    outcome = embed_recording(recording, [loaded], store)
    path = store.folder / loaded.cache_key.folder / f"{outcome.recording}.json"
    facts = json.loads(path.read_text())
    del facts["check"], facts["computation"]
    path.write_text(json.dumps({**facts, "check": json_sha256(facts)}))
    assert embed_recording(recording, [loaded], store).status == "cached"
    assert dict(store.load(loaded.cache_key, outcome.recording).computation) == {"device": "cpu"}
    assert list(store.find_damaged()) == []
