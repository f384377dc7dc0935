"""Which candidates are a juror's own, from a file: pupils by name, or compatriots by country.

Conventions
-----------
A file has a row per juror and candidate: ``juror``, ``candidate``, and ``relation`` in a word
("pupil", "family"), :data:`OWN` where there is none. Or it has a row per juror: ``juror``,
``country``; own are then the candidates of that country in the roster, and the relation is
:data:`COMPATRIOT`. Names are matched however they are spelt (:mod:`ranking.files.names`), countries
whatever their case and diacritics; a juror of several countries has a row for each. A file with a
row for each mark may have a column ``relation`` itself, empty where there is none.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.candidates import identify_candidates, unify_column
from ranking.errors import ComparisonsError, TableError
from ranking.files.columns import ReadTable, understood_of, unused_columns
from ranking.files.names import Names, match_names, spellings
from ranking.files.table_reader import CsvFile, read_csv, read_table
from ranking.files.text import list_some
from ranking.panel.header_words import header_role
from ranking.panel.sheet_choice import read_panel_file

OWN = "own"
"""Relation of a juror and a candidate of whom the file says no more."""
COMPATRIOT = "compatriot"
"""Relation of a juror and a candidate from the same country."""
NONE, YES = ("", "no", "none", "-", "0"), ("yes", "true", "1")  # in a column of a file of marks
PLAIN = 3  # the spelling without case and diacritics


def read_relations(
    path: Path, jurors: Sequence[str], candidates: Names | None, countries: pd.Series | None = None
) -> ReadTable:
    """Return a table of juror, candidate and relation, and what was understood of the file.

    Parameters
    ----------
    path : CSV or Excel workbook
    jurors : names of the jurors of the panel
    candidates : who may be named; None: whoever is in the file
    countries : country by candidate, empty where it is not known; None without a roster

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown juror or candidate, or has countries where none
        of the candidates is known or none is that of a juror.
    """
    file = _with_roles(read_table(path, lambda names: "juror" in map(_role, names)))
    if "juror" not in file.rows or not {"candidate", "country"} & {*file.rows}:
        file = read_csv(path, ("juror", "candidate"))  # says what is missing
    if {"candidate", "country"} <= {*file.rows}:
        file = replace(file, rows=file.rows.drop(columns="country"))
    file, spelt = _identify_jurors(file, jurors)
    if "candidate" in file.rows:
        table, sentence, more = _by_name(file, candidates)
    else:
        table, sentence, more = _by_country(file, countries)
    unused = unused_columns(file.rows, ("juror", "candidate", "relation", "country"))
    return ReadTable(table, understood_of(file, sentence + unused, *spelt, *more))


def relations_in_marks(
    path: Path, candidates: Names | None, rounds: Sequence[str] = ()
) -> pd.DataFrame | None:
    """Return juror, candidate and relation from a column ``relation`` of a file of marks.

    It is None where the file has no such column, or nothing in it.

    Parameters
    ----------
    path : CSV or Excel workbook with a row for each mark
    candidates : who may be named; None: whoever is in the file
    rounds : rounds that are asked for, where they are sheets of a workbook
    """
    file = read_panel_file(path, candidates, rounds)
    if "relation" not in file.rows:
        return None
    file, _ = identify_candidates(file, ["candidate"], candidates)
    for column in ("juror", "relation"):
        file, _ = unify_column(file, [column])
    rows = file.rows[~file.rows["relation"].str.casefold().isin(NONE)]
    table = rows[["juror", "candidate", "relation"]].drop_duplicates(ignore_index=True)
    table["relation"] = table["relation"].mask(table["relation"].str.casefold().isin(YES), OWN)
    return table if len(table) else None


def own_matrix(relations: pd.DataFrame, jurors: pd.Index, candidates: pd.Index) -> np.ndarray:
    """Return whether each candidate is each juror's own; bool, shape (jurors, candidates).

    Parameters
    ----------
    relations : table of juror and candidate; rows of others do not count
    jurors : names of the jurors
    candidates : ids of the candidates
    """
    own = np.zeros((len(jurors), len(candidates)), dtype=bool)
    at = jurors.get_indexer(relations["juror"]), candidates.get_indexer(relations["candidate"])
    there = (at[0] >= 0) & (at[1] >= 0)
    own[at[0][there], at[1][there]] = True
    return own


def _role(header: str) -> str:
    """What a column holds, in the words of sheets of marks, and a few more."""
    own = {"pupil": "candidate", "student": "candidate", "teacher": "juror"}
    own |= dict.fromkeys(("nation", "nationality", "country"), "country")
    return own.get(header) or (header if header == "relation" else header_role(header, whole=True))


def _with_roles(file: CsvFile) -> CsvFile:
    """The file with its columns under the program's names."""
    called: dict[str, str] = {}
    for name in file.rows:
        role = _role(name)
        if role in ("juror", "candidate", "relation", "country") and role not in called.values():
            called[name] = role if role not in file.rows else name
    other = {own: role for own, role in called.items() if own != role}
    remark = f"read {', '.join(f'{own!r} as {role}' for own, role in other.items())}"
    return replace(
        file,
        rows=file.rows.rename(columns=other),
        remarks=(*file.remarks, *([remark] if other else [])),
    )


