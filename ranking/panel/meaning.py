"""What marks mean: zeros, places, no marks, and which are better; and several rounds as one.

Conventions
-----------
What has to be known and can be either way is refused where it would turn the ranking, and taken as
it is with a remark where it might.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ranking.errors import ComparisonsError, Given
from ranking.files.text import escape_controls
from ranking.panel.options import MarkOptions
from ranking.panel.pooling import pool_rounds
from ranking.tables import MARKS

FEWEST_PLACES = 3  # candidates of a juror before marks 1, 2, 3 look like places


def as_meant(
    name: str, marks: pd.DataFrame, options: MarkOptions
) -> tuple[pd.DataFrame, list[str]]:
    """Return the MARKS table, larger for better, and remarks on what was taken for what.

    Parameters
    ----------
    name : name of the file, for an error
    marks : juror, candidate, round, mark, and whether recused
    options : what they mean

    Raises
    ------
    ComparisonsError
        If zeros may be marks or not, or rounds cannot be pooled.
    """
    several = len({*marks["round"]}) > 1
    if several and options.unmarked == "last":
        raise ComparisonsError(
            Given(unmarked="last"),
            "marks of several rounds are added up, and a place below all others is no number",
            "choose one round, or ignore who is unmarked",
        )
    marks, sentences = _zeros(name, marks, options)
    if not options.lower_is_better:
        sentences += look_like_places(marks)
    else:
        marks = marks.assign(mark=0 - marks["mark"])
    if options.unmarked == "last":
        marks = unmarked_last(marks)
    if several and marks["mark"].notna().any():
        how = options.pool or "additive"
        rounds = list(dict.fromkeys(marks["round"]))
        sentences.append(f"{', '.join(map(escape_controls, rounds))} pooled: {POOLED[how]}")
        marks = _pooled(marks, how)
    return marks[marks["mark"].notna() | marks["recused"]], sentences


POOLED = {
    "additive": "candidate + juror × round, by least squares over the marks that there are",
    "best": "each candidate's round of the highest mean mark",
    "sum": "the sum of each juror's marks",
}


def unmarked_last(marks: pd.DataFrame) -> pd.DataFrame:
    """Return marks, larger for better, in which unmarked candidates tie below a juror's marked.

    Who recused, or marked nobody in the round, has no opinion of anybody.
    """
    lowest = marks.groupby(["round", "juror"])["mark"].transform("min")
    below = marks["mark"].isna() & ~marks["recused"]
    return marks.assign(mark=marks["mark"].mask(below, lowest - 1))


def look_like_places(marks: pd.DataFrame) -> list[str]:
    """Return a remark where every juror used each of 1, 2, 3 … once."""
    given = marks[marks["mark"].notna()]
    groups = given.groupby(["round", "juror"])["mark"]
    most = int(groups.size().max()) if len(given) else 0
    if most < FEWEST_PLACES or (groups.max() > groups.size()).any() or given["mark"].min() < 1:
        return []
    if not all(_are_places(own.to_numpy()) for _, own in groups):
        return []
    shared = ", or shared them" * bool(given.duplicated(["round", "juror", "mark"]).any())
    return [
        f"every juror used 1 to {most} once each{shared}: they look like places. They were ranked "
        "as marks: if they are places, say that lower is better, or the ranking is upside down"
    ]


def _are_places(marks: np.ndarray) -> bool:
    """Whether marks are the ranks of themselves: 1, 2, 3, or 1, 2.5, 2.5, or 1, 1, 3."""
    from scipy.stats import rankdata  # half a second to load

    return any((marks == rankdata(marks, method)).all() for method in ("average", "min"))


def _zeros(name: str, marks: pd.DataFrame, options: MarkOptions) -> tuple[pd.DataFrame, list[str]]:
    """The marks without zeros of absent jurors, and a remark on them."""
    zero = marks["mark"] == 0
    if options.zeros is None:
        for what in (*_zeros_throughout(marks), *_zeros_on_top(marks, options)):
            raise ComparisonsError(
                name, what, "say whether a zero is a mark, or no mark", key="say-zeros"
            )
    if options.zeros != "absent" or not zero.any():
        return marks, []
    taken = marks.assign(mark=marks["mark"].mask(zero), recused=marks["recused"] | zero)
    return taken, [f"{zero.sum():,} marks of 0: absent, as recused"]


def _zeros_throughout(marks: pd.DataFrame) -> Iterator[str]:
    """Say which jurors gave zeros alone, in a round in which others did not."""
    given = marks[marks["mark"].notna()]
    for name, own in given.groupby("round", sort=False):
        zeros = (own["mark"] == 0).groupby(own["juror"]).agg(["all", "size"])
        only = [*zeros.index[zeros["all"] & (zeros["size"] > 1)]]
        if only and not zeros["all"].all():
            more = f" and {len(only) - 1} more jurors" if len(only) > 1 else ""
            within = f" in {escape_controls(str(name))}" if name else ""
            yield (
                f"{escape_controls(only[0])}{more} gave 0 to every candidate{within}, which others "
                "did not: a mark, or an absent juror"
            )


def _zeros_on_top(marks: pd.DataFrame, options: MarkOptions) -> Iterator[str]:
    """Say how many marks are 0, where that is better than all others."""
    zeros = int((marks["mark"] == 0).sum())
    if options.lower_is_better and zeros and (marks["mark"] > 0).any():
        verb = "mark is" if zeros == 1 else "marks are"
        yield f"{zeros:,} {verb} 0, and lower is better: the best of all, or no mark"


def _pooled(marks: pd.DataFrame, how: str) -> pd.DataFrame:
    """One row for each juror and candidate: the pooled mark, or recused throughout."""
    table = pool_rounds(marks, how).assign(recused=False)
    pairs = ["juror", "candidate"]
    recused = marks.loc[marks["recused"], pairs].drop_duplicates()
    left = recused.merge(table[pairs], how="left", on=pairs, indicator=True)
    left = left.loc[left["_merge"] == "left_only", pairs].assign(mark=np.nan, recused=True)
    return pd.concat([table, left], ignore_index=True)[[*MARKS, "recused"]] if len(left) else table
