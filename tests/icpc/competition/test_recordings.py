"""Whose recording a file is."""

import unicodedata

import pytest

from icpc.competition.competitions import load_competition, read_competition
from icpc.competition.recordings import find_recordings, match_recordings
from ranking.errors import CompetitionError

ROSTER = """candidate,recording
ann,first.flac
bob,https://www.youtube.com/watch?v=mXb4mRwj8eo&t=9
cyd,https://example.org/rounds/recital-7.mp3
dov,
eve,
"""


@pytest.fixture
def competition(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER)
    for name in ("first.flac", "x [mXb4mRwj8eo].webm", "recital-7.mp3", "dov.M4A", "notes.txt"):
        (tmp_path / name).touch()
    return read_competition(tmp_path / "roster.csv")


def test_files_are_found_by_path_by_video_and_by_id(competition):
    found = find_recordings(competition).set_index("candidate")["path"].map(lambda path: path.name)
    assert found.to_dict() == {
        "ann": "first.flac",
        "bob": "x [mXb4mRwj8eo].webm",
        "cyd": "recital-7.mp3",
        "dov": "dov.M4A",  # eve is named nowhere
    }


def test_an_id_goes_before_a_video(competition, tmp_path):
    (tmp_path / "bob.opus").touch()
    assert find_recordings(competition)["path"].map(lambda path: path.name)[1] == "bob.opus"


def test_a_missing_recording_is_named_with_the_file_name_it_should_have(competition, tmp_path):
    (tmp_path / "x [mXb4mRwj8eo].webm").unlink()
    with pytest.raises(CompetitionError, match=r"1 of 4 recordings .* of bob; .* as bob\.flac"):
        find_recordings(competition)


def test_the_videos_of_2015_are_looked_for_by_their_ids(tmp_path):
    competition = load_competition("icpc2015")
    named = competition.eligible[competition.eligible["recording"] != ""]
    assert len(named) == 145
    for address in named["recording"]:
        (tmp_path / f"{address.rpartition('=')[2]}.m4a").touch()
    found = find_recordings(competition, tmp_path)
    assert found["candidate"].tolist() == named["candidate"].tolist()
    assert all(
        path.stem in address
        for path, address in zip(found["path"], named["recording"], strict=True)
    )


PEOPLE = """candidate,name
ana,Ana Prado
bela,Béla Kis
chen,Chen Yu
dov,Dov Adler
"""


def played(folder, *files, roster=PEOPLE):
    """A competition whose folder has these files, each with a content of its own."""
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (folder / "roster.csv").write_text(roster)
    return read_competition(folder / "roster.csv")


def whose(found):
    table = found.table
    return {
        own: [found.files.name(path) for path in paths]
        for own, paths in table.groupby("candidate", sort=False)["path"]
    }


def test_files_by_id_name_and_part_of_a_name_are_shown_in_a_table(tmp_path):
    competition = played(
        tmp_path, "ana.flac", "Kis, Béla.mp3", "day 2/final_chen_op_1.m4a", "dov/recital.wav"
    )
    found = match_recordings(competition)
    assert found.lines() == [
        "candidate  file                       matched by",
        "ana        ana.flac                   name",
        "bela       Kis, Béla.mp3              name",
        "chen       day 2/final_chen_op_1.m4a  part of its name",
        "dov        dov/recital.wav            folder",
    ]
    assert found.remarks == ()
    plain = played(tmp_path / "2", "ana.flac", "bela.mp3", "chen.m4a", "dov.wav")
    assert match_recordings(plain).lines() == []


def test_pieces_are_in_the_order_of_their_numbers_or_of_an_index(tmp_path):
    files = ["ana-10.flac", "ana-2.flac", "Béla Kis/1 b.mp3", "Béla Kis/2 a.mp3", "chen.wav"]
    competition = played(tmp_path, *files, "dov.wav")
    found = match_recordings(competition)
    assert whose(found) == {
        "ana": ["ana-2.flac", "ana-10.flac"],
        "bela": ["Béla Kis/1 b.mp3", "Béla Kis/2 a.mp3"],
        "chen": ["chen.wav"],
        "dov": ["dov.wav"],
    }
    assert found.remarks == ()
    assert found.lines()[1:3] == [
        "ana        ana-2.flac        name and number",
        "           ana-10.flac       name and number",
    ]
    index = tmp_path / "index.csv"
    index.write_text(
        "candidate,recording\nDov Adler,dov\nana,ana-10.flac\nana,ana-2.flac\n"
        "BELA,Be\u0301la Kis/2 a.mp3\nBéla Kis,Béla Kis/1 b.mp3\nchen,CHEN.WAV\n"
    )
    found = match_recordings(competition, index=index)
    assert whose(found)["ana"] == ["ana-10.flac", "ana-2.flac"]
    assert whose(found)["bela"] == ["Béla Kis/2 a.mp3", "Béla Kis/1 b.mp3"]
    assert whose(found)["chen"] == ["chen.wav"]
    assert found.remarks == ()


def test_an_order_that_nothing_gives_is_said_to_be_unknown(tmp_path):
    competition = played(tmp_path, "ana-ballade.flac", "ana-etude.flac", "bela.wav", "chen.wav")
    remarks = match_recordings(competition).remarks
    assert remarks[0] == "without a recording, and left out: dov."
    assert remarks[1] == (
        "WARNING: the order of the 2 files of ana is not known: they are taken by name, "
        "ana-ballade.flac, ana-etude.flac; number them, or write an index."
    )


