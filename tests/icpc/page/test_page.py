"""A report says what the tables of its study say."""

import builtins
import hashlib
import json
import platform
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icpc.cli.remedies import message
from icpc.competition.competitions import Competition
from icpc.findings.checks import check_study
from icpc.page import page as report
from icpc.page.curves import hit_rate_curves_by_label, hit_rate_page_data
from icpc.page.figures import CAPTIONS, FigureTables, draw_figures, figure_caption
from icpc.page.page import report_page
from icpc.page.reproduce import csv_downloads, sha256_by_input, versions_and_settings
from icpc.page.summary import headline_sentence, passing_phrase, report_remarks
from icpc.page.tournament import (
    cycles_page_data,
    method_agreement_page_data,
    ranking_table_with_roster,
    round_confusion_page_data,
    tally_page_data,
    upsets_page_data,
)
from icpc.page.votes import calibration_page_data, vote_shares_page_data
from icpc.study.by_round import tier_by_candidate_and_tiers
from icpc.study.comparisons import Comparisons, comparisons_from_votes
from icpc.study.kept import KeptResults
from icpc.study.runs import run_record
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.errors import ReportError
from ranking.tables import VOTES

ROUNDS = ("first", "final")


def roster_of(names, reached):
    score = [ROUNDS.index(one) if one else np.nan for one in reached]
    columns = {"candidate": names, "name": [name.upper() for name in names], "reached": reached}
    empty = {"country": "", "exempt": False, "recording": "", "place": ""}
    table = pd.DataFrame(columns).assign(score=np.array(score, dtype=float), **empty)
    return table.assign(seconds=np.nan, appearance=np.nan)


def study_of(comparisons, reached, **settings):
    names = [chr(ord("a") + at) for at in range(len(reached))]
    competition = Competition("small", "Small", ROUNDS, roster_of(names, reached), Path(__file__))
    table = pd.DataFrame(comparisons, columns=["first", "second", "winner"])
    comparisons = Comparisons(table.assign(votes=1, windows=1), f"{len(table)} comparisons")
    return run_study(competition, comparisons, Settings(**settings))


def both_ways(*wins):
    return [row for a, b in wins for row in ((a, b, a), (b, a, a))]


@pytest.fixture(scope="module")
def ring():
    """Each of a, b, c beats the next, c beats a, all beat d; c alone passed."""
    wins = [*("ab", "bc", "ca"), *("ad", "bd", "cd")]
    return study_of(both_ways(*wins), ["first", "first", "final", "first"])


def place_of(study):
    return {candidate: at for at, candidate in enumerate(study.ranking["candidate"])}


@pytest.fixture(scope="module")
def voted():
    """Three recitals of two windows; a wins the first, b the second against everyone."""
    p = {("a", 0): 0.9, ("b", 0): 0.5, ("c", 0): 0.1, ("a", 1): 0.4, ("b", 1): 0.8, ("c", 1): 0.2}
    rows = [
        (first, second, window, window, 0.5 + (p[first, window] - p[second, window]) / 2)
        for first in "abc"
        for second in "abc"
        if first != second
        for window in (0, 1)
    ]
    votes = pd.DataFrame(rows, columns=list(VOTES))
    roster = roster_of(list("abc"), ["final", "first", "first"])
    competition = Competition("small", "Small", ROUNDS, roster, Path(__file__))
    return run_study(competition, comparisons_from_votes(votes, "majority"), Settings())


def test_the_tally_comes_back_in_the_order_of_the_ranking(study2015):
    place = place_of(study2015)
    packed = tally_page_data(study2015, place)
    n = len(place)
    at = study2015.tally.candidates.get_indexer(list(place))
    for name, table in (
        ("comparisons", study2015.tally.comparisons),
        ("wins", 2 * study2015.tally.first_wins),
    ):
        assert packed[name]["type"] == "Uint8Array"
        values = np.frombuffer(b64decode(packed[name]["base64"]), np.uint8).reshape(n, n)
        np.testing.assert_array_equal(values, table[np.ix_(at, at)])


def test_many_comparisons_of_two_take_wider_numbers():
    study = study_of([("a", "b", "a")] * 200 + [("b", "a", "a")] * 100, ["final", "first"])
    packed = tally_page_data(study, place_of(study))
    assert packed["comparisons"]["type"] == "Uint8Array"
    assert packed["wins"]["type"] == "Uint16Array"
    values = np.frombuffer(b64decode(packed["wins"]["base64"]), "<u2").reshape(2, 2)
    assert values.tolist() == [[0, 400], [0, 0]]