def _identify_jurors(file: CsvFile, jurors: Sequence[str]) -> tuple[CsvFile, tuple[str, ...]]:
    """The file with the jurors as the panel has them, and a remark on spellings."""
    matches = match_names(file.rows["juror"].unique(), Names(list(jurors)))
    bad = file.first_where(~file.rows["juror"].isin(matches.found.keys()))
    if bad is not None:
        word = file.rows["juror"].iloc[bad]
        raise ComparisonsError(
            file.where(bad),
            f"{word!r} {matches.problem(word, 'a juror of this panel')}" if word else "no juror",
            "write the name as the marks have it, or delete the line",
        )
    rows = file.rows.assign(juror=file.rows["juror"].map(matches.found))
    return replace(file, rows=rows), (matches.remark,) if matches.remark else ()


def _by_name(file: CsvFile, candidates: Names | None) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Relations of a row per juror and candidate, a sentence, and remarks."""
    file, spelt = identify_candidates(file, ["candidate"], candidates)
    if "relation" in file.rows:
        file, more = unify_column(file, ["relation"])
        spelt = (*spelt, *more)
    relation = file.rows.get("relation", pd.Series("", index=file.rows.index)).replace("", OWN)
    table = file.rows[["juror", "candidate"]].assign(relation=relation)
    table = table.drop_duplicates(ignore_index=True)
    counts = table["relation"].value_counts(sort=False)
    kinds = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    number = table["juror"].nunique()
    return table, f"{number:,} juror{'s' * (number != 1)} with own candidates: {kinds}", spelt


def _by_country(
    file: CsvFile, countries: pd.Series | None
) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Compatriots of a row per juror, a sentence, and no remarks."""
    known = pd.Series(dtype=str) if countries is None else countries[countries != ""]
    if known.empty:
        raise TableError(
            file.path.name,
            "it has the jurors' countries, and no candidate's country is known",
            "give the roster a column country, or name whose the candidates are: juror, candidate",
        )
    plain = {word: spellings(word)[PLAIN] for word in {*known, *file.rows["country"]} if word}
    own = file.rows[["juror", "country"]].assign(plain=file.rows["country"].map(plain))
    theirs = pd.DataFrame({"candidate": known.index, "plain": known.map(plain).to_numpy()})
    table = own.dropna().merge(theirs, on="plain").assign(relation=COMPATRIOT)
    if table.empty:
        raise TableError(
            file.path.name,
            f"no candidate comes from {list_some(list(own['country'].unique()))}",
            f"spell countries as the roster does: {list_some(sorted({*known}))}",
        )
    table = table[["juror", "candidate", "relation"]].drop_duplicates(ignore_index=True)
    jurors = table["juror"].nunique()
    without = own.loc[~own["plain"].isin(theirs["plain"]) & own["plain"].notna(), "country"]
    nobody = f"; no candidate from {list_some(list(without.unique()))}" if len(without) else ""
    sentence = (
        f"{jurors:,} of {own['juror'].nunique():,} jurors have compatriots among "
        f"{len(known):,} candidates whose country is known{nobody}"
    )
    return table, sentence, ()
