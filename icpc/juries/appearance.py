"""The section on order of appearance, day and session: the trend of marks along them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.errors import JudgeError
from ranking.files.names import Names, match_names
from ranking.files.text import list_some
from ranking.jurors.trend import OrderTrend, PositionedRound, estimate_trend
from ranking.panel.positions import read_positions
from ranking.panel.reading import POSITIONS, read_marks

LEVEL = 0.05
SHOWN = 5  # names in a sentence
COLUMNS = (
    Column("position"),
    Column("juror"),
    Column("slope", format_spec="+.3f"),
    Column("low", "95 %", "+.3f", upper="high"),
    Column("p", format_spec=".3f"),
    Column("p_holm", "p (Holm)", ".3f"),
)
TITLE = "Order of appearance, day, session: by how many points marks rise with each"
CALLED = {"appearance": "order of appearance", "day": "day", "session": "session"}
"""What positions are called in sentences."""


def positioned_rounds(panel: Panel) -> dict[str, list[PositionedRound]]:
    """Return the rounds of a panel with the positions of candidates, by what positions are.

    Positions are those of the file of marks, or else the order of appearance of the roster; none
    where neither has any, or all candidates have one.
    """
    own = _in_file(panel)
    if own:
        return own
    roster = panel.competition.roster.set_index("candidate")["appearance"]
    position = roster.reindex(panel.candidates).to_numpy(dtype=float)
    if not _vary(position):
        return {}
    passing = None if panel.passed is None else int(panel.passed.sum())
    one = PositionedRound("", panel.candidates, panel.marks, position, passing)
    return {"appearance": [one]}


def appearance_section(panel: Panel) -> Section | None:
    """Return the section on positions, of each kind of them apart; None where none are known.

    The columns of its table are ``position`` what it is; ``juror``, the first one all together,
    whose slope is that of the marks themselves, a juror's that of the marks less colleagues';
    ``slope`` in points for one position, with its 95 % interval ``low``, ``high``; ``p``,
    ``p_holm`` corrected over jurors.
    """
    try:
        rounds = positioned_rounds(panel)
    except JudgeError as error:  # the marks can be analysed all the same
        return Section("appearance", TITLE, pd.DataFrame(), not_applicable=(str(error),))
    if not rounds:
        return None
    tables: list[pd.DataFrame] = []
    sentences: list[str] = []
    reasons: list[str] = []
    names = dict(zip(panel.candidates, panel.names, strict=True))
    for kind, own in rounds.items():
        found = estimate_trend(own, list(panel.jurors), panel.seed)
        called = CALLED[kind]
        if np.isnan(found.slope.value):
            reasons.append(f"{called}: it takes four candidates with different positions")
            continue
        tables.append(_table(found).assign(position=kind))
        sentences += _sentences(called, found)
        if all(one.passing is None for one in own):
            reasons.append(f"{called}, who would have passed: it is not known how many passed")
        else:
            sentences += _cut(called, found, names)
    together = [one.iloc[:1] for one in tables]
    jurors = [one.iloc[1:] for one in tables if len(one) > 1]
    columns = ["position", "juror", "slope", "low", "high", "p", "p_holm"]
    table = (
        pd.concat([*together, *jurors], ignore_index=True)[columns] if tables else pd.DataFrame()
    )
    return Section(
        "appearance",
        TITLE,
        table,
        COLUMNS if tables else (),
        tuple(sentences),
        tuple(reasons),
        ("juror",),
        rows=len(together) or None,
    )


def _in_file(panel: Panel) -> dict[str, list[PositionedRound]]:
    """The rounds with positions of the file of marks."""
    path, names = panel.comparisons.path, panel.competition.names
    if path is None:
        return {}
    asked = panel.comparisons.rounds
    positions = read_positions(path, names, asked)
    known = list(dict.fromkeys(positions["round"]))
    meant = match_names(asked, Names(known)).found
    chosen = [meant[name] for name in asked if name in meant] or known
    found: dict[str, list[PositionedRound]] = {}
    for name in chosen:
        marks = panel.comparisons.marks
        if len(chosen) > 1:
            marks = read_marks(path, names, replace(panel.options, round=name, pool=None)).table
        rows = positions[positions["round"] == name].set_index("candidate")
        for kind in (one for one in POSITIONS if one in positions):
            one = _positioned(panel, name, marks, rows[kind], alone=len(chosen) == 1)
            if _vary(one.position):
                found.setdefault(kind, []).append(one)
    return found


def _positioned(
    panel: Panel, name: str, marks: pd.DataFrame | None, position: pd.Series, *, alone: bool
) -> PositionedRound:
    """The marks of a round by the jurors of the panel, with positions, and how many passed it."""
    if alone or marks is None:
        candidates, values = panel.candidates, panel.marks
        passed = panel.passed
    else:
        given = marks[marks["mark"].notna() & marks["juror"].isin(panel.jurors)]
        candidates = pd.Index(sorted(given["candidate"].unique()))
        table = given.pivot_table(index="juror", columns="candidate", values="mark")
        values = table.reindex(index=panel.jurors, columns=candidates).to_numpy(dtype=float)
        passed = _passed(panel.competition, name, candidates)
    passing = None if passed is None else int(passed.sum())
    own = position.reindex(candidates).to_numpy(dtype=float)
    return PositionedRound(name, candidates, values, own, passing)


def _passed(competition: Competition, name: str, candidates: pd.Index) -> np.ndarray | None:
    """Whether each candidate passed a round; None where that is not known, or all or none did."""
    meant = match_names([name], Names(competition.rounds)).found
    if name not in meant:
        return None
    score = competition.score.reindex(candidates).to_numpy(dtype=float)
    passed: np.ndarray = score > competition.rounds.index(meant[name])
    return passed if not np.isnan(score).any() and passed.any() and not passed.all() else None


def _vary(position: np.ndarray) -> bool:
    """Whether candidates differ in their positions."""
    return len(np.unique(position[~np.isnan(position)])) > 1


def _table(found: OrderTrend) -> pd.DataFrame:
    """All jurors together, then each, the steepest first."""
    slope = found.slope
    together = pd.DataFrame(
        {
            "juror": ["all jurors"],
            "slope": slope.value,
            "low": slope.low,
            "high": slope.high,
            "p": slope.p,
        }
    )
    jurors = found.jurors.sort_values("slope", ascending=False)
    if jurors.empty:
        return together.assign(p_holm=np.nan)
    return pd.concat([together, jurors], ignore_index=True)


def _sentences(called: str, found: OrderTrend) -> Iterator[str]:
    slope, span = found.slope, found.span
    change, low, high = (span * one for one in (slope.value, slope.low, slope.high))
    interval = f"95 % interval {low:+.2f} to {high:+.2f}"
    ends = f"{change:+.2f} points from the first to the last ({interval}"
    if found.identified:
        yield (
            f"{called}: with the candidates' strengths in the model, from {slope.pairs:.0f} who "
            f"played in several rounds, marks change by {ends}, p = {slope.p:.3f} by permuted "
            "positions)."
        )
    else:
        yield (
            f"{called}: marks change by {ends}, p = {slope.p:.3f} by permuted positions). With "
            "one position for each candidate this is the trend only if the order was drawn at "
            "random; otherwise it cannot be told from who played when."
        )
    differing = found.jurors[found.jurors["p_holm"] < LEVEL]
    if len(differing):
        who = [f"{row.juror} ({span * row.slope:+.2f})" for row in differing.itertuples()]
        yield (
            f"{called}: from the first to the last, marks change otherwise than colleagues' with "
            f"{list_some(who, SHOWN)} (Holm, of {len(found.jurors)} jurors)."
        )
    elif len(found.jurors):
        yield f"{called}: no juror's trend can be told from colleagues' (Holm)."


def _cut(called: str, found: OrderTrend, names: Mapping[str, str]) -> Iterator[str]:
    """Who would have passed without the trend."""
    significant = found.slope.p < LEVEL
    in_doubt = ", if it is one," if significant else ", which cannot be told from none,"
    in_doubt = "" if significant and found.identified else in_doubt
    if found.moved.empty:
        yield f"{called}: without this trend{in_doubt} the same would pass by adjusted means."
        return
    parts = []
    for passes, verb in ((True, "would pass"), (False, "would not")):
        own = found.moved[found.moved["passes"] == passes]
        who = [
            f"{names.get(row.candidate, row.candidate)}{f' ({row.round})' * bool(row.round)}"
            for row in own.itertuples()
        ]
        if who:
            parts.append(f"{list_some(who, SHOWN)} {verb}")
    yield f"{called}: without this trend{in_doubt} {' and '.join(parts)}, by adjusted means."
