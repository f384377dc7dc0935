"""Models of transformers as encoders: small random ones, beside transformers itself."""

import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from sounds import piano
from transformers import (
    ASTConfig,
    ASTFeatureExtractor,
    ASTModel,
    HubertConfig,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2Model,
)

from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.hub import find_model
from ranking.errors import EncoderError, WeightsError

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "conv_dim": [8] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
KINDS = {"hubert": (HubertModel, HubertConfig), "wav2vec2": (Wav2Vec2Model, Wav2Vec2Config)}


def save(folder, kind="hubert", rate=8_000, normalise=True, **config):
    """A model with random weights, saved as its makers would; return it."""
    model, configuration = KINDS[kind]
    torch.manual_seed(1)
    made = model(configuration(**SMALL, **config)).eval()
    made.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=rate, do_normalize=normalise).save_pretrained(folder)
    return made


def sounds(rate=8_000, count=2):
    return np.stack([0.3 * piano(10, rate, seed) for seed in range(count)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalise", [True, False])
def test_the_embedding_is_that_of_transformers(tmp_path, kind, normalise):
    made = save(tmp_path, kind, normalise=normalise)
    encoder = load_encoder(f"hf:{tmp_path}")
    sound = sounds()
    with torch.inference_mode():
        embedding = encoder(torch.from_numpy(sound))
        mean, std = sound.mean(1, keepdims=True), np.sqrt(sound.var(1, keepdims=True) + 1e-7)
        inputs = torch.from_numpy((sound - mean) / std if normalise else sound)
        expected = made(inputs).last_hidden_state
    torch.testing.assert_close(embedding, expected, rtol=1e-4, atol=1e-4)
    own = encoder.spec
    assert (own.sample_rate, own.frames, own.dimension) == (8_000, *expected.shape[1:])
    assert own.name == f"hf:{tmp_path.name}"
    assert not encoder.training


def test_a_layer_is_chosen_by_its_number(tmp_path):
    made = save(tmp_path)
    sound = torch.from_numpy(sounds())
    normal = (sound - sound.mean(1, keepdim=True)) / sound.std(1, keepdim=True)
    with torch.inference_mode():
        layers = made(normal, output_hidden_states=True).hidden_states
        for layer in (0, 1, 2):
            embedding = load_encoder(f"hf:{tmp_path}", front_end={"layer": layer})(sound)
            torch.testing.assert_close(embedding, layers[layer], rtol=1e-3, atol=1e-3)
    with pytest.raises(EncoderError, match="no such layer; choose 0 to 2, or -1, the last"):
        load_encoder(f"hf:{tmp_path}", front_end={"layer": 3})


def test_the_cache_key_holds_configuration_weights_and_layer(tmp_path):
    def key(**front_end):
        spec = spec_of(f"hf:{tmp_path}/model")
        choice = EncoderChoice(spec.given, spec.folder, tuple(front_end.items()))
        return cache_key_with_weights_hash(choice)

    save(tmp_path / "model")
    first = key()
    assert first == key()
    keys = [first, key(layer=1)]
    save(tmp_path / "model", normalise=False)
    keys.append(key())
    save(tmp_path / "model", layerdrop=0.3)
    keys.append(key())
    (tmp_path / "model" / "README.md").write_text("of no consequence")
    assert key() == keys[-1]
    save(tmp_path / "model", "wav2vec2")
    keys.append(key())
    assert len({one.folder for one in keys}) == len(keys)
    assert first.folder.startswith("hf-model-")


def test_weights_of_pytorch_are_read_as_numbers_alone(tmp_path):
    made = save(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save(made.state_dict(), tmp_path / "pytorch_model.bin")
    sound = torch.from_numpy(sounds(count=1))
    with torch.inference_mode():
        assert load_encoder(f"hf:{tmp_path}")(sound).shape[2] == SMALL["hidden_size"]

    class Payload:
        def __reduce__(self):
            return (shutil.rmtree, (str(tmp_path / "victim"),))

    (tmp_path / "victim").mkdir()
    with (tmp_path / "pytorch_model.bin").open("wb") as file:
        pickle.dump(Payload(), file)
    with pytest.raises(EncoderError, match="transformers cannot load it"):
        load_encoder(f"hf:{tmp_path}")
    assert (tmp_path / "victim").is_dir()


def test_code_that_comes_with_a_model_is_not_run(tmp_path):
    save(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    config["model_type"] = "of-their-own"
    config["auto_map"] = {"AutoModel": "theirs.Model", "AutoConfig": "theirs.Config"}
    path.write_text(json.dumps(config))
    (tmp_path / "theirs.py").write_text("raise SystemExit('it was run')")
    with pytest.raises(EncoderError, match=r"hf:.*wrap it in a module with the HEAR interface"):
        load_encoder(f"hf:{tmp_path}")


def test_a_model_that_takes_no_waveform_is_refused(tmp_path):
    size = {**SMALL, "max_length": 128, "num_mel_bins": 32}
    for own in ("conv_dim", "num_conv_pos_embeddings", "num_conv_pos_embedding_groups"):
        del size[own]
    ASTModel(ASTConfig(**size)).save_pretrained(tmp_path)
    ASTFeatureExtractor(max_length=128, num_mel_bins=32).save_pretrained(tmp_path)
    with pytest.raises(EncoderError, match=r"makes something else than a waveform.*; wrap it in"):
        load_encoder(f"hf:{tmp_path}")


def test_weights_that_are_missing_are_not_left_at_random(tmp_path):
    save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["num_hidden_layers"] = 3
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match=r"do not fit the model: \d+ missing \(encoder.layers.2"):
        load_encoder(f"hf:{tmp_path}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./nowhere", "there is no such folder; check the path"),
        ("nobody/nothing", r"not in the cache of the Hugging Face Hub.*; fetch it, or name the"),
        ("../up/../", "there is no such folder"),
        ("a b", "this is no name of a model; write owner/model"),
        ("a/b/c", "this is no name of a model"),
        ("", "this is no name of a model"),
    ],
)
def test_what_is_not_there_is_named(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=words):
        spec_of(f"hf:{name}")


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("config.json", "no config.json is in it"),
        ("preprocessor_config.json", "no preprocessor_config.json is in it.*HEAR interface"),
        ("model.safetensors", "no weights are in it"),
    ],
)
def test_a_folder_that_lacks_a_part_is_refused(tmp_path, missing, words):
    save(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(WeightsError, match=words):
        find_model(str(tmp_path))


def test_damaged_weights_are_refused(tmp_path):
    save(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"none")
    with pytest.raises(EncoderError, match="transformers cannot load it"):
        load_encoder(f"hf:{tmp_path}")


def test_numbers_that_cannot_be_stored_are_refused(tmp_path):
    save(tmp_path)
    encoder = load_encoder(f"hf:{tmp_path}")
    encoder.network.encoder.layers[-1].final_layer_norm.weight.mul_(1e8)
    with pytest.raises(EncoderError, match=r"not finite or beyond 65504; choose another layer"):
        encoder.encode(torch.from_numpy(sounds(count=1)))