def test_candidates_are_the_ranking_with_names_and_results(ring):
    groups, kinds = tier_by_candidate_and_tiers(ring)
    table = ranking_table_with_roster(ring, groups, kinds)
    assert list(table["candidate"]) == list(ring.ranking["candidate"])
    by_id = table.set_index("candidate")
    assert by_id.loc["c", ["name", "reached", "kind", "passed"]].to_list() == [
        "C",
        "final",
        1,
        True,
    ]
    assert by_id.loc["d", ["wins", "comparisons", "passed"]].to_list() == [0, 6, False]


def test_cycles_and_upsets_by_hand(ring):
    place = place_of(ring)
    found = cycles_page_data(ring, place)
    (cycle,) = found["cycles"]
    assert cycle["members"] == 3
    ids = [ring.ranking["candidate"][at] for at in cycle["candidates"]]
    assert "".join(ids) in {"abc", "bca", "cab"}
    assert len(found["triads"]) == 0  # three of equal rank span nothing
    listed = upsets_page_data(ring, place)
    assert listed["all"] == 1
    assert listed["shown"] == [
        {"winner": place["b"], "loser": place["c"], "won": 2, "comparisons": 2, "gap": 1}
    ]
    assert listed["columns"] == [[place["b"]], [place["c"]]]


def test_rounds_have_the_furthest_first_and_are_left_out_where_results_are_none(ring):
    table = round_confusion_page_data(ring)
    assert table["names"] == ["final", "first"]
    assert np.sum(table["counts"]) == 4
    assert round_confusion_page_data(study_of(both_ways("ab"), ["", ""])) is None
    assert round_confusion_page_data(study_of(both_ways("ab"), ["final", "final"])) is None


def test_methods_name_whom_they_rank_differently(study2015):
    place = place_of(study2015)
    found = method_agreement_page_data(study2015, place)
    at, ranks = found["moved"][0]
    by_method = dict(zip(found["names"], ranks, strict=True))
    assert by_method[study2015.settings.method] == study2015.ranking["rank"][at]
    spreads = [max(own) - min(own) for _, own in found["moved"]]
    assert spreads == sorted(spreads, reverse=True)
    np.testing.assert_allclose(np.diag(found["taus"]), 1)


def curves_of(study):
    return hit_rate_curves_by_label(KeptResults(study, None))


@pytest.mark.slow
def test_curves_can_be_switched_between_countings(study2015):
    curves = curves_of(study2015)
    assert list(curves) == [
        "every comparison, by bradley-terry",
        "the paper's counting: pairs of unequal result only, by raw wins",
        "the paper's Figure 2, from its own points",
    ]
    own, paper, figure = curves.values()
    assert own.summary.auc == pytest.approx(0.575, abs=0.01)  # PAPER: 0.575 and 0.793
    assert paper.summary.auc == pytest.approx(0.793, abs=0.0005)
    place = place_of(study2015)
    drawn = hit_rate_page_data(own, place)
    assert sorted(drawn["candidate"]) == list(range(113))
    assert (drawn["name"], drawn["tiers"]) == (None, None)
    points = hit_rate_page_data(figure, place)
    assert points["candidate"] is None
    assert [points["tiers"][at] for at in points["tier"]] == list(figure.curve["reached"])


def test_a_study_by_the_papers_counting_is_shown_beside_the_fair_one():
    wins = both_ways("ab", "ac", "bd", "dc")
    study = study_of(wins, ["final", "final", "first", "first"], method="wins", count="paper")
    assert [label.partition(":")[0] for label in curves_of(study)] == [
        "the paper's counting",
        "every comparison, by bradley-terry",
    ]
    assert curves_of(study_of(wins, ["", "", "", ""])) == {}


def test_windows_tell_best_and_worst_by_hand(voted):
    place = place_of(voted)
    groups, kinds = tier_by_candidate_and_tiers(voted)
    found = vote_shares_page_data(voted, place, groups, kinds)
    a = found["candidates"][place["a"]]
    assert (a["minute"], a["share"], a["votes"]) == ([0, 5], [1.0, 0.5], [4, 4])
    assert (a["best"], a["worst"]) == (0, 5)
    final = [row for row in found["groups"] if row["kind"] == 1]
    assert [(row["minute"], row["share"], row["candidates"]) for row in final] == [
        (0, 1.0, 1),
        (5, 0.5, 1),
    ]


def test_calibration_is_of_votes_on_unequal_results(voted, study2015):
    found = calibration_page_data(voted)
    assert sum(row["votes"] for row in found["rows"]) == 8
    score = {"a": 1, "b": 0, "c": 0}
    votes = voted.comparisons.votes
    unequal = votes[votes["first"].map(score) != votes["second"].map(score)]
    right = (unequal["first"] == "a").astype(float)
    assert found["brier"] == pytest.approx(((unequal["p_first"] - right) ** 2).mean())
    assert calibration_page_data(study2015) is None


