"""Whose a recording is, by the name of its file."""

import unicodedata

import pytest

from icpc.competition.matching import FileMatcher, Match
from ranking.files.names import Names

PEOPLE = {
    "ana": "Ana Prado",
    "j-yang": "Yang Jie",
    "gomez": "Luis Gómez Ruiz",
    "lukasz-krupinski": "Łukasz Krupiński",
    "ec2014-01": "Dov Adler",
    "ec2014-10": "Ewa Lis",
    "li": "Li Wei",
    "prado-2": "Maria Prado",
    "chenyu": "陈宇",
}
MATCHER = FileMatcher(
    Names(list(PEOPLE), list(PEOPLE.values())), {"ana": "mXb4mRwj8eo", "li": "x-Kim-123_z"}
)
RIGHT = {
    "name": {
        "ana.flac": "ana",
        "ANA.FLAC": "ana",
        "Ana Prado.mp3": "ana",
        "Prado, Ana.mp3": "ana",
        "day 2/Yang_Jie.m4a": "j-yang",
        "Lukasz Krupinski.wav": "lukasz-krupinski",
        "ŁUKASZ-KRUPIŃSKI.wav": "lukasz-krupinski",
        "ec2014-1.opus": "ec2014-01",
        "ec2014_10": "ec2014-10",
        "prado-2.flac": "prado-2",
        "陈宇.wav": "chenyu",
    },
    "name and number": {
        "ana-1.flac": "ana",
        "01 ana.flac": "ana",
        "03. Ana Prado (2).flac": "ana",
        "ec2014-10-3.opus": "ec2014-10",
        "12_j_yang.wav": "j-yang",
    },
    "folder": {
        "ana/Ballade.flac": "ana",
        "Ana Prado/02 Etude.flac": "ana",
        "stage 1/07 Yang Jie/x.flac": "j-yang",
        "gomez/CD1/01.flac": "gomez",
    },
    "part of its name": {
        "chopin_ana_final.flac": "ana",
        "2014 Ana Prado - Ballade 1.flac": "ana",
        "Gomez Ruiz, Luis: Nocturne.flac": "gomez",
        "recital Krupiński.flac": "lukasz-krupinski",
        "Ruiz ballade.flac": "gomez",
        "Adler.mp3": "ec2014-01",
        "陈宇 Ballade.wav": "chenyu",
    },
    "video": {
        "Chopin Competition [mXb4mRwj8eo].webm": "ana",
        "x-Kim-123_z.m4a": "li",
        "Yang Jie plays [mXb4mRwj8eo].webm": "ana",
    },
}
UNCLEAR = {
    "Prado - Ballade.flac": (),  # two of that name
    "ana and gomez.flac": ("ana", "gomez"),
    "banana.flac": (),
    "01.flac": (),
    "Ballade in G minor.flac": (),
    "li-ght.flac": (),  # two letters tell too little
    "Track 10.flac": (),
}


@pytest.mark.parametrize(
    ("matched", "name"), [(matched, name) for matched, names in RIGHT.items() for name in names]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_says_whose_a_file_is(matched, name, form):
    assert MATCHER.match(unicodedata.normalize(form, name)) == Match(
        (RIGHT[matched][name],), matched
    )


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_not_clear_is_nobodys(name):
    assert MATCHER.match(name).candidates == UNCLEAR[name]


def test_a_number_at_the_start_may_be_an_id():
    numbers = FileMatcher(Names(["7", "12"], ["Ana Prado", "Yang Jie"]), {})
    assert numbers.match("007.flac") == Match(("7",), "name")
    assert numbers.match("12 - Ballade.flac") == Match(("12",), "number")
    assert numbers.match("12 - Prado.flac") == Match(("7",), "part of its name")
    assert numbers.match("Ballade 7.flac") == Match(())
