"""Comparisons of candidates from a file, checked line by line.

Conventions
-----------
Columns ``first``, ``second`` and ``winner``, or others that mean the same
(:mod:`ranking.comparisons.headers`); ``winner`` says who won in any usual way
(:mod:`ranking.comparisons.outcomes`). ``votes`` and ``windows`` are optional and default to one
vote in one window. Each row is one comparison, and pairs may be repeated: a column ``juror``,
``rater``, ``session`` or ``match`` says which rows depend on each other; without one they are taken
as independent. ``count`` says how many independent comparisons a row is; ``weight`` says how much
each counts beside the others, of which six digits are kept. ``pairs`` says by which
rule the pair was chosen, as a schedule of the program has it. Winners without losers are put in
order of id, as they tell no first and second.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ranking.comparisons.candidates import (
    PLACES,
    identify_candidates,
    refuse_own_comparison,
    unify_column,
)
from ranking.comparisons.headers import (
    CLUSTERS,
    NOTHING,
    Layout,
    find_clusters,
    find_layout,
    is_header,
    score_column,
)
from ranking.comparisons.kinds import refuse_other_table
from ranking.comparisons.outcomes import (
    find_winners,
    has_no_opponent,
    is_walkover,
    no_result_remark,
    result_words,
)
from ranking.comparisons.tally import compared_candidates, row_counts
from ranking.errors import ComparisonsError
from ranking.files.columns import (
    ReadTable,
    refuse_first,
    rename_columns,
    understood_of,
    unused_columns,
)
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile, read_csv, read_table
from ranking.files.text import escape_controls, list_some
from ranking.tables import COMPARISONS, RULES, TIE

LARGEST_COUNT = 1_000_000_000
"""Most comparisons that a row may be: their sums stay exact."""
AMOUNTS = ("votes", "windows", "count", "weight")
"""Columns of numbers that a row may have."""
BESIDE = (*AMOUNTS, "pairs")
"""Columns that a row may have beside who was compared, and who depends on whom."""
SIZES = {"juror": "by {} jurors", "rater": "by {} raters", "session": "in {} sessions"} | {
    "match": "in {} matches"
}
"""How many clusters there are, in words."""


def read_comparisons(
    path: Path, candidates: Names | pd.Index | None, columns: Mapping[str, str] = NOTHING
) -> ReadTable:
    """Return the COMPARISONS table of a file.

    Parameters
    ----------
    path : CSV file or Excel workbook
    candidates : who may be compared, ids alone or with names; None: whoever is in the file
    columns : what columns are called in the file, by the program's name, where that is not clear

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read or is another kind of table, names an unknown candidate, compares
        one with itself, does not say who won, or a count or weight is none.
    """
    names = Names(list(candidates)) if isinstance(candidates, pd.Index) else candidates
    file, layout, read_as = _open(path, columns)
    file, left_out = _without_byes(file, layout, names)
    given, results = file.rows, result_words(file.rows, layout)
    file, spelt = identify_candidates(file, PLACES, names)
    refuse_own_comparison(file, given)
    everyone = compared_candidates(file.rows)
    winner, how = find_winners(file, layout, names or Names(list(everyone)))
    no_result = no_result_remark(pd.concat([left_out, results[winner == ""]]))
    if (winner == "").all():
        raise ComparisonsError(
            path.name, f"nobody was compared; {no_result}", "fill in who won, once it is known"
        )
    file = _part(replace(file, rows=file.rows.assign(winner=winner)), winner != "")
    file, clusters_spelt = _clusters_named(file)
    table = _table(file if layout.ordered else _in_order_of_id(file))
    about = "; ".join(filter(None, (_size(table), how, read_as)))
    absent = everyone.difference(compared_candidates(table))
    more = (no_result, _absent_remark(absent), *spelt, *clusters_spelt, _repeated_remark(file))
    return ReadTable(table, understood_of(file, about, *filter(None, more)))


def _open(path: Path, columns: Mapping[str, str]) -> tuple[CsvFile, Layout, str]:
    """The file under the program's names of columns, and a remark on those that were not."""
    given = {name: own.lower() for name, own in columns.items()}
    file = read_table(path, lambda names: is_header(names, given))
    rename_columns(file, given)  # refuses columns that are not there
    own = list(file.rows.columns)
    layout = find_layout(path.name, own, {name: file.rows[name].unique() for name in own}, given)
    if layout is None or not layout.complete:
        refuse_other_table(file, "comparisons")
        read_csv(path, ("first", "second", "winner"))  # says which column is missing
        raise ComparisonsError(path.name, "no column says who won", "add a column 'winner'")
    rest = [name for name in own if name not in layout.called.values()]
    walkovers = _walkovers(file, layout, rest)
    called = {**find_clusters(rest), **given, **layout.called}
    called |= {name: name for name in BESIDE if name in rest and name not in called}
    changed = [f"{escape_controls(own)} as {name}" for name, own in called.items() if name != own]
    used = [*called.values(), *([] if walkovers is None else [walkovers.name])]
    unused = unused_columns(own, used).removeprefix("; ")
    named = replace(file, rows=file.rows[list(called.values())].set_axis(list(called), axis=1))
    if not layout.ordered:
        named = replace(named, rows=named.rows.assign(winner=named.rows["first"]))
    if walkovers is not None:
        winner = named.rows["winner"].mask(is_walkover(walkovers), walkovers)
        named = replace(named, rows=named.rows.assign(winner=winner))
    if layout.totals:
        named, layout = (
            _outcome_by_outcome(named),
            replace(layout, called={**layout.called, "winner": ""}),
        )
    read_as = f"columns read: {', '.join(changed)}" if changed else ""
    return named, layout, "; ".join(filter(None, (read_as, unused)))


