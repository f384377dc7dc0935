"""Encoders give what the programs that published them give."""

import numpy as np
import pytest
import torch
from oracles import oracle, saved
from sounds import piano
from torchaudio.compliance.kaldi import fbank
from torchaudio.transforms import MelSpectrogram

from ranking.encoders import ENCODERS, audiomae, dac, jukebox, load_encoder, mert, spec_of

SMALL_DAC = {"encoder_dim": 8, "decoder_dim": 32, "latent_dim": 1024}


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.no_grad():
        yield


def segments(sample_rate, count=1):
    return torch.from_numpy(np.stack([piano(10, sample_rate, seed) for seed in range(count)]))


def test_audiomae_tokens_and_logits(tmp_path):
    weights, known, config = oracle("audiomae-tiny")
    small = {key: config[key] for key in ("embed_dim", "depth", "num_heads")}
    encoder = audiomae.load(saved(weights, tmp_path / "a.safetensors"), small)
    tokens = encoder.tokens(known["input"])
    torch.testing.assert_close(tokens, known["tokens"], rtol=0, atol=1e-4)
    whole = audiomae.vision_transformer(small, config["num_classes"]).eval()
    whole.load_state_dict(weights, strict=True)
    torch.testing.assert_close(whole(known["input"]), known["logits"], rtol=0, atol=1e-4)


def test_mert_last_hidden_state(tmp_path):
    weights, known, config = oracle("mert-tiny")
    small = {key: config[key] for key in (*mert.CONFIG, "conv_dim")}
    encoder = mert.load(saved(weights, tmp_path / "m.safetensors"), small)
    torch.testing.assert_close(encoder.frames(known["input"]), known["output"], rtol=0, atol=1e-5)


def test_mert_is_the_same_from_a_file_with_the_old_names(tmp_path):
    weights, known, config = oracle("mert-tiny")
    old = {new: name for name, new in mert.WEIGHT_NORM_NAMES.items()}
    renamed = {}
    for key, value in weights.items():
        stem = next((key.removesuffix(new) + old[new] for new in old if key.endswith(new)), key)
        renamed[stem] = value
    assert any(key.endswith("weight_g") for key in renamed)
    torch.save(renamed, tmp_path / "m.bin")
    small = {key: config[key] for key in (*mert.CONFIG, "conv_dim")}
    encoder = mert.load(tmp_path / "m.bin", small)
    torch.testing.assert_close(encoder.frames(known["input"]), known["output"], rtol=0, atol=1e-5)


def test_jukebox_top_level(tmp_path):
    weights, known, _ = oracle("jukebox-encoder2")
    encoder = jukebox.load(saved(weights, tmp_path / "j.safetensors"))
    frames = encoder.frames(known["input"]).transpose(1, 2)
    torch.testing.assert_close(frames, known["output"], rtol=0, atol=1e-6)
    assert sum(weight.numel() for weight in encoder.parameters()) == 168_224


@pytest.fixture
def small_dac(tmp_path):
    """A codec with random weights, saved as the codec's own tools do."""
    torch.manual_seed(0)
    network = dac.Dac(**SMALL_DAC).network.eval()
    path = tmp_path / "dac.pth"
    torch.save({"state_dict": network.state_dict(), "metadata": {"kwargs": SMALL_DAC}}, path)
    return network, dac.load(path)


@pytest.mark.slow
def test_dac_codes_and_z_are_the_codecs_own(small_dac):
    network, encoder = small_dac
    sound = segments(44_100, 2)
    stored = encoder.encode(sound)
    assert stored.shape == (2, 870, 9)
    for number, segment in enumerate(sound):
        pieces = segment.reshape(10, 1, 44_100)
        z, codes, *_ = network.encode(network.preprocess(pieces, 44_100))
        assert torch.equal(stored[number].T.long(), codes.transpose(0, 1).flatten(1))
        own = z.transpose(1, 2).flatten(0, 1)
        torch.testing.assert_close(
            encoder.to_embedding(stored[number : number + 1])[0], own, atol=1e-5, rtol=0
        )


