"""The section on candidates: place by the method, place with severities allowed for, and fit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.jurors.additive import MIN_JURORS, adjusted_without_each
from ranking.methods.method import competition_rank
from ranking.uncertainty.jackknife import Jackknife

SHOWN, ROWS = 3, 10  # names in a sentence, rows printed
FEW_JURORS = f"intervals: it takes {MIN_JURORS} jurors to see how much they differ"
NO_REST = "intervals and fit: all jurors put all candidates equally far apart"
COLUMNS = (
    Column("rank"),
    Column("name", "candidate"),
    Column("marks"),
    Column("mean", format_spec=".2f"),
    Column("adjusted", format_spec=".2f"),
    Column("low", "95 %", "z.2f", upper="high"),
    Column("adjusted_rank", "place"),
    Column("moved", format_spec="+d"),
    Column("fit", format_spec=".2f"),
)


def candidates_section(panel: Panel) -> Section:
    """Return the section on candidates, in the order of the method.

    The columns of its table are ``rank`` by the method; ``candidate``, ``name``; ``marks`` how
    many; ``mean`` of them; ``strength`` by the method; ``adjusted`` mean, as the whole panel would
    have marked, with its 95 % interval ``low``, ``high`` over jurors; ``adjusted_rank`` by it;
    ``moved`` places gained over the order by means; ``fit`` mean square of residuals, relative to
    that expected; ``passed``, where that is known.
    """
    fit = panel.fit
    rank, place = competition_rank(panel.strength), competition_rank(fit.adjusted)
    low, high = _interval(panel)
    mean = np.nanmean(panel.marks, axis=0)
    table = pd.DataFrame(
        {
            "rank": rank,
            "candidate": panel.candidates,
            "name": panel.names,
            "marks": (~np.isnan(panel.marks)).sum(axis=0),
            "mean": mean,
            "strength": panel.strength,
            "adjusted": fit.adjusted,
            "low": low,
            "high": high,
            "adjusted_rank": place,
            "moved": competition_rank(mean) - place,
            "fit": fit.mean_square(axis=0),
        }
    )
    if panel.passed is not None:
        table["passed"] = panel.passed
    table = table.sort_values(["rank", "candidate"], ignore_index=True)
    reasons = [NO_REST] if fit.is_exact and len(panel.jurors) > 1 else []
    if len(panel.jurors) < MIN_JURORS:
        reasons = [FEW_JURORS]
    return Section(
        "candidates",
        f"Candidates by {panel.method.name}, beside means adjusted for who marked them",
        table,
        COLUMNS,
        tuple(_sentences(table)),
        tuple(reasons),
        ("candidate",),
        ROWS,
    )


def _interval(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 95 % intervals of adjusted means, relative to the field, jurors as the sample."""
    adjusted = panel.fit.adjusted
    if len(panel.jurors) < MIN_JURORS or panel.fit.is_exact:
        return (np.full(len(adjusted), np.nan),) * 2
    jackknife = Jackknife(adjusted - adjusted.mean(), adjusted_without_each(panel.fit))
    half = jackknife.t_quantile * np.sqrt(jackknife.variance)
    return adjusted - half, adjusted + half


def _sentences(table: pd.DataFrame) -> Iterator[str]:
    moved = table["moved"].abs()
    if not moved.any():
        yield "Allowing for who marked whom changes no place in the order by means."
    else:
        most = table.loc[moved.sort_values(ascending=False, kind="stable").index[:SHOWN]]
        places = zip(most["name"], most["adjusted_rank"], most["moved"], strict=True)
        who = [f"{name} ({to + gained} → {to})" for name, to, gained in places if gained]
        largest = int(moved.max())
        yield (
            f"Allowing for who marked whom moves {int((moved > 0).sum())} of {len(table)} "
            f"candidates by up to {largest} place{'s' * (largest > 1)} in the order by means: "
            f"{', '.join(who)}."
        )
    if table["fit"].notna().any():
        order = table.dropna(subset="fit").sort_values("fit", ascending=False).head(SHOWN)
        who = [f"{name} ({fit:.2f})" for name, fit in zip(order["name"], order["fit"], strict=True)]
        yield f"Jurors differ most on {', '.join(who)}, where 1 is as expected."
