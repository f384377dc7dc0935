"""Manifests are read, or refused with the line."""

import unicodedata

import pytest

from ranking.errors import TableError
from ranking.tasks.expertise import COLUMNS
from ranking.tasks.manifest import Column, data_sha256, read_manifest
from ranking.tasks.pairs import labelled_pairs
from ranking.tasks.recording_files import (
    locate_recordings,
    missing_recordings,
    refuse_copies,
    spelling_of_files,
)

LEVELS = (
    "recording,level,split\nann,2,train\nbob,0,Train\ncyd,1,validation\ndan,0,val\neve,1,test\n"
)
PAIRS = "first;second;winner;group\nann;bob;bob;waltz\nann;cyd;ann;waltz\ndan;eve;dan;etude\n"


@pytest.fixture
def read(tmp_path):
    def of(text: str, columns=COLUMNS, takes_pairs=True):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding="utf-8")
        return read_manifest(path, columns, takes_pairs)

    return of


def test_levels_are_read_with_their_split(read):
    table = read(LEVELS).recordings
    assert table["recording"].tolist() == ["ann", "bob", "cyd", "dan", "eve"]
    assert table["level"].tolist() == [2, 0, 1, 0, 1]
    assert table["split"].tolist() == ["train", "train", "val", "val", "test"]
    assert table["group"].tolist() == table["recording"].tolist()


def test_levels_make_the_pairs_of_unequal_level_of_one_split_and_event(read):
    pairs = labelled_pairs(read(LEVELS))
    assert pairs.to_numpy().tolist() == [["ann", "bob", 2.0], ["cyd", "dan", 1.0]]
    events = "recording,level,event\na,0,x\nb,1,x\nc,1,x\nd,5,y\ne,3,y\n"
    assert labelled_pairs(read(events)).to_numpy().tolist() == [
        ["a", "b", -1.0],
        ["a", "c", -1.0],
        ["d", "e", 2.0],
    ]


def test_pairs_are_read_as_they_are_and_connected_by_group(read):
    manifest = read(PAIRS)
    assert labelled_pairs(manifest)["gap"].tolist() == [-1, 1, 1]
    group = manifest.recordings.set_index("recording")["group"]
    assert group.to_dict() == {"ann": "ann", "bob": "ann", "cyd": "ann", "dan": "dan", "eve": "dan"}


def test_recordings_are_found_with_or_without_their_ending(read, tmp_path):
    for name in ("ann.flac", "bob.mp3", "cyd.wav", "dan.ogg", "dan.wav", "eve.b.opus"):
        (tmp_path / name).touch()
    found = locate_recordings(read("recording,level\nann,1\nbob.mp3,0\neve.b,2\n"), tmp_path)
    assert [path.name for path in found.values()] == ["ann.flac", "bob.mp3", "eve.b.opus"]
    with pytest.raises(
        TableError, match=r"'dan' may be dan\.ogg or dan\.wav; write the file's end"
    ):
        locate_recordings(read("recording,level\ndan,1\nann,0\n"), tmp_path)
    with pytest.raises(TableError, match=r"2 of 3 recordings are not in .*, the first 'zoe'"):
        locate_recordings(read("recording,level\nann,1\nzoe,0\nyan,0\n"), tmp_path)


def test_no_link_leads_out_of_the_folder_unless_that_is_allowed(read, tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "own"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.wav").touch()
    (folder / "inner.wav").touch()
    (folder / "ann.wav").symlink_to(outside / "secret.wav")
    (folder / "bob.wav").symlink_to("inner.wav")
    (folder / "sub").symlink_to(outside)
    manifest = read("recording,level\nann,1\nbob,0\n")
    with pytest.raises(
        TableError, match=r"'ann' is a link to a file that is not in .*own"
    ) as caught:
        locate_recordings(manifest, folder)
    assert caught.value.key == "allow-outside"
    found = locate_recordings(manifest, folder, allow_outside=True)
    assert [path.resolve().name for path in found.values()] == ["secret.wav", "inner.wav"]
    for name in ("sub/secret", "../outside/secret", str(outside / "secret.wav")):
        with pytest.raises(TableError, match=r"2 of 2|1 of 2|is a link"):
            locate_recordings(read(f"recording,level\n{name},1\nbob,0\n"), folder)


def test_the_hash_changes_with_the_manifest_and_with_the_sound(read):
    one = read(LEVELS)
    digests = {
        data_sha256(one, ["aa", "bb"]),
        data_sha256(one, ["aa", "bc"]),
        data_sha256(read(LEVELS.replace("ann,2", "ann,1")), ["aa", "bb"]),
        data_sha256(read(PAIRS), ["aa", "bb"]),
    }
    assert len(digests) == 4
    assert data_sha256(read(LEVELS), ["aa", "bb"]) in digests


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("record,level\nann,1\n", "line 1: no column 'recording'"),
        ("first,second\na,b\n", "line 1: no column 'winner'"),
        ("recording,level\nann,good\n", "line 2: 'level' is 'good', which is not a number"),
        ("recording,level\nann,1\nbob,\n", "line 3: 'level' is ''; give a number"),
        ("recording,level\nann,1\nann,2\n", "line 3: 'recording' is 'ann'; it is there twice"),
        ("recording,level,split\nann,1,trian\n", "line 2: 'split' is 'trian'; write train, val"),
        ("recording,level,split\nann,1,train\nbob,2,\n", "line 3: 'split' is ''; give every row"),
        ("first,second,winner\na,b,c\n", "line 2: 'winner' is 'c'; name one of the two"),
        ("first,second,winner\na,a,a\n", "line 2: 'second' is 'a'; name another file"),
        (
            "recording,level,group,split\na,1,x,train\nb,0,y,val\nc,0,x,test\n",
            "line 4: 'x' is in test, and above in train; keep it in one split",
        ),
        (
            "first,second,winner,split\na,b,a,train\nc,a,a,test\n",
            "line 3: 'a' is in test, and above in train; keep it in one split",
        ),
    ],
)
def test_manifests_that_cannot_be_are_refused_with_the_line(read, text, words):
    with pytest.raises(TableError, match=f"mine.csv, {words}"):
        read(text)