@pytest.mark.slow
def test_z_of_any_codes_is_the_codecs_own(small_dac):
    network, encoder = small_dac
    codes = torch.randint(0, 1024, (2, 870, 9), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        own = network.quantizer.from_codes(codes.transpose(1, 2))[0].transpose(1, 2)
    for kind in (torch.int16, torch.int32):
        z = encoder.to_embedding(codes.to(kind))
        torch.testing.assert_close(z, own, atol=1e-5, rtol=0)


def test_dac_codes_take_at_most_16_kb_a_segment(small_dac):
    stored = small_dac[1].encode(segments(44_100))
    assert int(stored.max()) < 2**16
    assert stored.numel() * 2 <= 16_000


def test_the_filter_bank_is_kaldis(tmp_path):
    sound = segments(16_000, 2)
    bank = audiomae.audiomae_filter_banks(sound, sample_rate=16_000, normalise=True, peak=0.0)
    assert bank.shape == (2, 1, 1024, 128)
    for number, segment in enumerate(sound):
        reference = fbank(
            (segment - segment.mean()).unsqueeze(0),
            htk_compat=True,
            sample_frequency=16_000,
            use_energy=False,
            window_type="hanning",
            num_mel_bins=128,
            dither=0.0,
            frame_shift=10,
        )
        own = bank[number, 0] * 2 * 4.5689974 - 4.2677393
        torch.testing.assert_close(own[:998], reference, rtol=0, atol=1e-4)
        assert own[998:].abs().max() < 1e-5


def test_the_spectrogram_is_torchaudios_mel():
    sound = segments(24_000)
    with pytest.warns(UserWarning, match="mel filterbank"):
        mel = MelSpectrogram(24_000, n_fft=400, hop_length=160, n_mels=128)
    reference = mel(sound)[..., :1500]
    published = load_encoder("spectrogram", front_end=spec_of("spectrogram").as_published)(sound)
    torch.testing.assert_close(published, reference)
    default = load_encoder("spectrogram")(sound)
    torch.testing.assert_close(default, reference.transpose(1, 2).clamp_min(1e-10).log())


def test_the_published_front_end_of_audiomae_differs_where_it_should():
    sound = segments(32_000)
    published = {name: audiomae.SPEC.as_published[name] for name in audiomae.SPEC.front_end}
    bank = audiomae.audiomae_filter_banks(sound, **published)
    louder = audiomae.audiomae_filter_banks(3 * sound, **published)
    torch.testing.assert_close(bank, louder, rtol=0, atol=1e-3)  # every segment at one peak
    assert bank[..., :998, :].mean() < -1  # not normalised


def full_size(name):
    if name == "mert":
        return mert.Mert()
    return {
        "spectrogram": lambda: load_encoder("spectrogram"),
        "audiomae": audiomae.AudioMae,
        "dac": dac.Dac,
        "jukebox": jukebox.Jukebox,
    }[name]()


SLOW = ("dac", "mert")  # half a minute of networks drawn at full size


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in ENCODERS
        if name not in ("basicpitch", "controls")  # of the whole recording
    ],
)
def test_shapes_at_full_size(name):
    """Table 1 and the numbers of frames known of each."""
    spec = spec_of(name)
    embedding = full_size(name).eval()(segments(spec.sample_rate))
    assert embedding.shape == (1, spec.frames, spec.dimension)
    assert embedding.isfinite().all()


def test_table_1():
    """Paper, Table 1: frames a second, dimensions."""
    sample_rates = {
        "jukebox": (345, 64),
        "mert": (75, 1024),
        "audiomae": (51.2, 768),
        "dac": (87, 1024),
    }
    for name, (frames, dimension) in {**sample_rates, "spectrogram": (150, 128)}.items():
        spec = spec_of(name)
        assert spec.frames / 10 == pytest.approx(frames, rel=0.002)
        assert spec.dimension == dimension


def test_a_network_in_training_mode_is_refused():
    encoder = jukebox.Jukebox().train()
    with pytest.raises(ValueError, match="jukebox is in training mode"):
        encoder(segments(44_100))


def test_segments_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 441000\), not \(B, 240000\)"):
        load_encoder("spectrogram")(segments(44_100))
