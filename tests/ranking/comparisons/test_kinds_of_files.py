"""Tables as people have them: each kind is read right, or refused with the right hint."""

import openpyxl
import pytest

from ranking.comparisons.reading import read_comparisons
from ranking.errors import ComparisonsError, JudgeError, TableError
from ranking.files.names import Names

ROSTER = Names(["ana", "bela", "7"], ["Ana Prado", "Béla Kis", "Chen Yu"])
ABC = [("ana", "bela", "ana"), ("bela", "7", "7"), ("7", "ana", "tie")]


def read(folder, text, candidates=ROSTER, columns=None):
    """Read a file: lines are separated by blanks, and a blank is a tilde."""
    path = folder / "mine.csv"
    path.write_text(text.replace(" ", "\n").replace("~", " "), encoding="utf-8")
    return read_comparisons(path, candidates, columns or {})


def rows(read_table):
    return [tuple(row) for row in read_table.table[["first", "second", "winner"]].to_numpy()]


READ_RIGHT = {
    # who won, by place or word
    "first, second": "first,second,winner ana,bela,first bela,7,second 7,ana,tie",
    "left, right": "left,right,winner ana,bela,left bela,7,right 7,ana,draw",
    "arena": "model_a,model_b,winner ana,bela,model_a bela,7,model_b 7,ana,tie~(bothbad)",
    "numbers": "team1,team2,result ana,bela,1 bela,7,2 7,ana,0",
    "points of chess": "white,black,result ana,bela,1-0 bela,7,0-1 7,ana,1/2-1/2",
    "points of the first": "first,second,outcome ana,bela,1 bela,7,0 7,ana,0.5",
    "signs": "first,second,outcome ana,bela,1 bela,7,-1 7,ana,0",
    "letters": "option_a,option_b,preferred ana,bela,A bela,7,B 7,ana,equal",
    "wins": "item_1,item_2,choice ana,bela,1~wins bela,7,2~wins 7,ana,both",
    "football words": "home,away,result ana,bela,H bela,7,A 7,ana,D",
    "pools": "home,away,result ana,bela,1 bela,7,2 7,ana,X",
    "header as word": "text_a,text_b,label ana,bela,text_a bela,7,text_b 7,ana,tie",
    # goals
    "home and away": "home,away,home_goals,away_goals ana,bela,2,1 bela,7,0,3 7,ana,1,1",
    "football-data": "Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR x,ana,bela,2,1,H y,bela,7,0,3,A "
    "z,7,ana,1,1,D",
    "scores of teams": "team_1,team_2,score_1,score_2 ana,bela,2.5,1 bela,7,0,3 7,ana,1,1",
    "both in one": "home_team;away_team;score ana;bela;2:1 bela;7;0–3 7;ana;1-1",
    "players": "player1,player2,points1,points2 ana,bela,21,1 bela,7,20,22 7,ana,9,9",
    # names instead of ids, spelt otherwise
    "names": "first,second,winner Ana~Prado,Béla~Kis,Ana~Prado Béla~Kis,Chen~Yu,Chen~Yu "
    "Chen~Yu,Ana~Prado,tie",
    "without diacritics": "first,second,winner ana,Bela~Kis,ana BELA,7,7 007,ana~prado,tie",
    "decomposed": "first,second,winner ana,Be\u0301la~Kis,ana Be\u0301la~Kis,7,7 7,ana,tie",
    "numbers of a spreadsheet": "first,second,winner ana,bela,ANA bela,7.0,7 07,Ana,tie",
    "winners by name": "first,second,winner ana,bela,Ana~Prado bela,7,Chen~Yu 7,ana,Tie",
    # results that there are not
    "not yet known": "first,second,winner ana,bela,ana bela,7,7 7,bela, 7,ana,tie 7,ana,?",
    "walk-over": "first,second,winner ana,bela,ana bela,7,7 7,bela,w.o. 7,ana,tie 7,ana,walkover",
    "beside a winner": "first,second,winner,score ana,bela,ana,2-0 bela,7,7,x 7,bela,7,w.o. "
    "7,ana,tie,",
    "bye": "first,second,winner ana,bela,ana bela,BYE,bela bela,7,7 7,ana,tie 7,,",
    "withdrawn": "home,away,score ana,bela,2-1 bela,7,w/o bela,7,0-1 7,ana,1-1 7,ana,",
    "no goals": "home,away,home_goals,away_goals ana,bela,2,1 ana,bela,, bela,7,0,3 7,ana,1,1 "
    "7,bela,postponed,",
}

MIXED = {"without diacritics", "winners by name"}  # ids and names: a roster tells who is who


@pytest.mark.parametrize("text", READ_RIGHT.values(), ids=READ_RIGHT)
def test_comparisons_of_each_kind_are_read_right(text, tmp_path):
    assert rows(read(tmp_path, text)) == ABC


@pytest.mark.parametrize("kind", sorted(READ_RIGHT.keys() - MIXED))
def test_comparisons_of_each_kind_are_read_without_a_roster(kind, tmp_path):
    (one, two, won), (_, three, lost), (_, _, tied) = rows(
        read(tmp_path, READ_RIGHT[kind], candidates=None)
    )
    assert (won, lost, tied) == (one, three, "tie")
    assert len({one, two, three}) == 3


