"""Where tags lie in an mp3, and how long its parts say they are."""

import numpy as np
import pytest
from media import id3_tag, mp3
from sounds import piano

from ranking.audio.mpeg import FileWithoutTags, find_inner_tags, stated_seconds


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050, 8000])
def test_the_parts_of_an_mp3_are_as_long_as_their_headers_say(tmp_path, rate):
    path = tmp_path / "a.mp3"
    first, second = mp3(piano(2, rate), path, rate), mp3(piano(3, rate), path, rate)
    path.write_bytes(first)
    assert stated_seconds(path) == pytest.approx(2, abs=0.25)
    path.write_bytes(first + id3_tag(9) + second)
    assert stated_seconds(path) == pytest.approx(5, abs=0.5)


def test_words_that_are_no_header_state_nothing(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"Info about Xing and VBRI" * 9)
    assert stated_seconds(path) is None


def test_what_is_left_without_tags_is_the_rest(tmp_path):
    path = tmp_path / "a.mp3"
    parts = [np.random.default_rng(n).bytes(1000 * n) for n in (1, 2, 3)]
    path.write_bytes(id3_tag(5) + id3_tag(300).join(parts) + b"ID3 is no tag")
    tags = find_inner_tags(path)
    assert [len(tag) for tag in tags] == [len(id3_tag(300))] * 2
    file = FileWithoutTags(path, tags)
    whole = id3_tag(5) + b"".join(parts) + b"ID3 is no tag"
    rng = np.random.default_rng(0)
    for _ in range(50):
        at, size = int(rng.integers(len(whole) + 9)), int(rng.integers(1, 3000))
        assert file.seek(at) == file.tell() == at
        found = file.read(size)
        assert found == whole[at : at + len(found)]
        assert bool(found) == (at < len(whole))
    assert file.seek(-7, 2) == len(whole) - 7
    file.close()


def test_a_tag_within_a_tag_is_one(tmp_path):
    path = tmp_path / "a.mp3"
    tag = id3_tag(100)
    path.write_bytes(bytes(50) + tag[:40] + id3_tag(3) + tag[40 + len(id3_tag(3)) :] + bytes(50))
    assert find_inner_tags(path) == [range(50, 50 + len(tag))]
