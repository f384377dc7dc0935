"""Votes on windows → comparisons of candidates.

Conventions
-----------
A vote is the probability that the first of an ordered pair plays better in one window. The rule
*majority* counts the windows won by each of the two; an even count goes to the larger mean
probability, and a mean of exactly one half is a tie. The rule *mean* goes by the mean probability
alone, as the code published with the paper [1]_ does.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.candidates import PLACES, identify_candidates, refuse_own_comparison
from ranking.comparisons.headers import NOTHING
from ranking.comparisons.kinds import refuse_other_table
from ranking.comparisons.tally import compared_candidates
from ranking.errors import ComparisonsError, TableError
from ranking.files.columns import (
    ReadTable,
    refuse_first,
    rename_columns,
    understood_of,
    unused_columns,
)
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile, read_csv, read_table
from ranking.tables import COMPARISONS, TIE, VOTES, check_table

VOTE_RULES = ("majority", "mean")
"""How votes on windows decide a comparison."""


def votes_to_comparisons(votes: pd.DataFrame, rule: str = "majority") -> pd.DataFrame:
    """Return the COMPARISONS table of a VOTES table, one row per ordered pair.

    Parameters
    ----------
    votes : table of VOTES
    rule : one of :data:`VOTE_RULES`

    Raises
    ------
    TableError
        If a column is missing or there are no votes.
    ValueError
        If there is no such rule.
    """
    check_table(votes, VOTES, "votes")
    p = votes["p_first"]
    cast = votes.assign(for_first=p > 0.5, for_second=p < 0.5)
    counts = (
        cast.groupby(["first", "second"], sort=True)
        .agg(
            for_first=("for_first", "sum"),
            for_second=("for_second", "sum"),
            windows=("p_first", "size"),
            mean=("p_first", "mean"),
        )
        .reset_index()
    )
    for_first, for_second = (counts[f"for_{place}"].to_numpy() for place in ("first", "second"))
    outcome = decide_pairs(for_first, for_second, counts["mean"].to_numpy(), rule)
    counts["winner"] = np.select(
        [outcome > 0, outcome < 0], [counts["first"], counts["second"]], TIE
    )
    counts["votes"] = np.where(outcome < 0, counts["for_second"], counts["for_first"])
    return counts[list(COMPARISONS)]


def decide_pairs(
    for_first: np.ndarray, for_second: np.ndarray, mean: np.ndarray, rule: str
) -> np.ndarray:
    """Return the outcomes of ordered pairs: 1 where the first wins, -1 the second, 0 a tie.

    Parameters
    ----------
    for_first, for_second : arrays, shape (pairs,)
        Number of windows won by each.
    mean : float array, shape (pairs,)
        Mean probability that the first plays better.
    rule : one of :data:`VOTE_RULES`

    Raises
    ------
    ValueError
        If there is no such rule.
    """
    if rule not in VOTE_RULES:
        raise ValueError(f"no rule {rule!r}: choose {', '.join(VOTE_RULES)}")
    by_mean = np.where(np.abs(mean - 0.5) > 1e-12, np.sign(mean - 0.5), 0.0)
    if rule == "mean":
        return by_mean
    return np.where(for_first == for_second, by_mean, np.sign(for_first - for_second))


def read_votes(
    path: Path, candidates: Names | pd.Index | None, columns: Mapping[str, str] = NOTHING
) -> ReadTable:
    """Return the VOTES table of a CSV file: first, second, first_window, second_window, p_first.

    A file that numbers windows in one column, as those of aligned windows did, is read too.

    Parameters
    ----------
    path : CSV file or Excel workbook
    candidates : who may be compared, ids alone or with names; None: whoever is in the file
    columns : what columns are called in the file, by the program's name, where that is otherwise

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown candidate or a pair with itself, repeats a
        vote, or a probability lies outside [0, 1].
    """
    both = VOTES[2:4]
    file = _open(path, columns)
    unused = unused_columns(file.rows, VOTES)
    file, spelt = identify_candidates(file, PLACES, candidates)
    refuse_own_comparison(file)
    numbers = {column: file.numbers(column) for column in (*both, "p_first")}
    votes = file.rows[["first", "second"]].assign(**numbers)
    for column, values in numbers.items():
        faulty, remedy = ~(values >= 0) | (values % 1 != 0), "count from 0"
        if column == "p_first":
            faulty, remedy = ~values.between(0, 1), "give a probability from 0 to 1"
        refuse_first(file, column, faulty, remedy, ComparisonsError)
    bad = file.first_where(votes.duplicated(["first", "second", *both]))
    if bad is not None:
        row = votes.iloc[bad]
        raise ComparisonsError(
            file.where(bad),
            f"a second vote on window {row['first_window']:.0f} of {row['first']!r} and window "
            f"{row['second_window']:.0f} of {row['second']!r}",
            "keep one",
        )
    people = len(compared_candidates(votes))
    size = f"{len(votes):,} votes on windows of {people:,} candidates{unused}"
    table = votes.astype(dict.fromkeys(both, int))
    return ReadTable(table, understood_of(file, size, *spelt))


def _open(path: Path, columns: Mapping[str, str]) -> CsvFile:
    """The file under the program's names of columns."""
    called = tuple(columns.get(name, name).lower() for name in VOTES)
    both = VOTES[2:4]
    try:
        file = read_csv(path, called, {"position": both, "window": both})
    except TableError:
        refuse_other_table(read_table(path, lambda _: True), "votes")
        raise
    return rename_columns(file, columns)
