"""What a probe says of recordings: grades as bars of probability, techniques as a time line."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from plots.style import amount_colormap, label_text, new_axes, palette, plot_style

WIDTH, BARS, LINES = 7.0, 1.9, 2.4
"""Width of a figure, and heights of the panel of a recording, in inches."""
STEPS, MARKS = (10, 30, 60, 120, 300, 600), 11
"""Seconds between marks of time, and how many there are at most."""
MOST = 20
"""Recordings of a figure; those after them are left out."""


@plot_style()
def grades_figure(table: pd.DataFrame) -> Figure:
    """Return a figure with a panel of bars for each row: ``recording``, ``expected`` and p."""
    rows = table.iloc[:MOST]
    figure, panels = _panels(len(rows), BARS)
    for ax, (_, row) in zip(panels, rows.iterrows(), strict=True):
        draw_grade_probabilities(row, ax)
    return figure


@plot_style()
def draw_grade_probabilities(row: pd.Series, ax: Axes | None = None) -> Axes:
    """Draw the probability of each grade of one recording as bars, the likeliest filled."""
    ax = new_axes(WIDTH, BARS) if ax is None else ax
    p = row[[str(name) for name in row.index if str(name).startswith("p_")]].astype(float)
    names, colours = [name.removeprefix("p_") for name in p.index], palette()
    fill = [colours.won if value == p.max() else colours.band for value in p]
    ax.bar(range(len(p)), p.to_numpy(), color=fill, width=0.75)
    for place, value in enumerate(p):
        ax.text(place, value + 0.02, f"{value:.2f}", ha="center", va="bottom", fontsize=8)
    ax.set_xticks(range(len(p)), names)
    ax.set_ylim(0, max(1.0, float(p.max()) + 0.12))
    ax.set_yticks([0, 0.5, 1])
    ax.set_ylabel("probability")
    ax.set_xlabel("grade")
    ax.set_title(f"{label_text(row['recording'])}, expected grade {row['expected']:.1f}")
    return ax


@plot_style()
def techniques_figure(table: pd.DataFrame) -> Figure:
    """Return a figure with a time line for each recording of ``start``, ``stop`` (s) and p."""
    names = list(dict.fromkeys(table["recording"]))[:MOST]
    figure, panels = _panels(len(names), LINES)
    for ax, name in zip(panels, names, strict=True):
        draw_technique_times(table[table["recording"] == name], ax)
    return figure


@plot_style()
def draw_technique_times(windows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the probability of each technique in each window of one recording, over time."""
    ax = new_axes(WIDTH, LINES) if ax is None else ax
    columns = [str(name) for name in windows if str(name).startswith("p_")]
    edges = np.append(windows["start"].to_numpy(), windows["stop"].to_numpy()[-1])
    values = windows[columns].to_numpy(dtype=float).T
    ax.pcolormesh(
        edges, np.arange(len(columns) + 1), values, cmap=amount_colormap(), vmin=0, vmax=1
    )
    ax.set_yticks(np.arange(len(columns)) + 0.5, [name.removeprefix("p_") for name in columns])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    step = next((own for own in STEPS if edges[-1] / own <= MARKS), STEPS[-1])
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _clock(value)))
    ax.set_xlabel("time, minutes and seconds; the darker, the more probable")
    ax.set_title(label_text(windows["recording"].iloc[0]))
    return ax


def _clock(seconds: float) -> str:
    """Minutes and seconds: 1:30."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height * count), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(count, squeeze=False).ravel())