def _walkovers(file: CsvFile, layout: Layout, rest: list[str]) -> pd.Series | None:
    """The scores beside winners, where some of them are walk-overs."""
    column = score_column(rest) if "winner" in layout.called or not layout.ordered else None
    if column is None or not is_walkover(file.rows[column]).any():
        return None
    return file.rows[column]


def _outcome_by_outcome(file: CsvFile) -> CsvFile:
    """The file with a row for each outcome of a pair, and how often it came."""
    parts = []
    for column, winner in (("first_wins", "first"), ("second_wins", "second"), ("ties", TIE)):
        if column in file.rows:
            times = file.numbers(column)
            faulty = ~(times.fillna(0) >= 0) | (times % 1 > 0)
            remedy = "write how often, a whole number"
            refuse_first(file, column, faulty, remedy, ComparisonsError)
            won = file.rows.get(winner, pd.Series(TIE, index=file.rows.index))
            parts.append(file.rows.assign(winner=won, count=times)[times > 0])
    rows = pd.concat(parts).sort_index(kind="stable")
    if rows.empty:
        raise ComparisonsError(file.path.name, "nobody won in any row", "fill in who won")
    lines = file.lines[rows.index]
    count = rows["count"].astype(int).astype(str)
    return replace(file, rows=rows.assign(count=count).reset_index(drop=True), lines=lines)


def _without_byes(file: CsvFile, layout: Layout, names: Names | None) -> tuple[CsvFile, pd.Series]:
    """The rows with two candidates, and what the others say of their result."""
    known = () if names is None else (*names.ids, *names.names)
    alone = has_no_opponent(file.rows, layout, known)
    results = result_words(file.rows, layout)[alone]
    return _part(file, ~alone), results.mask(results == "", "bye")


def _part(file: CsvFile, kept: pd.Series) -> CsvFile:
    """The file without some rows."""
    rows = file.rows[kept].reset_index(drop=True)
    return replace(file, rows=rows, lines=file.lines[kept.to_numpy(dtype=bool)])


def _in_order_of_id(file: CsvFile) -> CsvFile:
    """The file with the two of each row in order of id."""
    rows = file.rows
    first, second = rows["first"], rows["second"]
    swapped = first > second
    rows = rows.assign(first=first.mask(swapped, second), second=second.mask(swapped, first))
    return replace(file, rows=rows)


def _clusters_named(file: CsvFile) -> tuple[CsvFile, tuple[str, ...]]:
    """The file with one spelling of each cluster, and remarks on spellings."""
    remarks: tuple[str, ...] = ()
    for column in CLUSTERS.keys() & {*file.rows.columns}:
        bad = file.first_where(file.rows[column] == "")
        if bad is not None:
            raise ComparisonsError(
                file.where(bad), f"{column!r} is empty", f"name the {column}, or delete the column"
            )
        file, spelt = unify_column(file, [column])
        remarks += spelt
    return file, remarks