def test_votes_are_those_for_the_first_of_the_pair(voted):
    place = place_of(voted)
    packed = tally_page_data(voted, place)
    tables = {
        name: np.frombuffer(b64decode(packed[name]["base64"]), np.uint8).reshape(3, 3)
        for name in ("votes", "votesFirst")
    }
    a, b = place["a"], place["b"]
    assert (tables["votes"][a, b], tables["votesFirst"][a, b], tables["votesFirst"][b, a]) == (
        2,
        1,
        1,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wins", "reached", "words"),
    [
        (("ab", "bc", "ac"), ["first"] * 3, "A is ranked first of 3 candidates (at 95"),
        (("ab", "bc", "ca"), [""] * 3, "A, B and C share the first rank of 3 candidates; there"),
        (("ab", "bc", "ac"), [""] * 3, "could be first); there is no result to compare the"),
        (
            ("ab", "bc", "ac"),
            ["final", "first", "first"],
            "went to the one who got further, which cannot be told from chance (p = 1).",
        ),
    ],
)
def test_the_headline_is_one_sentence(wins, reached, words):
    study = study_of(both_ways(*wins), reached)
    headline = headline_sentence(study, check_study(study))
    assert words in headline
    assert headline.count(". ") == 0


@pytest.mark.parametrize(("times", "more"), [(1, "2 more"), (40, "nobody else")])
def test_who_else_could_be_first_is_told_by_the_test_of_differences(times, more):
    """A range of rank is right on average only: it was "1 to 1; 2 more could be first"."""
    study = study_of(both_ways("ab", "ac", "bc") * times, [""] * 3)
    headline = headline_sentence(study, check_study(study))
    assert f"A is ranked first of 3 candidates (at 95 % confidence {more} could be" in headline


def test_of_resampled_windows_the_headline_tells_whose_ranges_hold_the_first_rank(voted):
    study = run_study(voted.competition, voted.comparisons, Settings(resample="windows"))
    headline = headline_sentence(study, check_study(study))
    assert study.ranking["rank_low"].tolist() == [1, 1, 3]
    assert (
        "A and B share the first rank of 3 candidates (95 % intervals of rank: nobody else's "
        "includes the first rank); " in headline
    )


@pytest.mark.slow
def test_where_a_method_gives_no_intervals_none_are_claimed(ring):
    ranges = ["rank_low", "rank_high", "strength_low", "strength_high"]
    bare = replace(ring, ranking=ring.ranking.assign(**dict.fromkeys(ranges, np.nan)))
    headline = headline_sentence(bare, check_study(bare))
    assert (
        "share the first rank of 4 candidates (no 95 % interval: bradley-terry gives none); "
        in headline
    )
    text = report_page(bare, run_record(bare), "judge").partition('<script type="application')[0]
    assert "nan" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    for claim in ("The bar spans", "A line is the 95"):
        assert claim in report_page(ring, run_record(ring), "judge")
        assert claim not in text


def test_many_leaders_give_their_number():
    study = study_of(both_ways("ab", "bc", "cd", "da"), [""] * 4)
    headline = headline_sentence(study, check_study(study))
    assert headline.startswith("all 4 candidates share the first rank")


@pytest.mark.slow
def test_files_are_those_of_the_run(ring, voted):
    files = csv_downloads(
        ring,
        check_study(ring),
        next(iter(curves_of(ring).values())),
    )
    assert list(files) == [
        "ranking.csv",
        "roster.csv",
        "comparisons.csv",
        "hitrate.csv",
        "checks.csv",
    ]
    text, rows = files["comparisons.csv"]
    assert text.splitlines()[0] == "first,second,winner,votes,windows"
    assert rows == len(text.splitlines()) - 1 == 12
    assert csv_downloads(voted, check_study(voted), None)["votes.csv"][1] == 12


def test_what_a_study_lacks_is_left_out_and_named_in_one_line():
    study = study_of([("a", "b", "a"), ("b", "c", "b")], [""] * 3)
    page = report_page(study, run_record(study), "judge")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert text.count("Left out: ") == 1
    for line in (
        "Who passed (there is no result, or all passed, or none)",
        "Rounds (results are unknown, all equal, or too many different scores)",
        "Upsets (nobody beat a candidate who is known to have got further)",
        "Over the recital (these comparisons are not votes on windows of recordings)",
        "Calibration (there are no probabilities of votes on candidates of unequal result)",
        "Simple rules (there are no unequal results)",
        "No cycles: by the majority of comparisons",
    ):
        assert line in text, line


def test_sections_are_named_as_in_the_navigation(ring):
    page = report_page(ring, run_record(ring), "judge")
    links = re.findall(r'<li><a href="#(\w+)">([^<]+)</a></li>', page)
    heads = re.findall(r'<h2 id="(\w+)-head">([^<]+)</h2>', page)
    assert links
    assert links == heads