LEFT = ("ana.flac", "bela.wav", "Chan Yue.wav", "track 7.mp3", "ana and bela.wav")


def test_candidates_and_files_that_lack_each_other_stop_or_are_left_out(tmp_path):
    competition = played(tmp_path, *LEFT)
    with pytest.raises(CompetitionError) as caught:
        match_recordings(competition)
    assert caught.value.what == (
        "2 candidates have no recording, and 3 files have no candidate: chen, dov; "
        "ana and bela.wav (of ana or bela?); Chan Yue.wav (did you mean 'Chen Yu'?); track 7.mp3"
    )
    assert caught.value.key == "name-recordings"
    found = match_recordings(competition, skip_bad=True)
    assert whose(found) == {"ana": ["ana.flac"], "bela": ["bela.wav"]}
    assert found.remarks[:2] == (
        "without a recording, and left out: chen, dov.",
        "3 files have no candidate: ana and bela.wav (of ana or bela?), Chan Yue.wav (did you mean "
        "'Chen Yu'?), track 7.mp3.",
    )


def test_who_has_none_is_left_out_where_no_file_is_left_over(tmp_path):
    found = match_recordings(played(tmp_path, "ana.flac", "bela.wav", "notes.txt"))
    assert found.table["candidate"].tolist() == ["ana", "bela"]
    assert found.remarks == (
        "without a recording, and left out: chen, dov.",
        "passed over 1 file that is no sound: notes.txt.",
    )
    all_four = played(tmp_path, "chen.wav", "dov.wav", "applause.wav")
    assert match_recordings(all_four).remarks[0] == "1 file has no candidate: applause.wav."


@pytest.mark.parametrize(
    ("files", "roster", "words"),
    [
        (["ana.flac", "ana.mp3"], PEOPLE, "ana.flac and ana.mp3 are two formats of one recording"),
        (["wav/ana.wav", "m4a/ana.m4a"], PEOPLE, "are two formats of one recording of ana"),
        (["x.wav"], "candidate,recording\nann,x.wav\nbob,x.wav\n", "x.wav is of ann and bob"),
        (["x.wav"], "candidate,recording\nann,X.wav\nbob,./x.wav\n", "x.wav is of ann and bob"),
    ],
)  # fmt: skip
def test_two_of_one_recording_and_one_of_two_candidates_are_refused(tmp_path, files, roster, words):
    competition = played(tmp_path, *files, roster=roster)
    with pytest.raises(CompetitionError, match=words) as caught:
        match_recordings(competition, skip_bad=True)
    assert caught.value.remedy == "keep one of them, or correct whose it is"


@pytest.mark.parametrize("copy", ["ana (2).flac", "copy of ana.flac", "ana/2.flac", "ana-1.flac"])
def test_copies_of_one_file_are_refused(tmp_path, copy):
    competition = played(tmp_path, "ana.flac", copy, "ana-3.flac")
    (tmp_path / copy).write_bytes((tmp_path / "ana.flac").read_bytes())
    with pytest.raises(CompetitionError, match=r"\.flac and .*\.flac of ana are the same file"):
        match_recordings(competition)


def test_an_index_names_candidates_of_the_roster_and_files_of_the_folder(tmp_path):
    competition = played(tmp_path, "a.wav", "b.wav", "c.wav")
    index = tmp_path / "index.csv"
    index.write_text("candidate,recording\nana,a.wav\nBella,b.wav\n")
    with pytest.raises(CompetitionError, match=r"line 3: 'Bella' is not a candidate of the roster"):
        match_recordings(competition, index=index)
    index.write_text("candidate,recording\nana,a.wav\nbela,d.wav\n")
    with pytest.raises(CompetitionError, match=r"index\.csv: 1 of 2 recordings .* d\.wav of bela;"):
        match_recordings(competition, index=index)
    found = match_recordings(competition, index=index, skip_bad=True)
    assert found.table["candidate"].tolist() == ["ana"]
    assert found.remarks[0] == "1 of 2 recordings were not found, of bela."
    index.write_text("candidate,recording\nana,a.wav\nbela,b.wav\n")
    assert match_recordings(competition, index=index).remarks == (
        "without a recording, and left out: chen, dov.",
        "not used, as index.csv does not name them: c.wav.",
    )


def test_exempt_candidates_have_files_that_are_not_used(tmp_path):
    roster = "candidate,name,exempt\nana,Ana Prado,\nbela,Béla Kis,yes\nchen,Chen Yu,\ndov,,\n"
    found = match_recordings(played(tmp_path, "ana.wav", "bela.wav", "chen.wav", roster=roster))
    assert found.table["candidate"].tolist() == ["ana", "chen"]
    assert found.remarks[1] == (
        "not used, as their candidates have other files or are exempt: bela.wav."
    )


@pytest.mark.parametrize("roster_form", ["NFC", "NFD"])
@pytest.mark.parametrize("file_form", ["NFC", "NFD"])
def test_names_of_macos_and_linux_are_the_same(tmp_path, roster_form, file_form):
    roster = "candidate,name,recording\nbéla,Béla Kis,\nlászló,László Gál,nagy/é.wav\n"
    files = [unicodedata.normalize(file_form, name) for name in ("béla.wav", "nagy/é.wav")]
    competition = played(tmp_path, *files, roster=unicodedata.normalize(roster_form, roster))
    found = match_recordings(competition)
    assert whose(found) == {"béla": ["béla.wav"], "lászló": ["nagy/é.wav"]}
    assert all(path.is_file() for path in found.table["path"])