def _table(file: CsvFile) -> pd.DataFrame:
    """The COMPARISONS table of a file with ids and winners."""
    rows = file.rows
    amounts = {name: _votes(file, name) for name in ("votes", "windows")}
    if "count" in rows:
        _refuse_second_count(file)
        amounts["count"] = _counts(file)
    if "weight" in rows:
        amounts["weight"] = _weights(file)
    kept = [column for column in CLUSTERS if column in rows]
    if "pairs" in rows:
        kept.append("pairs")
        amounts["pairs"] = _rules(file)
    table = rows[["first", "second", "winner", *kept]].assign(**amounts)
    return table[[*COMPARISONS, *kept, *(name for name in ("count", "weight") if name in table)]]


def _size(table: pd.DataFrame) -> str:
    """How many comparisons a table has, of how many candidates, by or in how many clusters."""
    number, people = row_counts(table).sum(), len(compared_candidates(table))
    clusters = [SIZES[name].format(table[name].nunique()) for name in CLUSTERS if name in table]
    return " ".join([f"{number:,.0f} comparisons of {people:,} candidates", *clusters])


def _absent_remark(absent: pd.Index) -> str:
    """Who is in rows without a result alone."""
    if absent.empty:
        return ""
    verb = "is" if len(absent) == 1 else "are"
    return f"{list_some(absent)} {verb} in no other row, and not ranked"


def _repeated_remark(file: CsvFile) -> str:
    """What repeated pairs are taken for, where no column says which belong together."""
    rows = file.rows
    clustered = any(name in rows and len(rows[name].unique()) > 1 for name in CLUSTERS)
    repeated = 0 if clustered else int((rows.groupby([*PLACES]).size() > 1).sum())
    if not repeated:
        return ""
    pairs = "pair is" if repeated == 1 else "pairs are"
    return (
        f"{repeated:,} {pairs} in several rows, which are taken as independent; a column 'rater', "
        "'session' or 'match' says which belong together"
    )


def _refuse_second_count(file: CsvFile) -> None:
    """Refuse two counts of one outcome."""
    rows = file.rows[[name for name in file.rows if name not in BESIDE]]
    bad = file.first_where(rows.duplicated())
    if bad is None:
        return
    before = int((rows == rows.iloc[bad]).all(axis=1).to_numpy().argmax())
    named = rows.iloc[bad][[*(name for name in CLUSTERS if name in rows), *PLACES, "winner"]]
    raise ComparisonsError(
        file.where(bad),
        f"{', '.join(map(escape_controls, named))}: compared on line {file.lines[before]} already",
        "add up the two counts, or add a column 'session' or 'match' that tells them apart",
    )


def _counts(file: CsvFile) -> pd.Series:
    """Return how many comparisons each row is."""
    values = file.numbers("count")
    for faulty, remedy in (
        (~(values >= 1) | (values % 1 != 0), "write a whole number, 1 or more"),
        (values > LARGEST_COUNT, f"write a number up to {LARGEST_COUNT:,}, or a weight"),
    ):
        refuse_first(file, "count", faulty, remedy, ComparisonsError)
    return values.astype(int)


def _weights(file: CsvFile) -> pd.Series:
    """Return the weight of each row, to six digits: as many as a run's files keep."""
    values = file.numbers("weight")
    refuse_first(file, "weight", ~(values > 0), "write a positive number", ComparisonsError)
    return values.map(lambda value: float(f"{value:.6g}"))


def _rules(file: CsvFile) -> pd.Series:
    """Return by which rule the pair of each row was chosen."""
    rules = file.rows["pairs"].str.lower()
    remedy = f"write {', '.join(RULES[:-1])} or {RULES[-1]}, or leave it empty"
    refuse_first(file, "pairs", ~rules.isin(["", *RULES]), remedy, ComparisonsError)
    return rules


def _votes(file: CsvFile, column: str) -> pd.Series:
    """Return a column of whole numbers; 1 throughout where the file has no such column."""
    if column not in file.rows:
        return pd.Series(1, index=file.rows.index)
    values = file.numbers(column)
    smallest = 1 if column == "windows" else 0
    faulty = ~(values >= smallest) | (values % 1 != 0)
    if column == "votes" and "windows" in file.rows:
        faulty |= values > file.numbers("windows")
    remedy = "votes are whole numbers from 0 up to the windows they were cast on, at least 1"
    refuse_first(file, column, faulty, remedy, ComparisonsError)
    return values.astype(int)
