"""The section on jurors: how severe, how spread, and how far each agrees with the others."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.evaluation.paired import tau_b_with_interval
from ranking.evaluation.resampling import Estimate
from ranking.files.text import list_some
from ranking.jurors.additive import MIN_JURORS, juror_spreads, severity_intervals

SHOWN = 3  # names in a sentence
SAME_ORDER = 0.995  # tau-b that is printed as 1
ONE_JUROR = "severity, spread, fit and agreement: there is one juror, and nobody to compare with"
FEW_JURORS = (
    f"intervals of severity, and spread: two jurors; it takes {MIN_JURORS} to see how much they "
    "differ, and whose marks are spread"
)
ALL_EQUAL = "intervals of severity, and fit: all jurors put all candidates equally far apart"
POOLED = "severity: pooling rounds by candidate + juror × round takes it out of the marks"
UNBOUNDED = (
    "intervals of severity: without the marks of one candidate, some jurors would not be joined to "
    "the others"
)
COLUMNS = (
    Column("juror"),
    Column("marks"),
    Column("mean", format_spec=".2f"),
    Column("severity", format_spec="+z.2f"),
    Column("low", "95 %", "+z.2f", upper="high"),
    Column("spread", format_spec=".2f"),
    Column("fit", format_spec=".2f"),
    Column("tau", "tau-b", "z.2f"),
    Column("tau_low", "95 %", "z.2f", upper="tau_high"),
)


def jurors_section(panel: Panel) -> Section:
    """Return the section on jurors, the most severe first.

    The columns of its table are ``juror``; ``marks`` how many; ``mean`` of them; ``severity``
    points by which the juror marks lower than the panel, with its standard ``error`` and 95 %
    interval ``low``, ``high``; ``spread`` standard deviation of the residuals; ``fit`` their mean
    square, relative to that expected; ``tau`` Kendall's tau-b of the juror's marks and the ranking
    by the others, with ``tau_low``, ``tau_high``.
    """
    marks, several = panel.marks, len(panel.jurors) > 1
    error, low, high = severity_intervals(panel.fit)
    severity = panel.fit.severity
    if not several or panel.without_severities:
        severity, error, low, high = (np.full(len(marks), np.nan) for _ in range(4))
    agreement = _agreement(panel) if several else [Estimate(np.nan)]
    table = pd.DataFrame(
        {
            "juror": panel.jurors,
            "marks": (~np.isnan(marks)).sum(axis=1),
            "mean": np.nanmean(marks, axis=1),
            "severity": severity,
            "error": error,
            "low": low,
            "high": high,
            "spread": juror_spreads(marks),
            "fit": panel.fit.mean_square(axis=1),
            "tau": [one.value for one in agreement],
            "tau_low": [one.low for one in agreement],
            "tau_high": [one.high for one in agreement],
        }
    ).sort_values(["severity", "juror"], ascending=[False, True], ignore_index=True)
    return Section(
        "jurors",
        "Jurors, the most severe first: by how many points each marks lower than the panel",
        table,
        COLUMNS,
        tuple(_sentences(table)),
        tuple(_not_applicable(table, pooled=panel.without_severities)),
        ("juror",),
    )


def _agreement(panel: Panel) -> list[Estimate]:
    """Kendall's tau-b of each juror's marks and the ranking by all others."""
    found = []
    for own, others in zip(panel.marks, panel.without_each, strict=True):
        known = ~np.isnan(own) & ~np.isnan(others)
        found.append(
            tau_b_with_interval(own[known], others[known], panel.seed)
            if known.sum() > 1
            else Estimate(np.nan)
        )
    return found


def _sentences(table: pd.DataFrame) -> Iterator[str]:
    if table["severity"].notna().all() and np.ptp(table["severity"]) > 0:
        yield from _severity_sentences(table)
    if len(table) < MIN_JURORS:
        return
    if table["fit"].notna().any():
        order = table.dropna(subset="fit").sort_values("fit", ascending=False)
        worst = [f"{row.juror} ({row.fit:.2f})" for row in order.head(SHOWN).itertuples()]
        yield f"Largest mean squares of residuals, where 1 is as expected: {', '.join(worst)}."
    if table["tau"].min() < SAME_ORDER:
        least = table.loc[table["tau"].idxmin()]
        yield (
            f"{least['juror']} agrees least with the ranking by the others: tau-b "
            f"{least['tau']:.2f}, where 1 is the same order."
        )


def _severity_sentences(table: pd.DataFrame) -> Iterator[str]:
    ends = [_severity(table.iloc[at]) for at in (0, -1)]
    yield (
        f"{table['juror'].iloc[0]} is the most severe ({ends[0]}), {table['juror'].iloc[-1]} the "
        f"mildest ({ends[1]}); positive is lower than the panel's mean severity."
    )
    known = table[table["low"].notna()]
    if len(known):
        apart = int(((known["low"] > 0) | (known["high"] < 0)).sum())
        yield (
            f"The intervals of {apart} of {len(known)} jurors do not hold 0, each taken by itself; "
            "they take the candidates as the sample, and are about these jurors."
        )


def _severity(row: pd.Series) -> str:
    points = f"{row['severity']:+.2f} points"
    if np.isnan(row["low"]):
        return points
    return f"{points}, 95 % interval {row['low']:+.2f} to {row['high']:+.2f}"


def _not_applicable(table: pd.DataFrame, *, pooled: bool) -> Iterator[str]:
    if len(table) == 1:
        yield ONE_JUROR
        return
    if pooled:
        yield POOLED
    if len(table) < MIN_JURORS:
        yield FEW_JURORS
    if table["fit"].isna().all():
        yield ALL_EQUAL
    elif len(table) >= MIN_JURORS and table["error"].isna().all() and not pooled:
        yield UNBOUNDED
    without = table.loc[table["tau"].isna(), "juror"]
    if len(without):
        yield (
            f"agreement of {list_some([*without], SHOWN)} with the others: equal marks order "
            "nobody, or the method gives no ranking by the others"
        )
