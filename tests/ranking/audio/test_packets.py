"""Big-endian files, loud floats, many channels, and where damage is said to be."""

from itertools import islice

import av
import numpy as np
import pytest
import soundfile
from media import KINDS, RATE, SOUND, write_float, write_kind
from sounds import piano

from ranking.audio.containers import open_container
from ranking.audio.decoding import open_mono_sound
from ranking.audio.packets import SoundPackets
from ranking.errors import AudioError


def decode(path, *, left_channel=False):
    with open_mono_sound(path, left_channel) as sound:
        return np.concatenate(list(sound.blocks()))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("left_channel", [False, True])
def test_big_endian_wavs_have_the_samples_of_little_endian_ones(tmp_path, subtype, left_channel):
    stereo = np.stack([SOUND, piano(4, RATE, seed=2)], axis=1)
    big = write_float(tmp_path / "big.wav", stereo, ("WAV", subtype, "BIG"))
    little = write_float(tmp_path / "little.wav", stereo, ("WAV", subtype, "LITTLE"))
    assert big.read_bytes()[:4] == b"RIFX"
    samples = decode(big, left_channel=left_channel)
    assert samples.tobytes() == decode(little, left_channel=left_channel).tobytes()
    reference, _ = soundfile.read(big, dtype="float32")
    played = reference[:, 0] if left_channel else reference.mean(axis=1)
    np.testing.assert_allclose(samples, played, atol=1e-6)


FLOATS = (
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("WAV", "FLOAT", "BIG"),
    ("AIFF", "FLOAT"),
    ("AU", "DOUBLE"),
    ("CAF", "FLOAT"),
    ("W64", "FLOAT"),
)


@pytest.mark.parametrize("kind", FLOATS)
def test_floats_beyond_full_scale_are_loud_and_those_at_it_are_clipped(tmp_path, kind):
    loud = write_float(tmp_path / "loud", 6 * SOUND, kind)
    np.testing.assert_allclose(decode(loud), 6 * SOUND, rtol=1e-6)
    clipped = write_float(tmp_path / "clipped", np.clip(20 * SOUND, -1, 1), kind)
    with pytest.raises(AudioError, match=r"it is clipped: \d\d % of its samples"):
        decode(clipped)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.opus", "a.flac"])
def test_what_was_clipped_before_it_was_encoded_is_clipped(tmp_path, name):
    path = write_kind(tmp_path / name, np.clip(20 * SOUND, -1, 1))
    with pytest.raises(AudioError, match="it is clipped"):
        decode(path)


@pytest.mark.parametrize(
    ("name", "form", "subtype"),
    [("a.wav", "WAV", "PCM_16"), ("a.wav", "WAV", "PCM_24"), ("a.flac", "FLAC", "PCM_16"),
     ("a.caf", "CAF", "FLOAT"), ("a.ogg", "OGG", "VORBIS")],
)  # fmt: skip
def test_eight_channels_are_mixed_to_one(tmp_path, name, form, subtype):
    channels = np.stack([piano(2, RATE, seed) for seed in range(8)], axis=1)
    soundfile.write(tmp_path / name, channels, RATE, format=form, subtype=subtype)
    samples, expected = decode(tmp_path / name), channels.mean(axis=1)
    error = samples[: len(expected)] - expected
    assert np.sqrt(np.mean(error**2)) < (0.02 if subtype == "VORBIS" else 1e-3)


@pytest.mark.parametrize("seconds", [9.0, 11.0, 14.0])
@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.aac", "a.mka"])
def test_damage_is_named_by_the_second_it_follows(tmp_path, name, seconds):
    path = write_kind(tmp_path / name, piano(16, RATE), kind=KINDS[name])
    raw = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        at = next(
            packet.pos
            for packet in container.demux(audio=0)
            if float(packet.pts * packet.time_base) >= seconds
        )
    raw[at + 9 : at + 300] = np.random.default_rng(3).bytes(291)
    path.write_bytes(bytes(raw))
    with pytest.raises(AudioError) as caught:
        decode(path)
    named = float(str(caught.value.what).split("after ")[1].split(" s")[0])
    assert named == pytest.approx(seconds, abs=0.7)


def test_a_stream_that_begins_within_a_file_is_damage(tmp_path):
    """PyAV knows the streams at the start alone; FLV has others where their packets come."""

    class Flv:
        def __init__(self, container):
            self.streams, self.format, self._container = (
                container.streams,
                container.format,
                container,
            )

        def demux(self, stream):
            yield from islice(self._container.demux(stream), 20)
            raise IndexError("list index out of range")

    path = write_kind(tmp_path / "a.flv", SOUND)
    with (
        open_container(path) as container,
        pytest.raises(AudioError, match=r"damaged after 1 s \(another stream begins within it"),
    ):
        list(SoundPackets(Flv(container), path).frames())


def test_more_channels_than_can_be_converted_are_damage(tmp_path):
    path = write_kind(tmp_path / "a.voc", SOUND, kind=("voc", "pcm_s16le", "s16"))
    raw = path.read_bytes()
    assert raw[30:38] == RATE.to_bytes(4, "little") + b"\x10\1\4\0"  # bits, channels, codec
    path.write_bytes(raw[:34] + b"\x08\xf7\0\0" + raw[38:])
    with pytest.raises(AudioError, match="damaged after 0 s"):
        decode(path)
