"""Names: one candidate however spelt, or several that a word may mean."""

import unicodedata

import pytest

from ranking.files.names import Names, match_names, unify_spellings

NAMES = Names(
    ["seong-jin-cho", "zoe", "Zoë", "łukasz", "007", "12", "ana.prado"],
    ["Seong-Jin Cho", "Zoé Roy", "Zoë Łęcka", "Łukasz Krupiński", "Bond", "Ana", "Ana Prado"],
)


@pytest.mark.parametrize(
    ("word", "own"),
    [
        ("zoe", "zoe"),  # as it is, though Zoë is like it
        (unicodedata.normalize("NFD", "Zoë"), "Zoë"),
        ("ZOË", "Zoë"),
        ("Lukasz Krupinski", "łukasz"),
        ("LUKASZ", "łukasz"),
        ("Seong-Jin Cho", "seong-jin-cho"),
        ("seong_jin cho", "seong-jin-cho"),
        ("Seong-Jin\u00a0 Cho", "seong-jin-cho"),
        ("7", "007"),
        ("0012", "12"),
        ("12.0", "12"),
        ("Ana Prado", "ana.prado"),
        ("Ana", "12"),
        ("Prado, Ana", "ana.prado"),
        ("CHO Seong-Jin", "seong-jin-cho"),
        ("Krupinski Lukasz", "łukasz"),
    ],
)
def test_a_word_means_one_candidate_however_it_is_spelt(word, own):
    assert NAMES.meant(word) == (own,)


@pytest.mark.parametrize("word", ["", "Zo", "Prado", "70", "-12", "7.5", "Prado A", "21"])
def test_other_words_mean_nobody(word):
    assert NAMES.meant(word) == ()


def test_a_word_that_may_be_several_is_none_of_them():
    names = Names(["Müller", "Muller", "b1", "b2"], ["A", "B", "Bo Li", "Bo Li"])
    matches = match_names(["MULLER", "Bo Li", "muller", "Mueller", "x"], names)
    assert matches.found == {"MULLER": "Muller", "muller": "Muller"}  # case before diacritics
    assert matches.unclear == {"Bo Li": ("b1", "b2"), "Mueller": (), "x": ()}
    assert matches.problem("Bo Li") == "may be 'b1' or 'b2'"
    assert "did you mean 'Muller'?" in matches.problem("Mueller")


def test_an_id_is_nobody_elses_name():
    names = Names(["a", "b"], ["b", "a"])
    assert (names.meant("a"), names.meant("B")) == (("a",), ("a", "b"))


def test_only_what_is_spelt_otherwise_is_remarked_on():
    assert match_names(["zoe", "Bond", "Ana Prado"], NAMES).remark == ""
    words = ["ZOE", "7", "0012", "lukasz"]
    assert (
        match_names(words, NAMES).remark == "read 'ZOE' as 'zoe', '7' as '007', '0012' as "
        "'12' and 1 more so"
    )


def test_without_a_list_the_usual_spelling_stands_for_all():
    words = ["j1", "J1", "J1", "Béroff", "Beroff", "gpt-4", "gpt 4", "B+", "B"]
    unified = unify_spellings(words)
    assert (unified["j1"], unified["Béroff"]) == ("J1", "Beroff")
    assert [unified[word] for word in words[5:]] == words[5:]
    assert unify_spellings(reversed(words)) == unified


def test_order_is_free_in_names_of_letters_alone():
    names = Names(["1-2", "a b", "Béla Kis"])
    assert [names.meant(word) for word in ("2-1", "b a", "KIS Bela")] == [(), (), ("Béla Kis",)]


def test_who_may_be_meant_is_found_without_diacritics():
    matches = match_names(["Dvorzák", "KISS BELA"], Names(["Dvořák", "Béla Kis"]))
    assert "did you mean 'Dvořák'?" in matches.problem("Dvorzák")
