"""Files that are whole are read whole, whatever their headers say; those cut off are named."""

import numpy as np
import pytest
import soxr
from media import KINDS, RATE, SOUND, cut, id3_tag, mp3, wav_with_length, write_kind
from sounds import piano

from ranking.audio.completeness import describe_cut, refuse_cut_off
from ranking.audio.decoding import open_mono_sound
from ranking.errors import AudioError


def decode(path, *, allow_cut=False):
    with open_mono_sound(path, allow_cut=allow_cut) as sound:
        whole = np.concatenate(list(sound.blocks()))
        return whole if sound.sample_rate == RATE else soxr.resample(whole, sound.sample_rate, RATE)


UNKNOWN = (0, 0x7F000000, 0x7FFFF000, 0x7FFFFFFF - 36, 0x80000000, 2**32 - 37, 2**32 - 1)


@pytest.mark.parametrize("length", UNKNOWN)
def test_a_wav_of_unknown_length_is_read_to_its_end(tmp_path, length):
    right, unknown = tmp_path / "right.wav", tmp_path / "unknown.wav"
    right.write_bytes(wav_with_length(SOUND, 2 * len(SOUND)))
    unknown.write_bytes(wav_with_length(SOUND, length))
    assert decode(unknown).tobytes() == decode(right).tobytes()
    assert describe_cut(unknown) == ""


@pytest.mark.parametrize("length", [2 * len(SOUND) + 3 * RATE, 10**9, 3 * 10**9])
def test_a_wav_that_declares_more_is_cut_off(tmp_path, length):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_with_length(SOUND, length))
    seconds = length / 2 / RATE
    with pytest.raises(AudioError, match=f"cut off: 4.0 s of sound, where .* {seconds:.1f} s"):
        decode(path)
    assert len(decode(path, allow_cut=True)) == len(SOUND)


STATED = (
    *("a.aiff", "a.aifc", "a.au", "a.avi", "pcm.avi", "a.caf", "a.w64", "a.wav", "a.flac"),
    *("a.flv", "a.mka", "a.mkv", "a.webm", "a.mp3", "a.tta", "a.opus", "a.oga", "a.aac", "a.ts"),
)


@pytest.mark.parametrize("name", STATED)
def test_a_file_cut_off_is_refused_or_allowed_by_what_there_is(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND)
    assert describe_cut(path) == ""
    cut(path)
    with pytest.raises(
        AudioError, match=r"it is cut off: .*; get the file again, or allow"
    ) as caught:
        decode(path)
    assert caught.value.key == "allow-cut"
    assert 0.9 < len(decode(path, allow_cut=True)) / RATE < 2.3


def test_a_wma_cut_off_is_refused_by_the_size_in_its_header(tmp_path):
    path = write_kind(tmp_path / "a.wma", SOUND)
    assert describe_cut(path) == ""
    with pytest.raises(
        AudioError, match=r"it is cut off: 2\.\d s of sound, where it declares about 4"
    ):
        refuse_cut_off(cut(path))


def test_an_m4a_with_its_index_first_is_found_cut_off(tmp_path):
    path = write_kind(tmp_path / "a.m4a", SOUND, options={"movflags": "faststart"})
    assert 4 <= len(decode(path)) / RATE < 4.1
    with pytest.raises(
        AudioError, match=r"it is cut off: \d\.\d s of sound, where it declares 4\.0"
    ):
        decode(cut(path))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("name", ["a.opus", "a.oga"])
def test_an_ogg_file_cut_off_anywhere_is_found(tmp_path, name, share):
    path = cut(write_kind(tmp_path / name, piano(12, RATE)), share)
    with pytest.raises(AudioError, match="it is cut off: its last page does not end the stream"):
        refuse_cut_off(path)


PICTURES = ("a.mkv", "a.mka", "a.webm", "a.mp4", "a.mov", "a.flv")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_may_outlast_the_sound(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND, picture_seconds=12)
    assert 4 <= len(decode(path)) / RATE < 4.11
    if name in ("a.mkv", "a.webm", "a.flv"):
        assert "of sound, where it declares" in describe_cut(cut(path, 0.3))


@pytest.mark.parametrize("name", ["a.opus", "a.oga", "a.mka", "a.webm", "a.m4a", "a.ts", "a.flv"])
def test_a_live_stream_begins_at_a_time_of_its_own(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND, start=3600)
    assert 4 <= len(decode(path)) / RATE < 4.11
    if name != "a.m4a":
        assert describe_cut(cut(path))


SECOND = piano(3, RATE, seed=7)


@pytest.mark.parametrize(
    ("between", "bit_rate"),
    [
        (b"", 64_000),
        (id3_tag(40), 64_000),
        (id3_tag(5000), 32_000),
        (b"TAG" + bytes(125) + id3_tag(200_000), 128_000),
        (b"APETAGEX" + (2000).to_bytes(4, "little") + (232).to_bytes(4, "little")
         + (1).to_bytes(4, "little") + (1 << 29).to_bytes(4, "little") + bytes(8 + 232), 64_000),
    ],
)  # fmt: skip
def test_joined_mp3s_are_read_to_the_end_of_the_last(tmp_path, between, bit_rate):
    path = tmp_path / "a.mp3"
    first, second = mp3(SOUND, path), mp3(SECOND, path, bit_rate=bit_rate)
    path.write_bytes(id3_tag(30) + first + between + second)
    samples = decode(path)
    assert len(samples) / RATE == pytest.approx(7, abs=0.25)
    end, played = samples[-2 * RATE :], SECOND[-2 * RATE :]
    assert np.abs(np.correlate(end, played[RATE // 2 : -RATE // 2])).max() > 0.8 * np.dot(
        played[RATE // 2 : -RATE // 2], played[RATE // 2 : -RATE // 2]
    )
    path.write_bytes(first + between + second[: len(second) // 3])
    with pytest.raises(AudioError, match=r"it is cut off: .* where it declares 7\.\d s"):
        decode(path)


def test_a_last_packet_that_is_no_whole_one_is_left_out_where_that_is_allowed(tmp_path):
    path = write_kind(tmp_path / "a.flac", SOUND)
    raw = path.read_bytes()
    path.write_bytes(raw[:-20])  # less than a second is missing
    assert 3.7 < len(decode(path)) / RATE < 4
    streamed = (
        raw[:21] + bytes([raw[21] & 0xF0]) + bytes(4) + raw[26:-20]
    )  # and no length is stated
    path.write_bytes(streamed)
    with pytest.raises(AudioError, match="it is cut off: its last packet is no whole one"):
        decode(path)
    assert 3.7 < len(decode(path, allow_cut=True)) / RATE < 4


def test_no_kind_is_left_out_of_these_tests():
    unknowable = {"a.mp2", "a.mpg"}  # frames that state nothing, cut anywhere
    index_last = {"a.3gp", "a.m4a", "a.m4b", "a.mp4", "a.mov", "alac.m4a"}
    assert set(KINDS) == {*STATED, *unknowable, *index_last, "a.wma", "a.wv"}
