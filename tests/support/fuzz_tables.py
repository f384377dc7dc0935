"""Fuzz targets of tables and settings that people bring: rosters, comparisons, marks, manifests."""

import io
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from fuzzing import Target
from mutations import with_other_values

from icpc.competition.competitions import read_competition
from icpc.competition.recordings import match_recordings
from icpc.competition.roster import read_roster
from icpc.study.figure2 import TIERS, read_published_points
from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import read_votes
from ranking.files.names import Names
from ranking.files.sheets import read_sheets
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates
from ranking.panel.reading import read_marks
from ranking.tasks.expertise import COLUMNS
from ranking.tasks.manifest import read_manifest
from ranking.tasks.recording_files import locate_recordings

NAMES = Names(["ana", "bela", "7"], ["Ana Prado", "Béla Kis", "Chen Yu"])
ROUNDS = ("first", "semifinal", "final")


@cache
def targets() -> dict[str, Target]:
    """Return the targets by name."""
    archive = _archive()
    return {
        **_tables(),
        **_of_recordings(),
        "workbook": Target(archive, "w.xlsx", read_sheets, at_header="damaged|no table"),
        "sheet": Target(
            archive, "s.xlsx", lambda path: read_marks(path, NAMES), 0.3, "xl/worksheets/sheet1.xml"
        ),
        "settings": Target(
            SETTINGS,
            "c/competition.toml",
            _read_beside,
            at_header="not TOML|zero byte|UTF",
            changed=with_other_values,
        ),
    }


def csv(text: str, read: Callable[[Path], object], name: str = "mine.csv") -> Target:
    """Return the target of a CSV file."""
    content = text.encode()
    return Target(content, name, read, (content.index(b"\n") + 1) / len(content))


def _ranked(path: Path) -> object:
    table = read_comparisons(path, None).table
    return rank_candidates(count_comparisons(table), BRADLEY_TERRY)


def _archive() -> bytes:
    import openpyxl

    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["candidate", "J1", "J2"], ["ana", 20.5, 21], ["bela", 18, 19], ["7", 25, 24.5]):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def _tables() -> dict[str, Target]:
    return {
        "roster": csv(
            "candidate,name,country,reached,score,exempt,recording,seconds\n"
            "ana,Ana Prado,PT,final,2,no,ana.wav,300.5\nbela,Béla Kis,HU,first,0,yes,b.flac,\n"
            "7,Chen Yu,CN,semifinal,,,https://youtu.be/abc,1e3\n",
            lambda path: read_roster(path, ROUNDS),
        ),
        "comparisons": csv(
            "first,second,winner,count,weight,rater\nana,bela,ana,2,1.5,r1\nbela,7,7,1,1,r1\n"
            "7,ana,tie,3,0.5,r2\nana,7,ana,1,2,r2\n",
            lambda path: read_comparisons(path, NAMES),
        ),
        "goals": csv(
            "Date;HomeTeam;AwayTeam;FTHG;FTAG;FTR\n1;ana;bela;2;1;H\n2;Béla Kis;7;0;3;A\n"
            "3;7;ana;1;1;D\n4;ana;7;w/o;;\n",
            lambda path: read_comparisons(path, NAMES),
        ),
        "ranking": csv(
            "first,second,winner,count\na,b,a,2\nb,c,c,1\nc,a,tie,3\na,c,a,9\nd,e,d,1\n", _ranked
        ),
        "votes": csv(
            "first,second,first_window,second_window,p_first\nana,bela,0,0,0.75\nana,bela,1,1,0.2\n"
            "bela,ana,0,0,0.5\n7,ana,2,0,1\n",
            lambda path: read_votes(path, NAMES),
        ),
        "marks": csv(
            "candidate,juror,mark,round,recused\nana,J1,20.5,first,\nana,J2,21,first,no\n"
            "bela,J1,18,first,\nbela,J2,,first,yes\n7,J1,25,first,\n7,J2,24.5,first,\n",
            lambda path: read_marks(path, NAMES),
        ),
        "sheet of marks": csv(
            "Final round;;;\ncandidate;J1;J2;J3\nAna Prado;20,5;21;20\nbela;18;19;17\n"
            "007;25;24,5;23\n",
            lambda path: read_marks(path, NAMES),
        ),
    }


def _of_recordings() -> dict[str, Target]:
    return {
        "index": csv(
            "candidate,recording\nana,one/ana 1.wav\nana,ana 2.flac\nBéla Kis,b.mp3\n7,7\n",
            _matched,
            "r/index.csv",
        ),
        "manifest": csv(
            "recording,level,split,group,event\nana 2,2,train,g1,x\nb.mp3,0,val,g2,x\n"
            "7,1,test,,y\none/ana 1.wav,1.5,train,g1,y\n",
            _located,
            "r/manifest.csv",
        ),
        "manifest of pairs": csv(
            "first;second;winner;group\nana 2;b.mp3;first;waltz\n7;ana 2;ana 2;\nb.mp3;7;right;w\n",
            _located,
            "r/pairs.csv",
        ),
        "published curve": csv(
            f"point,wins,tier,hit_rate,named_in_figure\n1,40,{TIERS[-1]},1,Cho\n"
            f"2,39.5,{TIERS[0]},0.5,\n3,12,{TIERS[1]},0.333,\n",
            read_published_points,
        ),
    }


def _recorded(folder: Path) -> None:
    """Files that an index and manifests name."""
    for name in ("one/ana 1.wav", "ana 2.flac", "b.mp3", "7.ogg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)


def _matched(path: Path) -> object:
    _recorded(path.parent)
    (path.parent / "roster.csv").write_text("candidate,name\nana,\nbela,Béla Kis\n7,\n", "utf-8")
    found = match_recordings(read_competition(path.parent / "roster.csv"), index=path).table
    return _inside(found["path"], path.parent)


def _located(path: Path) -> object:
    _recorded(path.parent)
    manifest = read_manifest(path, COLUMNS, takes_pairs=True)
    return _inside(locate_recordings(manifest, path.parent).values(), path.parent)


def _inside(paths: Iterable[Path], folder: Path) -> list[Path]:
    """The paths, of which none may lead out of the folder."""
    outside = [path for path in paths if not path.resolve().is_relative_to(folder.resolve())]
    if outside:
        raise ValueError(f"a file outside of the folder: {outside[0]}")
    return list(paths)


SETTINGS = b"""name = "own"
title = "Our competition"
rounds = ["first", "semifinal", "final"]
comparisons = "c.csv"
panel = "sub/p.csv"
panel_rounds = ["final"]
comparisons_remark = "by hand"
"""


def _read_beside(path: Path) -> object:
    (path.parent / "roster.csv").write_text("candidate\nana\nbela\n")
    return read_competition(path.parent / "roster.csv")
