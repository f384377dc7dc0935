"""The bundled lists, and manifests of what came."""

from pathlib import Path

import pytest

from icpc.fetching.collections import COLLECTIONS, wanted_of_collection, write_manifest
from icpc.fetching.index import Entry, RecordingIndex
from ranking.errors import CompetitionError
from ranking.tasks.expertise import COLUMNS
from ranking.tasks.manifest import read_manifest


def test_the_levels_of_expertise_are_those_of_the_paper():
    wanted = wanted_of_collection("pld-expertise")
    levels = [one.facts["level"] for one in wanted]
    assert [levels.count(level) for level in "012"] == [571, 897, 562]
    assert all(one.remote and not one.unfit and one.seconds for one in wanted)


@pytest.mark.parametrize(
    ("name", "fit", "unfit"), [("pld-difficulty", 728, 0), ("pld-technique", 138, 84)]
)
def test_what_lacks_an_address_or_its_place_in_a_video_is_left_out(name, fit, unfit):
    wanted = wanted_of_collection(name)
    assert len([one for one in wanted if not one.unfit]) == fit
    assert len([one for one in wanted if one.unfit]) == unfit
    assert len({one.stem.casefold() for one in wanted}) == len(wanted)


def test_an_unknown_collection_is_an_error():
    with pytest.raises(CompetitionError, match="did you mean 'pld-expertise'"):
        wanted_of_collection("pld-expertize")


def test_every_id_of_a_list_is_found_again_in_the_index(tmp_path):
    """Ids of videos begin with hyphens too, which a spreadsheet would take for a formula."""
    wanted = [one for name in COLLECTIONS for one in wanted_of_collection(name)]
    index = RecordingIndex(tmp_path)
    index.add(wanted)
    assert {one.key for one in wanted} <= index.by_key().keys()
    before = index.path.read_bytes()
    index.add(wanted)
    assert index.path.read_bytes() == before


def test_a_manifest_has_labels_and_channels_as_training_takes_them(tmp_path):
    wanted = wanted_of_collection("pld-expertise")
    one, gone, other = wanted[0], wanted[1], wanted[1500]
    found = [
        (one, Entry("fetched", tmp_path / f"{one.stem}.webm", channel="A channel", title="=T")),
        (gone, Entry("gone")),
        (other, Entry("present", tmp_path / f"{other.stem}.m4a", channel="B")),
    ]
    manifest = read_manifest(write_manifest(found, tmp_path), COLUMNS)
    assert manifest.recordings["recording"].tolist() == [f"{one.stem}.webm", f"{other.stem}.m4a"]
    assert manifest.recordings["group"].tolist() == ["A channel", "B"]
    assert manifest.recordings["level"].tolist() == [0, float(other.facts["level"])]


def test_where_nothing_came_there_is_no_manifest(tmp_path):
    wanted = wanted_of_collection("pld-technique")[0]
    assert write_manifest([(wanted, Entry("gone"))], tmp_path) is None
    assert not list(Path(tmp_path).iterdir())
