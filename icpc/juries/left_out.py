"""The section on what the result owes to each juror: the ranking without each in turn."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.evaluation.agreement import share_in_top
from ranking.files.text import list_some
from ranking.jurors.left_out import WithoutJuror, leave_out
from ranking.methods.method import competition_rank

SHOWN = 3  # names in a cell
ONE_JUROR = "the ranking without a juror: there is one juror"
UNKNOWN = (
    "who would have passed: results are not known of all candidates, or all or none of them passed"
)
COLUMNS = (
    Column("juror", "without"),
    Column("winner", "first"),
    Column("would_pass", "would pass"),
    Column("would_not_pass", "would not"),
    Column("mean_move", "mean move", ".1f"),
    Column("largest_move", "largest"),
    Column("moved_most", "of"),
)


def left_out_section(panel: Panel) -> Section:
    """Return the section on leaving out a juror.

    The columns of its table are ``juror`` who is left out; ``winner`` then; ``would_pass`` and
    ``would_not_pass`` who would pass, or not, other than with all jurors; ``tied`` who tie across
    the cut; ``mean_move``, ``largest_move`` of places; ``moved_most`` who moves by that. Names in a
    cell are set apart by semicolons.
    """
    title = f"Without each juror in turn, by {panel.method.name}"
    if len(panel.jurors) < 2:
        return Section("left-out", title, pd.DataFrame(), not_applicable=(ONE_JUROR,))
    if panel.why_not_without:
        why = f"the ranking without a juror: {panel.why_not_without}"
        return Section("left-out", title, pd.DataFrame(), not_applicable=(why,))
    passing = None if panel.passed is None else int(panel.passed.sum())
    found = leave_out(panel.strength, panel.without_each, passing)
    names = np.array(panel.names, dtype=object)

    def listed(numbers: Sequence[int]) -> str:
        return "; ".join(names[list(numbers)])

    table = pd.DataFrame(
        {
            "juror": panel.jurors,
            "winner": [listed(one.winners) for one in found],
            "would_pass": [listed(one.gained) for one in found],
            "would_not_pass": [listed(one.lost) for one in found],
            "tied": [listed(one.tied) for one in found],
            "mean_move": [one.mean_move for one in found],
            "largest_move": [int(np.abs(one.places).max()) for one in found],
            "moved_most": [names[one.most_moved] if one.places.any() else "" for one in found],
        }
    )
    columns: tuple[Column, ...] = COLUMNS
    if passing is None:
        table = table.drop(columns=["would_pass", "would_not_pass", "tied"])
        columns = tuple(one for one in COLUMNS if one.name in table)
    return Section(
        "left-out",
        title,
        table,
        columns,
        tuple(_sentences(panel, found, passing)),
        () if passing else (UNKNOWN,),
        ("without", "first", "would pass", "would not", "of"),
    )


def _sentences(panel: Panel, found: Sequence[WithoutJuror], passing: int | None) -> Iterator[str]:
    first = {*np.flatnonzero(competition_rank(panel.strength) == 1).tolist()}
    names = [panel.names[at] for at in sorted(first)]
    others = [
        str(juror)
        for juror, one in zip(panel.jurors, found, strict=True)
        if {*one.winners} != first
    ]
    who = f"{list_some(names)} {'is' if len(names) == 1 else 'are'} first with all jurors"
    yield (
        f"{who}, and without any one of them."
        if not others
        else f"{who}, and not, or not alone, without {list_some(others, len(others))}."
    )
    if passing is None or panel.passed is None:
        return
    top = share_in_top(panel.strength, passing)
    inside = float(top[panel.passed].sum())
    yield (
        f"{passing} passed; {inside:.4g} of them are among the first {passing} by "
        f"{panel.method.name} with all jurors."
    )
    changing = [one for one in found if one.gained or one.lost]
    affected = sorted({at for one in found for at in (*one.gained, *one.lost)})
    if not changing:
        yield f"Without any one juror the same {passing} would pass."
        return
    yield (
        f"Without one of {len(changing)} of {len(found)} jurors others would pass; it concerns "
        f"{len(affected)} candidate{'s' * (len(affected) > 1)}: "
        f"{list_some([panel.names[at] for at in affected], len(affected))}."
    )
