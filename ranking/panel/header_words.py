"""What the words in a sheet of marks mean: headers of columns and rows, and cells without a number.

Conventions
-----------
``header_words.csv`` has the words, in the languages of competitions whose sheets were looked at.
They are compared without case, diacritics and punctuation. A header means a *result* (a total, an
average, a place) also where one of its words does that stands for nothing else: "Total points".
"""

import csv
import re
from functools import cache
from pathlib import Path

from ranking.files.names import spellings

WORDS = Path(__file__).with_name("header_words.csv")
OTHER = {"candidate": "juror", "juror": "candidate"}
PLAIN = 3  # the spelling without case and diacritics
PUNCTUATION = re.compile("[-.,:;()*_\u2010-\u2015]")


def header_role(header: str, *, whole: bool = False) -> str:
    """Return what a column or row of this name holds: "" where the name is nobody's word.

    One of candidate, first name, last name, number, label, round, juror, mark, recused and result;
    with ``whole``, only if the name is the word.
    """
    word = _plain(header)
    roles = _roles("header")
    if word in roles or whole:
        return roles.get(word, "")
    inside = _roles("word")
    return next((inside[part] for part in word.split() if part in inside), "")


def corner_role(header: str) -> str:
    """Return what rows are by the first cell of a header that says both: "To / From"."""
    first, *second = (_plain(part) for part in re.split(r"[\\/|]", header))
    rows = {**_roles("header"), **_roles("corner")}.get(first, "")
    if len(second) != 1:
        return rows * (rows in OTHER and not second)
    across = {**_roles("header"), **_roles("corner")}.get(second[0], "")
    return rows if rows in OTHER else OTHER.get(across, "")


def titled_role(name: str) -> str:
    """Return what somebody of this name is: juror ("J1", "Juror Smith"), candidate, or ""."""
    first, *rest = _plain(name).split() or [""]
    role = _roles("header").get(first, "") if rest else ""
    return "juror" if re.fullmatch(r"j\d+", first) else role * (role in {"juror", "candidate"})


def cell_meaning(text: str) -> str:
    """Return what a cell without a number means: unmarked, recused or absent; "" if nothing."""
    return _roles("cell").get(_plain(text), "") if text else "unmarked"


def _plain(text: str) -> str:
    bare = spellings(text)[PLAIN]
    return " ".join(PUNCTUATION.sub(" ", bare).split()) or bare


@cache
def _roles(where: str) -> dict[str, str]:
    """The meaning of each word that may stand there."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {
            _plain(word): row["means"]
            for row in csv.DictReader(file)
            if row["where"] == where
            for word in row["words"].split("|")
        }
