"""Every format gives the samples that other programs give; a file that is refused is named."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from media import wav_with_length
from sounds import FORMATS, piano, write_sound

from ranking.audio.decoding import open_mono_sound
from ranking.errors import AudioError


def decode(path):
    with open_mono_sound(path) as sound:
        blocks = list(sound.blocks())
        return np.concatenate(blocks), sound


def decibels(difference, reference):
    return 10 * np.log10(np.mean(difference**2) / np.mean(reference**2) + 1e-30)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_decoded_to_its_end(tmp_path, suffix):
    sample_rate = 48000 if suffix in ("opus", "webm") else 44100
    played = piano(7.3, sample_rate)
    samples, sound = decode(write_sound(tmp_path / f"a.{suffix}", played, sample_rate))
    assert sound.sample_rate == sample_rate
    assert samples.dtype == np.float32
    assert sound.seconds == pytest.approx(7.3, abs=0.06)  # codecs pad their last frame
    n = min(len(samples), len(played))
    assert decibels(samples[:n] - played[:n], played) < -20  # lossy, but in step


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "opus"])
def test_samples_are_those_of_libsndfile(tmp_path, suffix):
    sample_rate = 48000 if suffix == "opus" else 44100
    path = write_sound(tmp_path / f"a.{suffix}", piano(5, sample_rate), sample_rate)
    samples, _ = decode(path)
    reference, _ = soundfile.read(path, dtype="float32")
    n = min(len(samples), len(reference))
    assert n > 4.9 * sample_rate
    assert decibels(samples[:n] - reference[:n], reference) < -60


@pytest.mark.parametrize(
    ("codec", "error"),
    [(("pcm_u8", "u8"), 2**-8), (("pcm_s24le", "s32"), 2**-22), (("pcm_f64le", "dbl"), 1e-7)],
)
def test_any_depth_is_scaled_to_one(tmp_path, codec, error):
    played = piano(2)
    samples, _ = decode(write_sound(tmp_path / "a.wav", played, codec=codec))
    assert np.abs(samples - played).max() <= error


def test_96_khz_is_read_at_its_own_rate(tmp_path):
    samples, sound = decode(write_sound(tmp_path / "a.flac", piano(2, 96000), 96000))
    assert sound.sample_rate == 96000
    assert len(samples) == 192_000


def test_stereo_is_mixed_by_the_mean(tmp_path):
    left, right = piano(2, seed=1), piano(2, seed=2)
    samples, _ = decode(write_sound(tmp_path / "a.flac", np.stack([left, right]), layout="stereo"))
    np.testing.assert_allclose(samples, (left + right) / 2, atol=1e-4)


def by_frame(path: Path, *, left_channel: bool) -> bytes:
    """Each frame by itself, its numbers scaled to one by FFmpeg."""
    planar, mono = av.AudioResampler(format="fltp"), []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for one in planar.resample(frame):
                channels = one.to_ndarray()
                mono.append(channels[0] if left_channel else channels.mean(axis=0))
    return np.concatenate(mono).tobytes()


@pytest.mark.parametrize("left_channel", [False, True])
@pytest.mark.parametrize(
    ("name", "codec", "layout"),
    [
        ("a.flac", ("flac", "s16"), "stereo"),
        ("a.flac", ("flac", "s32"), "stereo"),
        ("a.flac", ("flac", "s16"), "5.1"),
        ("a.wav", ("pcm_s24le", "s32"), "stereo"),
        ("a.wav", ("pcm_u8", "u8"), "stereo"),
        ("a.wav", ("pcm_f64le", "dbl"), "stereo"),
        ("a.wav", ("pcm_s16le", "s16"), "mono"),
        ("a.mkv", ("pcm_s16le_planar", "s16p"), "stereo"),
        ("a.mp3", ("libmp3lame", "fltp"), "stereo"),
    ],
)
def test_blocks_have_the_bytes_of_frames_mixed_one_by_one(
    tmp_path, name, codec, layout, left_channel
):
    count = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    rng = np.random.default_rng(0)
    noise = 0.2 * rng.standard_normal((count, 9 * 16_000)).astype(np.float32)
    try:
        path = write_sound(tmp_path / name, noise, 16_000, codec, layout)
    except (ValueError, av.FFmpegError):
        pytest.skip("FFmpeg does not write it here")
    with open_mono_sound(path, left_channel) as sound:
        blocks = list(sound.blocks())
    assert len(blocks) > 1
    assert b"".join(block.tobytes() for block in blocks) == by_frame(
        path, left_channel=left_channel
    )


def test_six_channels_are_mixed_to_one(tmp_path):
    centre = np.zeros((6, 44100), dtype=np.float32)
    centre[2] = piano(1)
    samples, _ = decode(write_sound(tmp_path / "a.flac", centre, layout="5.1"))
    assert np.corrcoef(samples, centre[2])[0, 1] > 0.999


def test_a_wrong_suffix_does_not_matter(tmp_path):
    right = write_sound(tmp_path / "a.flac", piano(2))
    wrong = right.rename(tmp_path / "a.wav")
    assert decode(wrong)[1].seconds == 2


def test_an_mp3_without_length_is_read_to_its_end(tmp_path):
    """Frames at other bit rates and in other channels, no header: an mp3 cut together."""
    parts = []
    played = piano(6)
    for number, layout in enumerate(("mono", "stereo")):
        sound = played if layout == "mono" else np.stack([played, 0 * played])
        path = write_sound(tmp_path / f"{number}.mp3", sound, layout=layout)
        raw = path.read_bytes()
        first = raw.index(b"\xff\xfb")
        second = raw.index(b"\xff\xfb", first + 4)
        parts.append(raw[second:])  # from the frame after the header on
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(b"".join(parts))
    samples, sound = decode(joined)
    assert sound.seconds == pytest.approx(12, abs=0.2)
    first, second = samples[: 5 * 44100], samples[7 * 44100 :]
    assert second.std() / first.std() == pytest.approx(0.5, abs=0.1)  # one of two channels


def truncated(path: Path) -> Path:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    return path


def slow(*suffixes):
    return [pytest.param(suffix, marks=pytest.mark.slow) for suffix in suffixes]


@pytest.mark.parametrize("suffix", ["wav", "flac", *slow("mp3", "m4a", "mkv")])
def test_a_file_cut_off_is_refused(tmp_path, suffix):
    path = truncated(write_sound(tmp_path / f"a.{suffix}", piano(20)))
    with pytest.raises(AudioError, match=r"cut off|damaged after|no sound file that can be read"):
        decode(path)


def riff(tag: int) -> bytes:
    """A wav of one second whose codec has the given number."""
    layout = struct.pack("<HHIIHH", tag, 1, 8000, 16000, 2, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", 16000)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + 16000) + b"WAVE" + chunks + bytes(16000)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.wav", b"", "the file is empty; get it again"),
        ("notes.wav", b"Dear diary, today I practised.\n" * 50, "no sound file that can be read"),
        ("noise.mp3", bytes(range(7)) * 999, "no sound file that can be read|no sound in this"),
        ("odd.wav", riff(0x1234), "its codec is not known|no sound file that can be read"),
        ("still.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "no sound"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(AudioError, match=words) as caught:
        decode(path)
    assert name in caught.value.where
    assert caught.value.remedy


def test_paths_that_lead_nowhere_are_named(tmp_path, monkeypatch):
    with pytest.raises(AudioError, match="there is no such file"):
        decode(tmp_path / "none.wav")
    with pytest.raises(AudioError, match="this is a folder"):
        decode(tmp_path)
    loop = tmp_path / "loop.wav"
    loop.symlink_to("loop.wav")
    with pytest.raises(AudioError, match=r"it cannot be read \(Too many levels"):
        decode(loop)


@pytest.mark.slow
def test_an_hour_of_silence_is_refused(tmp_path):
    path = tmp_path / "silence.flac"
    soundfile.write(path, np.zeros(3600 * 8000, dtype=np.int16), 8000)
    with pytest.raises(AudioError, match="it is silent throughout"):
        decode(path)


def test_a_clipped_recording_is_refused_and_a_loud_one_is_not(tmp_path):
    loud = 1.99 * piano(5)
    assert decode(write_sound(tmp_path / "loud.wav", loud))[1].seconds == 5
    with pytest.raises(AudioError, match=r"it is clipped: .* % of its samples"):
        decode(write_sound(tmp_path / "clipped.wav", np.clip(20 * loud, -1, 1)))


def test_a_sample_that_is_no_number_is_found(tmp_path):
    samples = piano(3)
    samples[100_000:] = np.nan
    path = tmp_path / "nan.wav"
    soundfile.write(path, samples, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"its sample at 2\.3 s is no number"):
        decode(path)


@pytest.mark.parametrize(
    ("highest", "words"),
    [
        (1e38, r"its sample at 1\.\d s is 1e\+38, where full scale is 1; export"),
        (3e38, r"its sample at 1\.\d s is (3e\+38, where|no number)"),
        (1e12, r"is 1e\+12, where full scale is 1"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_sample_far_beyond_all_sound_is_found(tmp_path, highest, words, channels):
    samples = np.tile(piano(3), (channels, 1))
    samples[:, 60_000] = highest
    path = tmp_path / "a.wav"
    soundfile.write(path, samples.T, 44_100, subtype="FLOAT")
    with pytest.raises(AudioError, match=words):
        decode(path)


def test_floats_that_are_whole_numbers_of_32_bits_are_sound(tmp_path):
    played = np.round(piano(2) * 2**31).astype(np.float32)
    path = tmp_path / "a.wav"
    soundfile.write(path, played, 44_100, subtype="FLOAT")
    np.testing.assert_array_equal(decode(path)[0], played)


@pytest.mark.parametrize("constant", [0.0, 0.5, -1.0])
def test_a_constant_is_silence(tmp_path, constant):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.full(20_000, constant), 16_000)
    with pytest.raises(AudioError, match="it is silent throughout"):
        decode(path)
    soundfile.write(path, np.float32(0.01) * piano(2, 16_000) + constant / 2, 16_000)
    assert decode(path)[1].seconds == 2


@pytest.mark.parametrize(
    ("rate", "shown"), [(1, "1 Hz"), (999, "999 Hz"), (4_000_001, "4,000,001 Hz")]
)
def test_a_sample_rate_that_no_sound_has_is_refused(tmp_path, rate, shown):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_with_length(piano(1, 16_000), 32_000, rate))
    with pytest.raises(AudioError, match=f"its sample rate is {shown}, which is none of sound"):
        decode(path)


@pytest.mark.parametrize("suffix", ["mkv", *slow("flac", "mp3", "ogg", "opus", "m4a", "webm")])
def test_damage_inside_is_not_passed_over(tmp_path, suffix):
    sample_rate = 48000 if suffix in ("opus", "webm") else 44100
    path = write_sound(tmp_path / f"a.{suffix}", piano(30, sample_rate), sample_rate)
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 400] = np.random.default_rng(0).bytes(400)
    path.write_bytes(bytes(raw))
    with pytest.raises(AudioError, match=r"damaged after 1\d s|damaged after \d s|cut off"):
        decode(path)
