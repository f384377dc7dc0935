"""Bundled competitions and those of one's own."""

import pytest

from icpc.competition.bundled import bundled_competition_names
from icpc.competition.competitions import load_competition, read_competition
from ranking.comparisons.reading import read_comparisons
from ranking.errors import CompetitionError


def folder_with(folder, settings, roster="candidate,reached\na,one\nb,two\n"):
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    if settings is not None:
        (folder / "competition.toml").write_text(settings, encoding="utf-8")
    return folder / "roster.csv"


def test_the_files_of_bundled_competitions_exist():
    assert bundled_competition_names() == ["icpc2015", "icpc2025"]
    sizes = {}
    for name in bundled_competition_names():
        competition = load_competition(name)
        sizes[name] = len(competition.eligible)
        assert competition.name == name
        assert competition.title
        assert competition.roster["score"].notna().all()
        for path in (competition.comparisons, competition.panel, competition.published_curve):
            assert path is None or path.is_file()
    assert sizes == {"icpc2015": 158, "icpc2025": 84}


def test_2015_results_are_those_of_the_competition(icpc2015):
    """Official: 84 passed into stage 1 with the seven exempt, then 43, 20 and 10 finalists."""
    score = icpc2015.roster["score"]
    assert [(score >= passed).sum() for passed in (2, 3, 4)] == [43, 20, 10]
    final = icpc2015.roster[icpc2015.roster["reached"] == "final"].set_index("place")["name"]
    assert final["1"] == "Seong-Jin Cho"
    assert final["2"] == "Charles Richard-Hamelin"


def test_2015_comparisons_are_of_unequal_scores_but_for_two_pairs_of_finalists(icpc2015):
    score = icpc2015.roster.set_index("candidate")["score"]
    table = read_comparisons(icpc2015.comparisons, score.index).table
    equal = table[table["first"].map(score) == table["second"].map(score)]
    assert len(equal) == 4
    assert set(equal["first"]) == {"dmitry-shishkin", "szymon-nehring", "georgijs-osokins"}


def test_a_competition_of_ones_own_takes_its_rounds_from_the_settings_beside_it(tmp_path):
    roster = folder_with(tmp_path, 'name = "mine"\ntitle = "My own"\nrounds = ["one", "two"]\n')
    competition = read_competition(roster)
    assert (competition.name, competition.title) == ("mine", "My own")
    assert competition.roster["score"].tolist() == [0, 1]


def test_rounds_given_win_over_those_in_the_settings(tmp_path):
    roster = folder_with(tmp_path, 'rounds = ["two", "one"]\n')
    assert read_competition(roster, ("one", "two")).roster["score"].tolist() == [0, 1]


def test_without_settings_the_name_is_that_of_the_file(tmp_path):
    competition = read_competition(folder_with(tmp_path, None), ("one", "two"))
    assert competition.name == competition.title == "roster"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("rounds = [", "not TOML"),
        ('runds = ["one"]', "unknown setting 'runds' (did you mean 'rounds'?)"),
        ('rounds = "one"', "'rounds' is 'one'; give a list of texts"),
        ("rounds = [1, 2]", "'rounds' is [1, 2]; give a list of texts"),
        ("name = 3", "'name' is 3; give a text"),
        ('rounds = ["one", "one"]', "one, one names one of them twice"),
    ],
)
def test_faulty_settings_are_named(tmp_path, settings, words):
    with pytest.raises(CompetitionError) as caught:
        read_competition(folder_with(tmp_path, settings))
    assert words in str(caught.value)


def test_an_unknown_name_gets_the_choices():
    with pytest.raises(CompetitionError, match=r"did you mean 'icpc2015'.*or read your own roster"):
        load_competition("icpc201")
    with pytest.raises(CompetitionError, match="choose icpc2015 or icpc2025"):
        load_competition("../data/icpc2015")


TITLED = """rounds = ["one", "two"]
[round_titles]
two = " the final "
"""


def test_rounds_have_titles_for_people_and_names_for_options(tmp_path):
    competition = read_competition(folder_with(tmp_path, TITLED))
    assert competition.rounds == ("one", "two")
    assert competition.titles_of_rounds == ("one", "the final")
    shown = competition.with_titles
    assert shown.rounds == ("one", "the final")
    assert shown.roster["reached"].tolist() == ["one", "the final"]
    assert shown.score.equals(competition.score)
    assert shown.with_titles.rounds == shown.rounds
    assert competition.roster["reached"].tolist() == ["one", "two"]


def test_titles_of_other_rounds_than_those_given_are_not_used(tmp_path):
    roster = folder_with(tmp_path, TITLED, "candidate,reached\na,left\nb,one\n")
    assert read_competition(roster, ("left", "one")).titles_of_rounds == ("left", "one")


def test_bundled_competitions_call_rounds_as_their_sources_do(icpc2015):
    stages = ("stage 1", "stage 2", "stage 3", "final")
    assert icpc2015.titles_of_rounds == ("preliminary round", *stages)
    assert load_competition("icpc2025").titles_of_rounds == stages


@pytest.mark.parametrize(
    ("titles", "error"),
    [
        ('one = ""', "the title of round 'one' is empty; write its title, or leave the line out"),
        ('one = "  "', "the title of round 'one' is empty"),
        ('one = "A"\ntwo = " A"', "rounds 'one' and 'two' are both called 'A'; give each round"),
        ('one = "two"', "rounds 'two' and 'one' are both called 'two'"),
        ('tow = "A"', "'round_titles' has 'tow', which is no round; name one of one, two"),
        ("one = 1", "'round_titles' is {'one': 1}; give a table of texts"),
    ],
)
def test_titles_that_name_no_round_or_two_are_refused(tmp_path, titles, error):
    settings = f'rounds = ["one", "two"]\n[round_titles]\n{titles}\n'
    with pytest.raises(CompetitionError) as caught:
        read_competition(folder_with(tmp_path, settings))
    assert error in str(caught.value)
    assert "competition.toml" in str(caught.value)