GRADES = (
    Column("grade", "give 1 to 3", allowed=("1", "2", "3"), stratify=True),
    Column("seconds", numeric=True, optional=True),
    Column("key", "write major, minor or nothing", allowed=("major", "minor"), optional=True),
)


def test_a_task_names_its_columns(read):
    text = "Recording,key,grade,colour\nann,minor,2,red\nbob,,1,\n"
    manifest = read(text, GRADES, takes_pairs=False)
    table = manifest.recordings
    assert list(table) == ["recording", "grade", "split", "group", "seconds", "key"]
    assert table["grade"].tolist() == ["2", "1"]
    assert table["key"].tolist() == ["minor", ""]
    assert table["seconds"].isna().all()
    assert manifest.stratify_by == "grade"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recording,grade\nann,4\n", "line 2: 'grade' is '4'; give 1 to 3"),
        ("recording,grade\nann,\n", "line 2: 'grade' is ''; give 1 to 3"),
        ("recording,grade,key\nann,1,flat\n", "line 2: 'key' is 'flat'; write major, minor or"),
        ("recording,grade,seconds\nann,1,long\n", "line 2: 'seconds' is 'long', which is not a"),
        ("recording,level\nann,1\n", "line 1: no column 'grade'"),
        ("first,second,winner\na,b,a\n", "line 1: no column 'recording'"),
    ],
)
def test_what_a_task_cannot_use_is_refused_with_the_line(read, text, words):
    with pytest.raises(TableError, match=f"mine.csv, {words}"):
        read(text, GRADES, takes_pairs=False)


def test_levels_that_are_all_equal_make_no_pair(read):
    with pytest.raises(TableError, match="no two recordings of unequal level"):
        labelled_pairs(read("recording,level\nann,1\nbob,1\n"))


def test_of_several_comparisons_of_a_pair_the_majority_counts(read):
    rows = ["b,a,b", "a,b,b", "a,b,a", "a,c,a", "c,a,c", "d,c,d"]  # b over a; a and c even
    pairs = labelled_pairs(read("first,second,winner\n" + "\n".join(rows) + "\n"))
    assert pairs.to_numpy().tolist() == [["a", "b", -1.0], ["c", "d", -1.0]]


