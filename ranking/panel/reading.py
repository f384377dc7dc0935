"""The marks of a panel from a file: checked, of some rounds, larger for better.

Conventions
-----------
A row is a juror's mark for a candidate. Where there is none, it is *unmarked* (empty, a dash) or
*recused* ("s" for a pupil, "recused", yes in a column ``recused``). An absent juror counts as
recused, and so does one without a mark for a candidate of the same name, as countries in song
contests. Where a file has a column ``recused``, a missing mark without it is an error, unless the
options say what it means. The MARKS table has marks, and who recused.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ranking.comparisons.candidates import as_written, identify_candidates, unify_column
from ranking.errors import ComparisonsError, Given
from ranking.files.columns import ReadTable, understood_of, unused_columns
from ranking.files.names import Names, match_names, spellings
from ranking.files.table_reader import CsvFile
from ranking.files.text import did_you_mean, escape_controls, list_some
from ranking.panel.grid import is_number
from ranking.panel.header_words import cell_meaning
from ranking.panel.meaning import as_meant
from ranking.panel.options import DEFAULT_OPTIONS, MarkOptions
from ranking.panel.sheet_choice import read_panel_file
from ranking.tables import MARKS

POSITIONS = ("appearance", "day", "session")
"""Columns that say when a candidate played (:mod:`ranking.panel.positions`)."""
OF_PANELS = (*POSITIONS, "relation")
"""Columns that the analysis of a panel reads, and no ranking."""
SHOWN = 3  # candidates that a remark names
BARE = 4  # the spelling without case, diacritics and punctuation


def read_marks(
    path: Path, candidates: Names | pd.Index | None, options: MarkOptions = DEFAULT_OPTIONS
) -> ReadTable:
    """Return the MARKS table of a file, and what was understood of it.

    Parameters
    ----------
    path : CSV or Excel workbook, as :mod:`ranking.panel.sheet_choice` says
    candidates : who may be marked; ids alone, or with names; None: whoever is in the file
    options : what is better, what no mark and zero mean, which rounds

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown candidate, has two marks of one juror for one
        candidate, lacks a mark where nobody recused, has no such round, or its zeros may mean that
        jurors were absent.
    """
    names = Names(list(candidates)) if isinstance(candidates, pd.Index) else candidates
    file = read_panel_file(path, names, options.chosen_rounds([]))
    unused = unused_columns(file.rows, [*MARKS, "recused", "round", *OF_PANELS])
    of_panels = [column for column in OF_PANELS if column in file.rows]
    given = file.rows
    file, spelt = identify_candidates(file, ["candidate"], names)
    file, jurors_spelt = unify_column(file, ["juror"])
    marks = _marks(file, given)
    _check_marks(file, marks, given, options)
    marks = _of_rounds(file, marks, options)
    meant, sentences = as_meant(path.name, marks, options)
    given_marks = meant[meant["mark"].notna()]
    jurors, number = (len({*given_marks[column]}) for column in ("juror", "candidate"))
    size = (
        f"{jurors:,} juror{'s' * (jurors != 1)} × {number:,} candidate{'s' * (number != 1)}, "
        f"{'lower' if options.lower_is_better else 'higher'} is better"
    )
    cells = ", ".join([size, *_cells_without_mark(marks, options)])
    if of_panels:
        unused = f"; {', '.join(of_panels)}: for the analysis of a panel alone{unused}"
    sentences = [f"{cells}{unused}", *sentences, *_never_marked(marks, meant)]
    return ReadTable(
        meant[[*MARKS, "recused"]].reset_index(drop=True),
        understood_of(file, *sentences, *spelt, *jurors_spelt),
    )


def _marks(file: CsvFile, given: pd.DataFrame) -> pd.DataFrame:
    """Juror, candidate, round, mark, whether recused, and what stands for a missing mark."""
    text = file.rows["mark"]
    means = {word: "" if is_number(word) else cell_meaning(word) for word in text.unique()}
    meaning = text.map(means).replace("yes or no", "")
    bare = [
        given[column].map({word: spellings(word)[BARE] for word in given[column].unique()})
        for column in ("juror", "candidate")
    ]
    meaning = meaning.mask((meaning == "unmarked") & (bare[0] == bare[1]), "own")
    flagged = file.flags("recused") if "recused" in file.rows else False
    recused = meaning.isin(["recused", "absent", "own"]) | flagged
    numbers = replace(file, rows=file.rows.assign(mark=text.mask(meaning != "", "")))
    return file.rows[["juror", "candidate"]].assign(
        round=file.rows.get("round", ""),
        mark=numbers.numbers("mark").mask(recused),
        recused=recused,
        text=text,
        meaning=meaning,
    )


def _check_marks(
    file: CsvFile, marks: pd.DataFrame, given: pd.DataFrame, options: MarkOptions
) -> None:
    bad = file.first_where(marks["juror"] == "")
    if bad is not None:
        raise ComparisonsError(file.where(bad), "no juror", "say whose mark it is")
    bad = file.first_where(marks["mark"].isna() & ~marks["recused"])
    if bad is not None and "recused" in file.rows and options.unmarked is None:
        raise ComparisonsError(
            file.where(bad),
            "no mark, and not recused",
            "give the mark, or write recused = yes, or say what an unmarked candidate is",
            key="say-unmarked",
        )
    bad = file.first_where(marks.duplicated(["juror", "candidate", "round"]))
    if bad is not None:
        juror, candidate = (as_written(marks, given, name, bad) for name in ("juror", "candidate"))
        raise ComparisonsError(
            file.where(bad),
            f"a second mark of {juror} for {candidate}",
            "keep one, or add a column 'round' that tells them apart",
        )


def _of_rounds(file: CsvFile, marks: pd.DataFrame, options: MarkOptions) -> pd.DataFrame:
    """The marks of the rounds that are asked for, in that order."""
    known = list(dict.fromkeys(marks["round"]))
    asked = options.chosen_rounds(known) or (tuple(known) if options.pool else ())
    if not asked and len(known) > 1:
        raise ComparisonsError(
            file.path.name,
            f"marks of several rounds: {', '.join(map(escape_controls, known))}",
            "choose one of them, or several to pool",
            key="choose-round",
        )
    found = match_names(asked, Names(known)).found
    for name in asked:
        if name not in found:
            raise ComparisonsError(
                file.path.name,
                f"no marks of round {name!r}{did_you_mean(name, known)}",
                f"choose one of {', '.join(filter(None, known)) or 'none: it has no column round'}",
            )
    if options.pool and len(asked) == 1:
        raise ComparisonsError(
            Given(pool=options.pool), "there is one round, and nothing to pool", "leave it out"
        )
    own = [marks[marks["round"] == found[name]] for name in dict.fromkeys(asked)]
    return pd.concat(own) if own else marks


def _cells_without_mark(marks: pd.DataFrame, options: MarkOptions) -> Iterator[str]:
    """What stood for no mark, how often, and what it was taken for."""
    last = options.unmarked == "last"
    taken = {
        "unmarked": "tied below those whom the juror marked" if last else "no opinion",
        "recused": "recused",
        "absent": "absent, as recused",
        "own": "recused, since juror and candidate have one name",
    }
    flagged = marks["recused"] & marks["meaning"].isin(["", "unmarked"])
    for meaning, sentence in taken.items():
        own = marks[(marks["meaning"] == meaning) & ~flagged]
        for word, times in own["text"].value_counts().items():
            what = escape_controls(repr(word)) if word else "empty"
            yield f"{times:,} cell{'s' * (times > 1)} {what}: {sentence}"
    if flagged.any():
        yield f"{flagged.sum():,} recused"


def _never_marked(marks: pd.DataFrame, meant: pd.DataFrame) -> Iterator[str]:
    """Who has no mark by anybody, and who gave none."""
    given = meant[meant["mark"].notna()]
    for column, sentence in (
        ("candidate", "no juror marked {}, who cannot be ranked"),
        ("juror", "no marks by {}"),
    ):
        there = {*given[column]}
        none = [name for name in marks[column].unique() if name not in there]
        if none:
            yield sentence.format(list_some(none, SHOWN))
