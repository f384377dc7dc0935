"""Encoders are found by name, also those that other packages offer."""

import sys
from importlib import import_module

import pytest
from plugins import offer_encoders

from ranking.encoders import ENCODERS, load_encoder, registry, spec_of
from ranking.errors import EncoderError

FLAT = '''
"""A file and a line: an encoder of one number."""

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.spec import EncoderSpec

SPEC = EncoderSpec(
    name="flat-one",
    title="one number",
    sample_rate=8_000,
    frames=1,
    dimension=1,
    precision="float32",
    licence="none needed",
    front_end={"offset": 0.0},
)


class Flat(SegmentEncoder):
    spec = SPEC

    def __init__(self, offset=0.0):
        super().__init__()
        self.offset = offset

    def encode(self, samples):
        self.check(samples)
        return samples.abs().mean(dim=1).view(-1, 1, 1) + self.offset


def load(offset=0.0):
    return freeze(Flat(offset))
'''


def test_names_are_found_however_they_are_written():
    assert spec_of("Audio-MAE") is spec_of("audiomae")
    assert spec_of("basic_pitch").name == "basicpitch"


def test_an_unknown_encoder_gets_the_choices():
    with pytest.raises(EncoderError, match=r"did you mean 'mert'\?\); choose spectrogram, dac"):
        spec_of("mertt")


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ranking.encoders.dac", None)
    monkeypatch.setattr(ENCODERS, "_loaded", {})
    with pytest.raises(EncoderError, match=r"is not installed; .*'judge\[audio,dac\]'"):
        spec_of("dac")


def test_the_extra_of_dac_is_named_where_its_package_is_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "dac", None)
    monkeypatch.setattr("ranking.encoders.dac.load", lambda _: import_module("dac"))
    with pytest.raises(EncoderError, match=r"dac is not installed; .*'judge\[audio,dac\]'"):
        load_encoder("dac", tmp_path)


def test_a_library_that_cannot_be_loaded_is_named(monkeypatch):
    def import_module(name):
        raise OSError("libtorchaudio.so") from OSError("libtorchaudio.so: undefined symbol: f")

    monkeypatch.setattr("ranking.files.registry.import_module", import_module)
    monkeypatch.setattr(ENCODERS, "_loaded", {})
    with pytest.raises(
        EncoderError, match=r"\(.*undefined symbol: f\); install .*'judge\[audio\]'"
    ):
        spec_of("spectrogram")


def test_another_package_adds_one(monkeypatch, tmp_path):
    offer_encoders(monkeypatch, tmp_path, {"flat": FLAT}, {"flat-one": "flat"})
    assert list(registry.ENCODERS) == [*ENCODERS, "flat-one"]
    assert "flat" not in sys.modules  # listed, and not loaded
    assert spec_of("FlatOne").options["offset"] == 0
    loaded = load_encoder("flat-one", front_end={"offset": 2.0, "left_channel": True})
    assert (loaded.offset, loaded.training) == (2.0, False)


def test_what_the_program_brings_is_not_replaced(monkeypatch, tmp_path):
    offer_encoders(monkeypatch, tmp_path, {"flat": FLAT}, {"dac": "flat", "Audio-MAE": "flat"})
    assert spec_of("dac").title == "Descript Audio Codec 44.1 kHz"
    assert spec_of("Audio-MAE").title == "Audio-MAE ViT-B"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import nowhere", r"it cannot be loaded \(No module named 'nowhere'\)"),
        ("raise OSError('no symbol')", r"it cannot be loaded \(no symbol\)"),
        ("SPEC = 3", "it is no module with a SPEC of the name odd and a function load"),
        (FLAT, "it is no module with a SPEC of the name odd"),
    ],
)
def test_what_is_no_encoder_is_named(monkeypatch, tmp_path, code, words):
    offer_encoders(monkeypatch, tmp_path, {"oddity": code}, {"odd": "oddity"})
    with pytest.raises(EncoderError, match=f"judge.encoders entry point odd = oddity: {words}"):
        spec_of("odd")
    assert spec_of("spectrogram")