def test_the_page_says_how_to_make_it_again(ring):
    page = report_page(ring, run_record(ring), "judge report --roster small.csv")
    assert "judge report --roster small.csv" in page
    record = run_record(ring)
    assert record["sha256"]["roster"] in page
    assert record["libraries"]["scipy"] in page
    assert json.dumps("seed") not in page.partition("<main")[0]


def test_too_many_candidates_for_a_page_are_refused(ring, monkeypatch):
    monkeypatch.setattr(report, "MAX_CANDIDATES", 3)
    with pytest.raises(ReportError, match="4 candidates; a page holds 3; rank them in groups"):
        report_page(ring, run_record(ring), "judge")


def test_what_is_not_installed_is_named(ring, monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name == "plots.page.render":
            raise ModuleNotFoundError(name="jinja2")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ReportError, match="jinja2 is not installed") as caught:
        report_page(ring, run_record(ring), "judge")
    assert "pip install 'judge[report]'" in message(caught.value)


def test_hundreds_of_different_marks_are_no_rounds(study2015):
    roster = study2015.competition.roster
    marked = roster.assign(reached="", score=np.linspace(0, 2, len(roster)))
    study = replace(study2015, competition=replace(study2015.competition, roster=marked))
    groups, kinds = tier_by_candidate_and_tiers(study)
    assert set(ranking_table_with_roster(study, groups, kinds)["kind"]) == {0, 1}
    assert round_confusion_page_data(study) is None


def test_it_names_what_it_takes_to_make_the_page_again(ring):
    record = run_record(ring)
    facts = versions_and_settings(record)
    assert facts["Python"] == platform.python_version()
    assert (facts["method"], facts["seed"], facts["passing score"]) == (
        "bradley-terry",
        "0",
        "1",
    )
    assert not {"encoder", "recordings", "device"} & set(facts)
    assert sha256_by_input(record) == {
        "the roster": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    }


def test_it_names_the_ranker_the_encoder_and_the_recordings(ring):
    provenance = {
        "ranker": {"sha256": "r" * 64},
        "encoder": {"encoder": "spectrogram", "precision": "float32", "weights_sha256": ""},
        "pairing": {"windows": "aligned", "antisymmetric": False},
        "recordings": {"a": "1" * 64, "b": ["2" * 64, "3" * 64]},
        "device": "cpu",
    }
    record = run_record(ring) | {
        "provenance": provenance,
        "written": {"votes.csv": "v" * 64},
        "sha256": {},
    }
    facts = versions_and_settings(record)
    assert (facts["encoder"], facts["windows"], facts["recordings"]) == (
        "spectrogram",
        "aligned",
        "3",
    )
    assert sha256_by_input(record) == {"votes.csv of the run": "v" * 64, "the ranker": "r" * 64}


@pytest.mark.parametrize(
    ("rounds", "score", "phrase"),
    [
        (ROUNDS, 1, "passed into final"),
        ((), 1, "scored 1 or more"),
        ((), 2.5, "scored 2.5 or more"),
    ],
)
def test_it_says_what_those_did_who_passed(ring, rounds, score, phrase):
    competition = replace(ring.competition, rounds=rounds)
    comparisons = replace(ring.comparisons, passing_score=score)
    assert passing_phrase(replace(ring, competition=competition, comparisons=comparisons)) == phrase


def test_remarks_become_sentences_and_ids_keep_their_letters(ring):
    comparisons = replace(ring.comparisons, remark="made by hand")
    study = replace(ring, comparisons=comparisons, remarks=("a: is an id", "who won?", ""))
    assert report_remarks(study) == ["Made by hand.", "a: is an id.", "Who won?"]


@pytest.mark.slow
def test_every_figure_has_title_competition_ranker_and_finding(voted):
    drawn = dict(draw_figures(voted))
    assert {"windows", "calibration", "upsets"} - set(drawn) == {"upsets"}  # a beats everybody
    for name, figure in drawn.items():
        if name == "hitrate":  # has its own
            continue
        lines, title = (text.get_text() for text in figure.texts[-2:])
        assert title == CAPTIONS[name][0]
        ranker, finding = lines.replace("\n", " ").split(", by bradley-terry ")
        assert ranker == "Small · Your own ranker"
        assert finding == figure_caption(FigureTables(voted), name)[2]


def test_findings_of_figures_by_hand(voted, ring):
    """A has all votes in one window and half in the other; the ring's best three share a rank."""
    windows = figure_caption(FigureTables(voted), "windows")[2]
    assert windows == "Half of the candidates have 50 points or more between best and worst window."
    assert {
        name: figure_caption(FigureTables(ring), name)[2]
        for name in ("head-to-head", "rounds", "upsets")
    } == {
        "head-to-head": "100.0 % of comparisons went to the better ranked of the two.",
        "rounds": "2 of 4 are in the round that the ranking puts them in.",
        "upsets": "Once someone beat a candidate who got further; the widest are shown.",
    }