WINNERS_AND_LOSERS = {
    "winner, loser": "winner,loser ana,bela 7,bela ana,7",
    "of tennis": "tourney,winner_name,loser_name x,Ana~Prado,bela x,7,bela x,ana,7",
    "chosen": "judge,chosen,not_chosen x,ana,bela y,7,bela y,ana,7",
    "walk-overs": "winner,loser,score ana,bela,6-4 ana,bela,W/O 7,bela,6-0~ret. ana,7,7-5",
    "of scripts": "Judge,Candidate~Chosen,Candidate~Not~Chosen x,ana,bela y,7,bela z,ana,7",
    "better, worse": "better,worse ana,bela 7,bela ana,7",
}


@pytest.mark.parametrize("text", WINNERS_AND_LOSERS.values(), ids=WINNERS_AND_LOSERS)
def test_winners_and_losers_tell_no_order(text, tmp_path):
    expected = [("ana", "bela", "ana"), ("7", "bela", "7"), ("7", "ana", "ana")]
    assert rows(read(tmp_path, text)) == expected


REFUSED = {
    # another table
    "marks": ("juror,candidate,mark J,ana,5", "seems to be the marks of a panel"),
    "wide marks": ("candidate,J1,J2,J3 ana,5,4,6 bela,3,4,5", "seems to be the marks of a panel"),
    "votes": (
        "first,second,first_window,second_window,p_first ana,bela,0,0,0.5",
        "seems to be votes on windows",
    ),
    "roster": ("candidate,name,reached ana,Ana,final", "seems to be a roster of candidates"),
    "manifest": ("recording,level ana.wav,2", "seems to be a manifest"),
    "ranking": (
        "rank,rank_low,rank_high,candidate,wins,comparisons,win_rate,strength,strength_low,"
        "strength_high,component 1,1,1,ana,1,1,1,1,1,1,1",
        "seems to be a table that this program wrote",
    ),
    "standings": ("team,played,won,lost ana,2,2,0 bela,2,0,2", "seems to be a league table of tot"),
    # who won is not clear
    "0 and 1": ("first,second,winner ana,bela,0 bela,7,1", "may be first and second, or whether"),
    "no winner": ("first,second,venue ana,bela,hall", "no column 'winner'"),
    "two winners": (
        "first,second,vote,choice ana,bela,1,1",
        "several columns may be who won: vote",
    ),
    "two pairs": (
        "team_a,team_b,item_a,item_b,winner ana,bela,x,y,team_a",
        "several columns may be the two candidates: team_a and team_b, or item_a and item_b",
    ),
    "place is an id": (
        "first,second,winner ana,bela,1 7,1,1 ana,1,2",
        "the winner '1' is a candidate's name, but not one of the pair 'ana' and 'bela'",
    ),
    "word": ("first,second,winner ana,bela,upper", "not one of the pair 'ana' and 'bela'"),
    "score": ("home,away,score ana,bela,2:1 bela,7,2:1~(1:0)", "line 3: 'score' is '2:1 (1:0)'"),
    "goals": ("home,away,home_goals,away_goals ana,bela,two,1", "'two', which is no score"),
    "nobody": ("first,second,winner ana,bela, bela,7,?", "nobody was compared"),
    # names
    "unknown": ("first,second,winner ana,bella,ana", "did you mean 'bela'?"),
    "itself": ("first,second,winner ana,Ana~Prado,ana", "is compared with 'Ana Prado', which is"),
}


@pytest.mark.parametrize(("text", "hint"), REFUSED.values(), ids=REFUSED)
def test_other_tables_are_refused_with_a_hint(text, hint, tmp_path):
    candidates = Names([*ROSTER.ids, "1"]) if "7,1,1" in text else ROSTER
    with pytest.raises((ComparisonsError, TableError)) as caught:
        read(tmp_path, text, candidates)
    assert hint in str(caught.value)
    assert caught.value.remedy
    assert "mine.csv" in str(caught.value.where)


def test_an_ambiguous_name_is_refused(tmp_path):
    names = Names(["p1", "p2", "q"], ["Jan Nowak", "Jan Nowak", "Ewa"])
    with pytest.raises(ComparisonsError, match=r"'Jan Nowak', who may be 'p1' or 'p2'; write the"):
        read(tmp_path, "first,second,winner q,Jan~Nowak,q", names)


def test_ids_that_are_places_are_meant(tmp_path):
    """Where all winners are candidates of their pair; which is said."""
    text = "first,second,winner 1,2,1 2,1,1 1,3,3 2,3,draw"
    read_table = read(tmp_path, text, candidates=None)
    assert rows(read_table) == [
        ("1", "2", "1"),
        ("2", "1", "1"),
        ("1", "3", "3"),
        ("2", "3", "tie"),
    ]
    assert "winners by name, '1' too" in read_table.understood[0]


