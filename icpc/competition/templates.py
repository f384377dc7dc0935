"""The files of a competition of one's own, to begin with: roster, marks, comparisons, settings.

Conventions
-----------
Candidates are three examples, the files in a folder of recordings, or those of a sheet of marks,
which is copied as it is; beside it there is no file of comparisons. All files can be read as they
are. Where the rounds of a sheet follow each
other, each by some of the candidates of the one before, ``reached`` is the last round that a
candidate was marked in; else it is empty. Nothing that is there is overwritten.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from icpc.competition.recordings import all_recordings
from ranking.comparisons.candidates import identify_candidates
from ranking.errors import CompetitionError, RunError
from ranking.files.atomic import check_can_be_written, write_bytes
from ranking.files.table_writer import to_csv
from ranking.files.text import escape_controls, read_bytes
from ranking.panel.sheet_choice import read_panel_file

EXAMPLES = ("ana", "Ana Prado"), ("bela", "Béla Kis"), ("chen", "Chen Yu")
EXAMPLE_MARKS = ([21, 19, 20], [18, 20, 17], [22, 18, 23])
EXAMPLE_PAIRS = (
    *(("ana", "bela", "ana"), ("bela", "chen", "bela")),
    *(("chen", "ana", "chen"), ("chen", "bela", "chen")),
)
JURORS = ("Juror 1", "Juror 2", "Juror 3")
COLUMNS = ["candidate", "name", "country", "reached", "recording"]
SETTINGS = """\
# What the competition is called, and its rounds in the order they are played.
name = {name}
title = {title}
rounds = {rounds}

# What figures and pages call a round, where that is not its name above:
# [round_titles]
# {first} = {first_title}
"""


@dataclass(frozen=True)
class Start:
    """The files to begin with, and what was found."""

    files: dict[str, bytes]
    """Content of each file, by its name."""
    marks: str
    """Name of the file of marks."""
    candidates: int
    examples: bool = False
    """Whether the candidates are examples, to be replaced."""
    rounds: tuple[str, ...] = ()
    """Rounds that a sheet of marks has, in its order."""
    remarks: tuple[str, ...] = field(default=())


def start_of_examples(title: str) -> Start:
    """Return templates with three candidates, whose marks and comparisons are examples."""
    roster = pd.DataFrame(EXAMPLES, columns=COLUMNS[:2])
    marks = pd.DataFrame(EXAMPLE_MARKS, columns=JURORS)
    marks.insert(0, "candidate", roster["candidate"])
    files = _files(title, roster, ("first", "final"), EXAMPLE_PAIRS)
    return Start({**files, "marks.csv": _csv(marks)}, "marks.csv", len(roster), examples=True)


def start_of_recordings(title: str, folder: Path) -> Start:
    """Return the files of a competition of the recordings in a folder, ids from names of files.

    Raises
    ------
    CompetitionError
        If there is no such folder, or no sound file in it.
    """
    found = all_recordings(folder)
    ids = found.table["candidate"].tolist()
    recorded = [path.relative_to(folder).as_posix() for path in found.table["path"]]
    roster = pd.DataFrame({"candidate": ids, "name": map(_readable, ids), "recording": recorded})
    marks = roster[["candidate"]].reindex(columns=["candidate", *JURORS])
    files = _files(title, roster, ("first", "final"))
    files["marks.csv"] = _csv(marks)
    return Start(files, "marks.csv", len(roster), remarks=found.remarks)


def start_of_marks(title: str, sheet: Path) -> Start:
    """Return the files of a competition of the candidates on a sheet of marks, CSV or Excel.

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, or has no marks.
    """
    file, _ = identify_candidates(read_panel_file(sheet, None), ["candidate"], None)
    rows = file.rows
    played = rows.assign(round=rows.get("round", ""))[["candidate", "round"]].drop_duplicates()
    rounds = tuple(filter(None, dict.fromkeys(played["round"])))
    roster = pd.DataFrame({"candidate": list(dict.fromkeys(rows["candidate"]))})
    roster["name"] = roster["candidate"]
    remarks = []
    if len(rounds) > 1 and _follow(played, rounds):
        last = played.groupby("candidate")["round"].agg(lambda own: max(own, key=rounds.index))
        roster["reached"] = roster["candidate"].map(last)
        remarks.append("reached: the last round in which a candidate is on the sheet")
    elif len(rounds) > 1:
        remarks.append(
            "the rounds do not follow each other on the sheet: put them in order in "
            "competition.toml, and fill in 'reached'"
        )
    marks = f"marks{sheet.suffix.lower()}"
    files = _settings_and_roster(title, roster, rounds or ("first", "final"))
    files[marks] = read_bytes(sheet)
    return Start(files, marks, len(roster), rounds=rounds, remarks=tuple(remarks))


def write_start(start: Start, folder: Path) -> list[Path]:
    """Write the files, and return their paths.

    Raises
    ------
    CompetitionError
        If one of them is there already; then nothing is written.
    RunError
        If they cannot be written.
    """
    paths = [folder / name for name in start.files]
    there = [path.name for path in paths if path.exists() or path.is_symlink()]
    if there:
        raise CompetitionError(
            escape_controls(str(folder)),
            f"{', '.join(there)}: there already, and never overwritten",
            "name another folder, or move them away",
        )
    if folder.exists() and not folder.is_dir():
        raise CompetitionError(
            escape_controls(str(folder)), "this is a file, no folder", "name a new folder"
        )
    for path in paths:
        check_can_be_written(path, RunError)
    for path, content in zip(paths, start.files.values(), strict=True):
        write_bytes(content, path)
    return paths


def _files(
    title: str,
    roster: pd.DataFrame,
    rounds: Sequence[str],
    pairs: Sequence[tuple[str, str, str]] = (),
) -> dict[str, bytes]:
    """Settings, roster and comparisons."""
    comparisons = pd.DataFrame(pairs, columns=["first", "second", "winner"])
    return {**_settings_and_roster(title, roster, rounds), "comparisons.csv": _csv(comparisons)}


def _settings_and_roster(
    title: str, roster: pd.DataFrame, rounds: Sequence[str]
) -> dict[str, bytes]:
    shown = _toml(escape_controls(title))
    settings = SETTINGS.format(
        name=shown,
        title=shown,
        rounds=_toml(list(rounds)),
        first=_toml(rounds[0]),
        first_title=_toml(f"Round 1: {rounds[0]}"),
    )
    return {
        "competition.toml": settings.encode(),
        "roster.csv": _csv(roster.reindex(columns=COLUMNS)),
    }


def _toml(value: str | list[str]) -> str:
    """A text or a list of texts as TOML, which is written as JSON is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _csv(table: pd.DataFrame) -> bytes:
    return to_csv(table).encode()


def _readable(name: str) -> str:
    """The name of a file as that of a person: ``ana_prado`` is Ana Prado."""
    words = re.sub(r"[\s_-]+", " ", name).strip() or name
    return words.title() if words.islower() else words


def _follow(played: pd.DataFrame, rounds: Sequence[str]) -> bool:
    """Whether each round has some of the candidates of the one before, and no others."""
    own = [set(played["candidate"][played["round"] == name]) for name in rounds]
    return all(later < earlier for earlier, later in pairwise(own))
