"""HEAR modules as encoders: their numbers, cache keys, and what does not keep the interface."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hear_modules import CODE, levels
from sounds import piano, write_sound

from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.registry import is_wrapped
from ranking.errors import EncoderError


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "levels.py"
    path.write_text(CODE)
    return path


def changed(module, old, new):
    """The module with other code, as another file."""
    assert old in CODE
    path = module.with_name("changed.py")
    path.write_text(CODE.replace(old, new))
    return f"hear:{path}"


def test_a_module_embeds_as_it_does_by_itself(module):
    encoder = load_encoder(f"hear:{module}")
    sound = np.stack([piano(10, 8_000, seed) for seed in range(3)])
    embedding = encoder(torch.from_numpy(sound))
    expected = np.stack([levels(one) for one in sound])
    np.testing.assert_allclose(embedding.numpy(), expected, rtol=1e-6)
    own = encoder.spec
    assert (own.name, own.sample_rate, own.frames, own.dimension) == ("hear:levels", 8000, 100, 2)
    assert not encoder.training
    assert not any(weight.requires_grad for weight in encoder.parameters())


def test_weights_are_what_its_load_model_is_given(module, tmp_path):
    weights = tmp_path / "weight.txt"
    weights.write_text("3.0")
    assert load_encoder(f"hear:{module}", weights).network.weight == 3
    assert load_encoder(f"hear:{module}").network.weight == 1


def test_nothing_is_run_to_know_its_spec(module):
    module.write_text("raise SystemExit")
    assert spec_of(f"hear:{module}").name == "hear:levels"


def test_the_cache_key_holds_code_and_weights(module, tmp_path):
    def key(choice):
        return cache_key_with_weights_hash(choice)

    weights = tmp_path / "weight.txt"
    weights.write_text("3.0")
    plain = EncoderChoice(spec_of(f"hear:{module}").given)
    weighted = EncoderChoice(plain.encoder, weights)
    keys = [key(plain), key(weighted)]
    weights.write_text("4.0")
    keys.append(key(weighted))
    module.write_text(CODE.replace("HOP = 8_000, 800", "HOP = 8_000, 400"))
    keys.append(key(plain))
    assert len({one.folder for one in keys}) == len(keys)
    assert keys[0].folder.startswith("hear-levels-")
    assert {one.encoder for one in keys} == {"hear:levels"}  # and no path


def test_the_cache_keys_of_known_encoders_are_as_they_were():
    assert cache_key_with_weights_hash(EncoderChoice("spectrogram")).folder == (
        "spectrogram-ac81707a6a051ac0"
    )
    assert "module_sha256" not in cache_key_with_weights_hash(EncoderChoice("spectrogram")).record


@pytest.mark.slow
def test_it_is_embedded_by_several_processes_from_another_folder(module, tmp_path):
    """The working folder has files of the names that workers import, which are not run."""
    recordings = [
        write_sound(tmp_path / f"{name}.wav", piano(20, 8_000, seed), 8_000)
        for seed, name in enumerate(("ana", "bela"))
    ]
    here = tmp_path / "here"
    here.mkdir()
    for name in ("levels", "signal", "torch"):
        (here / f"{name}.py").write_text("raise SystemExit('from the working folder')")
    code = (
        "from pathlib import Path\n"
        "from ranking.embeddings.choice import EncoderChoice\n"
        "from ranking.embeddings.workers import EmbeddingSettings, embed_all\n"
        "if __name__ == '__main__':\n"
        f"    choice = EncoderChoice('hear:{module}')\n"
        f"    store = Path({str(tmp_path / 'store')!r})\n"
        "    settings = EmbeddingSettings(store, (choice,), workers=2)\n"
        f"    paths = [Path(path) for path in {list(map(str, recordings))}]\n"
        "    print(*sorted(one.status for one in embed_all(paths, settings)))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, "-P", str(script)],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "embedded embedded\n", done.stderr
    store, choice = EmbeddingStore(tmp_path / "store"), EncoderChoice(f"hear:{module}")
    (outcome,) = embed_all(recordings[:1], EmbeddingSettings(store.folder, (choice,)))
    assert outcome.status == "cached"
    stored = store.load(cache_key_with_weights_hash(choice), outcome.recording).segments
    sound = piano(20, 8_000, 0)
    expected = np.stack([levels(sound[:80_000]), levels(sound[80_000:])])
    np.testing.assert_allclose(np.asarray(stored), expected, atol=1e-3)  # float16


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def load_model", "def load", "it has no function load_model"),
        ("def get_timestamp_embeddings", "def get", "it has no function get_timestamp_embeddings"),
        ("sample_rate = RATE", "sample_rate = 22.5", "sample_rate is 22.5, no whole number"),
        ("sample_rate = RATE", "sample_rate = 0", "sample_rate is 0, no whole number"),
        ("timestamp_embedding_size = ", "other_size = ", "timestamp_embedding_size is None"),
        ("scene_embedding_size = 2", "scene_embedding_size = 3", r"have shape \(2, 100, 2\), not"),
        ("return embeddings, times", "return embeddings.numpy(), times", "are of type ndarray"),
        ("return embeddings, times", "return embeddings[0], times", "a tensor of 2 dimensions"),
        ("return embeddings, times", "return embeddings / 0, times", "not finite"),
        ("return embeddings, times", "return 1e6 * embeddings, times", "beyond 65504"),
        ("return embeddings, ", "return embeddings + embeddings.mean(0), ", "those beside it"),
        ("return embeddings, ", "return torch.rand_like(embeddings), ", "at random"),
        ("return embeddings, times", "return embeddings[:, :0], times", "have shape"),
        ("1000 * HOP", "HOP", "run from 0.05 to 9.95, not through 10,000 milliseconds"),
        ("* 1000 * HOP", "* -1000 * HOP", "timestamps do not increase"),
        ("times.expand(len(audio), -1)", "times", r"timestamps have shape \(100,\)"),
        ("times.expand(len(audio), -1)", "'now'", "timestamps are no numbers"),
        ("audio.unfold(1, HOP, HOP)", "audio.unfold(2, HOP, HOP)", "failed .IndexError"),
        ("return embeddings, ", "return ", "get_timestamp_embeddings failed|not a torch tensor"),
    ],
)
def test_what_does_not_keep_the_interface_is_refused_when_it_is_loaded(module, old, new, words):
    with pytest.raises(EncoderError, match=f"^hear:changed: .*{words}"):
        load_encoder(changed(module, old, new))


def test_weights_that_it_cannot_load_are_named(module, tmp_path):
    weights = tmp_path / "weight.txt"
    weights.write_text("none")
    with pytest.raises(EncoderError, match=r"load_model failed, given .*weight.txt \(ValueError"):
        load_encoder(f"hear:{module}", weights)


def test_frames_that_are_more_or_less_later_are_refused(module, monkeypatch):
    encoder = load_encoder(f"hear:{module}")
    monkeypatch.setattr(encoder._module, "HOP", 1600)
    with pytest.raises(EncoderError, match="it gave 50 frames of 10 s, and 100 before"):
        encoder.encode(torch.zeros(1, 80_000))


def test_a_name_with_a_colon_is_known_for_what_it_is():
    assert is_wrapped("hear:x")
    assert is_wrapped("HEAR:x")
    assert not is_wrapped("hear")
    assert not is_wrapped("spectrogram")
    with pytest.raises(EncoderError, match=r"no such encoder.*hear:MODULE"):
        spec_of("here:x")