MAPPED = {
    "names of one's own": (
        "x,y,z ana,bela,ana bela,7,7 7,ana,tie",
        {"first": "x", "second": "Y", "winner": "z"},
    ),
    "one of two pairs": (
        "team_a,team_b,item_a,item_b,winner p,q,ana,bela,item_a q,p,bela,7,item_b p,q,7,ana,tie",
        {"first": "item_a", "second": "item_b"},
    ),
    "one of two results": (
        "first,second,winner,vote ana,bela,bela,first bela,7,bela,second 7,ana,7,tie",
        {"winner": "vote"},
    ),
    "scores": (
        "home,away,ht,at,hg,ag ana,bela,0,9,2,1 bela,7,9,0,0,3 7,ana,9,0,1,1",
        {"first_score": "hg", "second_score": "ag"},
    ),
}


@pytest.mark.parametrize(("text", "columns"), MAPPED.values(), ids=MAPPED)
def test_a_map_of_columns_says_which_are_meant(text, columns, tmp_path):
    assert rows(read(tmp_path, text, columns=columns)) == ABC


CLUSTERED = {
    "rater": "rater,first,second,winner R,ana,bela,ana R,ana,bela,bela S,ana,bela,ana",
    "judge": "judge_id,left,right,winner R,ana,bela,left R,ana,bela,right S,ana,bela,left",
    "annotator": "a,b,vote,annotator ana,bela,a,R ana,bela,b,R ana,bela,a,S",
    "listener": "first,second,preferred,listener ana,bela,1,R ana,bela,2,r ana,bela,1,S",
}


@pytest.mark.parametrize("text", CLUSTERED.values(), ids=CLUSTERED)
def test_repeated_pairs_are_the_raters_own(text, tmp_path):
    read_table = read(tmp_path, text)
    assert read_table.table["rater"].tolist() == ["R", "R", "S"]
    assert read_table.table["winner"].tolist() == ["ana", "bela", "ana"]
    assert "3 comparisons of 2 candidates by 2 raters" in read_table.understood[0]
    assert not any("independent" in sentence for sentence in read_table.understood)


def test_what_was_understood_names_everything_that_was_not_used(tmp_path):
    text = (
        "Date,HomeTeam,AwayTeam,FTHG,FTAG,Referee x,Ana~Prado,bela,2,1,r x,Ana~Prado,bela,0,1,r "
        "y,bela,7,w.o.,,r z,7,ana,,,r"
    )
    about, left_out, absent, spelt, repeated = read(
        tmp_path, text.replace("Ana~", "ANA~")
    ).understood
    assert about == (
        "mine.csv: 2 comparisons of 2 candidates; the higher score wins; columns read: hometeam as "
        "first, awayteam as second, fthg as first_score, ftag as second_score; columns not used: "
        "date, referee"
    )
    assert left_out == ("mine.csv: rows left out: 1 without a result and 1 not played ('w.o.')")
    assert absent == "mine.csv: 7 is in no other row, and not ranked"
    assert spelt == "mine.csv: read 'ANA Prado' as 'ana'"
    assert repeated.startswith(
        "mine.csv: 1 pair is in several rows, which are taken as independent"
    )


def test_spellings_that_were_taken_for_one_are_told_where_they_are_two(tmp_path):
    with pytest.raises(JudgeError, match="'Müller' is compared with 'Muller', which is the same"):
        read(tmp_path, "first,second,winner Müller,ana,ana Müller,Muller,Müller", candidates=None)


TOTALS = {
    "wins of both": "player1,player2,win1,win2 ana,bela,9,6 bela,7,0,1",
    "home and away": "home.team,away.team,home.wins,away.wins ana,bela,9,6 bela,7,0,1 7,ana,0,0",
    "with ties": "team_a,team_b,wins_a,wins_b,draws ana,bela,9,6,0 bela,7,0,1,",
    "mapped": "x,y,won,lost ana,bela,9,6 bela,7,0,1",
}


@pytest.mark.parametrize("kind", TOTALS)
def test_how_often_each_won_is_a_row_for_each_outcome(kind, tmp_path):
    columns = {"first": "x", "second": "y", "first_wins": "won", "second_wins": "lost"}
    table = read(tmp_path, TOTALS[kind], columns=columns if kind == "mapped" else None).table
    assert table[["first", "second", "winner", "count"]].to_numpy().tolist() == [
        ["ana", "bela", "ana", 9],
        ["ana", "bela", "bela", 6],
        ["bela", "7", "7", 1],
    ]


def test_an_excel_workbook_is_read_as_a_csv_is(tmp_path):
    """Below a title, with numbers for ids."""
    book = openpyxl.Workbook()
    book.active.title = "Results"
    for row in (["League"], ["Home", "Away", "Score"], ["ana", "bela", "2:1"], ["bela", 7, "0:3"]):
        book.active.append(row)
    book.save(tmp_path / "mine.xlsx")
    read_table = read_comparisons(tmp_path / "mine.xlsx", ROSTER)
    assert rows(read_table) == ABC[:2]
    assert any("above it, not used: League" in sentence for sentence in read_table.understood)