def test_two_names_of_one_sound_are_refused(read):
    manifest = read(LEVELS)
    refuse_copies(manifest, {"ann": "00", "bob": "01"})
    with pytest.raises(TableError, match="'ann' and 'cyd' are the same sound; keep one"):
        refuse_copies(manifest, {"ann": "00", "bob": "01", "cyd": "00"})


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_names_on_disk_are_found_in_either_form(read, tmp_path, form, on_disk):
    """A manifest with exactly the bytes of the names on disk, as macOS writes them, as well."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("Dvořák.wav", "Szymanowski.wav", "Zoë Łęcka.flac"):
        (folder / unicodedata.normalize(on_disk, name)).touch()
    text = "recording,level\nDvořák.wav,0\nszymanowski,1\nZoë Łęcka,2\n"
    found = locate_recordings(read(unicodedata.normalize(form, text)), folder)
    assert [path.suffix for path in found.values()] == [".wav", ".wav", ".flac"]
    assert all(path.is_file() for path in found.values())
    assert spelling_of_files(found) == "read 'szymanowski' as 'Szymanowski.wav'"


def test_recordings_in_folders_are_found_by_their_path(read, tmp_path):
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / unicodedata.normalize("NFD", "é.wav")).touch()
    found = locate_recordings(read("recording,level\n2024/é.wav,0\n"), tmp_path)
    assert found["2024/é.wav"].is_file()


def test_a_file_of_a_similar_name_is_asked_for(read, tmp_path):
    (tmp_path / "Dvořák.wav").touch()
    with pytest.raises(TableError, match=r"the first 'Dvořáks' \(did you mean 'Dvořák'\?\)"):
        locate_recordings(read("recording,level\nDvořáks,0\n"), tmp_path)


def test_a_group_spelt_in_two_ways_is_one_group(read):
    """It would be in train and in test."""
    manifest = read("recording,level,group\na,0,Zoë\nb,1,zoe\nc,1,Zoë\n")
    assert set(manifest.recordings["group"]) == {"Zoë"}
    assert "mine.csv: read 'zoe' as 'Zoë'" in manifest.understood


def test_the_winner_of_a_pair_may_be_its_place(read):
    manifest = read("first,second,winner,venue\nann,bob,first,x\ncyd,ann,right,x\n")
    assert manifest.pairs["winner"].tolist() == ["ann", "ann"]
    assert manifest.understood == ("mine.csv: 3 recordings in 2 pairs; column not used: venue",)


@pytest.mark.parametrize(
    ("column", "right"),
    [
        ("groups", "group"),
        ("Group ", None),
        ("player", "group"),
        ("Artist", "group"),
        ("performer", "group"),
        ("splits", "split"),
        ("events", "event"),
        ("exclude", "excluded"),
        ("colour", None),
    ],
)
def test_columns_that_are_almost_right_are_refused_with_the_right_name(read, column, right):
    text = f"recording,level,{column}\nann,1,x\nbob,0,x\n"
    if column == "splits":
        text = text.replace(",x", ",train")
    if right is None:
        manifest = read(text)
        expected = "x" if column == "Group " else "ann"
        assert manifest.recordings["group"].iloc[0] == expected
        return
    words = (
        f"column '{column.strip().lower()}' is not read, and there is no '{right}'; call it {right}"
    )
    with pytest.raises(TableError, match=words):
        read(text)


def test_a_column_beside_the_right_one_is_only_not_used(read):
    manifest = read("recording,level,group,artist\nann,1,x,y\nbob,0,x,z\n")
    assert manifest.recordings["group"].tolist() == ["x", "x"]
    assert manifest.understood[0].endswith("column not used: artist")


def test_a_task_s_columns_are_found_however_they_are_joined(read):
    columns = (Column("repeated-notes", allowed=("0", "1"), optional=True),)
    with pytest.raises(
        TableError, match="'repeated_notes' is not read, and there is no 'repeated-n"
    ):
        read("recording,repeated_notes\na,1\n", columns, takes_pairs=False)


def test_excluded_rows_are_left_out_and_may_contradict_others(read):
    manifest = read(
        "recording,level,split,excluded\nann,1,train,\nbob,0,train,in two splits\n"
        "bob,0,test,in two splits\ncyd,,,no level\n"
    )
    assert manifest.recordings["recording"].tolist() == ["ann"]
    assert "mine.csv: 3 of 4 rows excluded: in two splits (2), no level (1)" in manifest.understood
    with pytest.raises(TableError, match="line 5: 'level' is 'x'"):
        read("recording,level,excluded\nann,1,\nbob,0,why\nbob,0,why\ncyd,x,\n")
    with pytest.raises(TableError, match="every row is excluded"):
        read("recording,level,excluded\nann,1,why\n")


def test_a_manifest_without_some_recordings_has_none_of_their_pairs(read):
    left = read(PAIRS).without(["bob"])
    assert left.recordings["recording"].tolist() == ["ann", "cyd", "dan", "eve"]
    assert left.pairs["first"].tolist() == ["ann", "dan"]


def test_all_that_are_missing_are_named_at_once(read, tmp_path):
    (tmp_path / "ann.wav").touch()
    manifest = read("recording,level\nann,1\nzoe,0\nyan,0\nxu,1\n")
    with pytest.raises(TableError, match=r"3 of 4 recordings .* the first 'zoe'; also yan, xu"):
        locate_recordings(manifest, tmp_path)
    assert missing_recordings(manifest, tmp_path) == ["zoe", "yan", "xu"]


@pytest.mark.parametrize("level", ["", "n/a", "-"])
def test_a_level_is_needed_in_every_row(read, level):
    with pytest.raises(TableError, match=r"mine\.csv, line 3: 'level' is '"):
        read(f"recording,level\nann,1\nbob,{level}\n")


def test_levels_that_stand_apart_are_not_called_equal(read):
    pairs = labelled_pairs(read("recording,level,event\na,0,x\nb,1,y\n"))
    assert pairs.empty
