"""Which recordings are wanted, and how much they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpc.competition.competitions import load_competition, read_competition
from icpc.fetching.estimates import BYTES_PER_SECOND, estimate_fetch
from icpc.fetching.wanted import file_stems, wanted_of_competition


def test_the_recordings_of_2015_are_those_that_its_data_name():
    wanted = wanted_of_competition(load_competition("icpc2015"))
    assert len(wanted) == 145
    assert all(one.remote and one.seconds for one in wanted)
    assert len({one.stem for one in wanted}) == 145


def test_an_estimate_of_2015_touches_nothing(tmp_path):
    wanted = wanted_of_competition(load_competition("icpc2015"))
    found = estimate_fetch(wanted, tmp_path / "none")
    assert (found.number, found.here, found.unknown) == (145, 0, 0)
    assert found.seconds == sum(one.seconds for one in wanted)
    assert found.size == found.seconds * BYTES_PER_SECOND
    assert not (tmp_path / "none").exists()


def test_what_is_in_the_folder_is_not_fetched_again(tmp_path):
    (tmp_path / "roster.csv").write_text(
        "candidate,recording,seconds\na,http://x.org/a,100\nb,http://x.org/b,\nc,c.wav,50\nd,,\n"
    )
    (tmp_path / "a.mp3").write_bytes(b"sound")
    (tmp_path / "c.wav").write_bytes(b"sound")
    wanted = wanted_of_competition(read_competition(tmp_path / "roster.csv"))
    found = estimate_fetch(wanted, tmp_path)
    assert (found.number, found.here, found.unknown) == (1, 2, 1)


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6))
def test_names_of_files_are_safe_and_none_are_alike(ids):
    stems = list(file_stems(ids).values())
    assert len({stem.casefold() for stem in stems}) == len(ids)
    for stem in stems:
        assert stem and stem[0] != "." and not set(stem) & set("/\\\0:")


@pytest.mark.parametrize("ids", [["a b", "a/b", "a-b-2", "A-B"], ["a-2", "a", "A", "á"]])
def test_numbers_do_not_collide_with_ids(ids):
    stems = file_stems(ids)
    assert len({stem.casefold() for stem in stems.values()}) == len(ids)
    assert "a-2" not in ids or stems["a-2"] == "a-2"
