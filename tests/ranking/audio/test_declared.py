"""What headers declare, where FFmpeg does not tell."""

import pytest
from media import KINDS, RATE, SOUND, cut, write_float, write_kind

from ranking.audio.declared import declared_bytes, ends_its_stream, first_page_end, is_unknown


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.aifc", "a.au", "a.caf", "a.w64"])
def test_the_bytes_of_sound_are_those_that_were_written(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND)
    width = 4 if name == "a.aifc" else 2
    before = 8 if name in ("a.aiff", "a.aifc") else 4 if name == "a.caf" else 0  # offsets, edits
    declared = declared_bytes(path)
    assert declared is not None
    assert declared.size == width * len(SOUND) + before
    assert declared.start + declared.size == path.stat().st_size
    assert declared_bytes(cut(path)) == declared


@pytest.mark.parametrize("kind", [("RF64", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_16", "BIG")])
def test_wavs_of_libsndfile_declare_theirs(tmp_path, kind):
    declared = declared_bytes(write_float(tmp_path / "a", SOUND, kind))
    assert declared is not None
    assert declared.size == (3 if kind[1] == "PCM_24" else 2) * len(SOUND)


@pytest.mark.parametrize("name", ["a.wma", "a.avi"])
def test_others_declare_the_size_of_the_file(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND)
    declared = declared_bytes(path)
    assert declared is not None
    assert declared.start + declared.size == path.stat().st_size


@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.m4a", "a.opus", "a.mkv"])
def test_the_rest_is_not_known_by_bytes(tmp_path, name):
    assert declared_bytes(write_kind(tmp_path / name, SOUND)) is None


def test_sizes_that_streams_write_are_unknown_and_others_are_not():
    unknown = (0, -1, 0x7F000000, 0x7FFFF000, 2**31, 2**31 + 36, 2**32 - 1, 2**32 - 9000)
    assert all(map(is_unknown, unknown))
    assert not any(map(is_unknown, (1, 10**9, 3 * 10**9, 2**32, 5 * 10**9)))


@pytest.mark.parametrize("name", ["a.opus", "a.oga"])
def test_the_last_page_of_an_ogg_file_ends_the_stream(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND, kind=KINDS[name], start=100)
    assert ends_its_stream(path)
    rate = 48_000 if name == "a.opus" else RATE
    assert 100 < first_page_end(path) / rate < 102.1
    assert not ends_its_stream(cut(path, 0.9))
    path.write_bytes(b"no pages")
    assert not ends_its_stream(path)
    assert first_page_end(path) == 0


@pytest.mark.parametrize("size", [2**63 - 1, 2**40])
@pytest.mark.parametrize("name", ["a.caf", "a.w64"])
def test_a_chunk_of_an_absurd_length_ends_the_search(tmp_path, name, size):
    path = write_kind(tmp_path / name, SOUND)
    raw, chunk = path.read_bytes(), {"a.caf": b"desc", "a.w64": b"fmt "}[name]
    at = raw.index(chunk) + (4 if name == "a.caf" else 16)
    order = "big" if name == "a.caf" else "little"
    path.write_bytes(raw[:at] + size.to_bytes(8, order) + raw[at + 8 :])
    assert declared_bytes(path) is None
