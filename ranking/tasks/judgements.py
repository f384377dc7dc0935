"""Labels from what people said of recordings: a panel's marks, or comparisons of two.

Conventions
-----------
Candidates are recordings: files' names, with or without their ending. A manifest beside may say
which are of one performer (``group``), which are compared (``event``), and the ``split``; it then
names all of them. Without one each recording is a group of its own.

Marks are added up as candidate + juror, by least squares over those that there are, so that a
strict juror's candidates are no worse for it (:func:`ranking.panel.pooling.pool_additive`): a
candidate's mark is the mean of the marks less their jurors' effects, its standard error s / √n for
n marks, with s² the mean square of the residuals. Candidates whom no chain of jurors joins are of
different events. One juror's marks have no residuals, and no standard errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.tally import compared_candidates, row_counts
from ranking.errors import Given, TableError
from ranking.files.names import Names
from ranking.files.text import list_some
from ranking.panel.options import DEFAULT_OPTIONS, MarkOptions
from ranking.panel.pooling import pool_additive
from ranking.panel.reading import read_marks
from ranking.tasks.manifest import Column, Manifest, read_manifest

PLACE = (Column("event", optional=True),)
"""What a manifest beside judgements may say, beside what every manifest may."""
DIGITS = 9
"""To which marks are rounded: nearer ones are equal but for rounding."""


@dataclass(frozen=True)
class Judgements:
    """Files of what people said of recordings; one of the two."""

    panel: Path | None = None
    """Marks of jurors."""
    comparisons: Path | None = None
    """Comparisons of two recordings each."""
    marks: MarkOptions = DEFAULT_OPTIONS
    """How marks are read."""

    def __post_init__(self) -> None:
        """Refuse none and both.

        Raises
        ------
        TableError
            Naming them.
        """
        given = {"panel": self.panel, "comparisons": self.comparisons}
        there = {name: str(path) for name, path in given.items() if path is not None}
        if len(there) != 1:
            what = "two kinds of judgements" if there else "no judgements"
            raise TableError(Given(**(there or given)), what, "give one")


def read_judgements(given: Judgements, manifest: Path | None = None) -> Manifest:
    """Return what people said of recordings as a manifest: of marks, or of pairs.

    Parameters
    ----------
    given
        The file of marks or comparisons.
    manifest
        A CSV of recordings with their group, event and split; None: nothing is known of them.

    Raises
    ------
    TableError, ComparisonsError
        If a file cannot be read, or names a recording that the manifest does not.
    """
    about = None if manifest is None else read_manifest(manifest, PLACE)
    known = None if about is None else Names(list(about.recordings["recording"]))
    if given.panel is not None:
        read = read_marks(given.panel, known, given.marks)
        labels, pairs = recording_marks(read.table), None
        path = given.panel
    else:
        path = given.comparisons or Path()
        read = read_comparisons(path, known)
        labels = pd.DataFrame({"recording": compared_candidates(read.table)})
        pairs = read.table[["first", "second", "winner"]].assign(count=row_counts(read.table))
    table, sentences = _placed(labels, about)
    if pairs is not None and "weight" in read.table:
        sentences.append("weights are not used: all comparisons count the same")
    if pairs is not None:
        pairs = pairs[_of_one_event(table, pairs)].reset_index(drop=True)
    understood = (*read.understood, *(about.understood if about is not None else ()), *sentences)
    return Manifest(
        path.name,
        table,
        pairs,
        stratify_by="" if pairs is not None else "mark",
        understood=understood,
    )


def read_labels(
    columns: Sequence[Column],
    takes_pairs: bool,
    path: Path | None,
    judgements: Judgements | None = None,
) -> Manifest:
    """Return the manifest of a file, or that of what people said.

    Parameters
    ----------
    columns
        Columns that a task needs.
    takes_pairs
        Whether the file may have pairs instead.
    path
        A CSV file; None: there are judgements alone.
    judgements
        What labels come from, if not from the file, which then says whose recordings they are.

    Raises
    ------
    TableError, ComparisonsError
        If it cannot be read.
    ValueError
        If there is neither.
    """
    if judgements is not None:
        return read_judgements(judgements, path)
    if path is None:
        raise ValueError("neither a manifest nor judgements")
    return read_manifest(path, columns, takes_pairs)


def recording_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each candidate: recording, mark, standard_error, raters and event.

    Parameters
    ----------
    marks
        MARKS table.
    """
    given = marks[marks["mark"].notna()].reset_index(drop=True)
    parts = [_part_marks(own) for own in _joined_parts(given)]
    events = [f"part {at}" if len(parts) > 1 else "" for at in range(1, len(parts) + 1)]
    each = [part.assign(event=event) for part, event in zip(parts, events, strict=True)]
    return pd.concat(each).sort_values("recording").reset_index(drop=True)


def _joined_parts(marks: pd.DataFrame) -> Sequence[pd.DataFrame]:
    """The marks of candidates whom jurors join, one part after another."""
    candidate, candidates = pd.factorize(marks["candidate"])
    juror, jurors = pd.factorize(marks["juror"])
    links = coo_array(
        (np.ones(len(marks)), (candidate, len(candidates) + juror)),
        shape=(len(candidates) + len(jurors),) * 2,
    )
    parts, part = connected_components(links, directed=False)
    own = part[candidate]
    return [marks[own == at].reset_index(drop=True) for at in range(parts)]


def _part_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Mean marks less their jurors' effects, with standard errors where residuals tell them."""
    less = pool_additive(marks.assign(round=""))["mark"]
    grouped = (marks["mark"].mean() + less).groupby(marks["candidate"])
    mean, raters = grouped.mean(), grouped.size()
    residual = (less + marks["mark"].mean() - marks["candidate"].map(mean)).to_numpy()
    freedom = len(marks) - len(mean) - marks["juror"].nunique() + 1
    square = (residual**2).sum() / freedom if freedom else np.nan
    return pd.DataFrame(
        {
            "recording": mean.index,
            "mark": mean.round(DIGITS).to_numpy(),
            "standard_error": np.sqrt(square / raters.to_numpy()),
            "sd": np.nan,
            "raters": raters.to_numpy(float),
        }
    )


def _placed(labels: pd.DataFrame, about: Manifest | None) -> tuple[pd.DataFrame, list[str]]:
    """The labels with group, event and split, and what was left out, as sentences."""
    if about is None:
        event = labels.get("event", "")
        return labels.assign(split="", group=labels["recording"], event=event), []
    facts = about.recordings.set_index("recording")
    place = labels["recording"]
    own = labels.assign(**{name: place.map(facts[name]) for name in ("split", "group")})
    event = place.map(facts["event"])
    if "event" in labels:
        event = event.where(labels["event"] == "", event + " " + labels["event"])
    absent = [name for name in facts.index if name not in set(place)]
    verb = "has" if len(absent) == 1 else "have"
    sentences = [f"{list_some(absent)} {verb} no judgement, and is left out"] if absent else []
    return own.assign(event=event), sentences


def _of_one_event(table: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs are within one event."""
    event = table.set_index("recording")["event"]
    first, second = (pairs[at].map(event).to_numpy() for at in ("first", "second"))
    return np.asarray(first == second)
