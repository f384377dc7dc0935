"""The page of results: tables beside the paper's, figures, and first whether controls explain them.

Conventions
-----------
It is one HTML file that needs nothing else, in the style of the report page
(:mod:`plots.page.render`). Figures are drawn for light and for dark mode. Its text is the same
every time, given the same files.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from icpc.experiments.figures import (
    AVERAGE_PRECISION,
    CONFUSION,
    HIT_RATE,
    TRAINING,
    ResultFigure,
    without_files,
)
from icpc.experiments.paper_tables import paper_table, table_parts
from icpc.experiments.results import Result
from icpc.experiments.results_file import ResultsFile
from icpc.experiments.tested import (
    CONTROLS,
    EncoderResults,
    controls_summary,
)
from icpc.findings.wording import metric_name, percent
from ranking import __version__
from ranking.errors import ReportError
from ranking.files.hashing import file_sha256

Table = dict[str, Any]


def results_page(own: ResultsFile, command: str, advice: str = "") -> str:
    """Return the page of results, as HTML.

    Parameters
    ----------
    own
        The results.
    command
        What to type to make the page again, shown on it.
    advice
        How to find out whether controls explain as much, shown where it is not known.

    Raises
    ------
    ReportError
        If a package is missing.
    """
    render = results_renderer()
    beside = own.beside_controls()
    unknown = any(one.explained is None for one in beside)
    encoders = {one.encoder for one in own.tested} - {CONTROLS}
    tests = f"{len(own.results):,} result{'s' if len(own.results) != 1 else ''}"
    return render(
        {
            "title": "Results of probes",
            "lead": f"{tests} in {own.path.name}; {_listed(encoders)}",
            "summary": controls_summary(beside),
            "comparisons": [
                {"explained": one.explained, "sentence": one.sentence} for one in beside
            ],
            "advice": advice if unknown else "",
            "tested": _tested(own.tested),
            "remarks": _remarks(own),
            "table3": _parts(3, own),
            "table4": _parts(4, own),
            "classes": _pictures(own, AVERAGE_PRECISION),
            "training": _pictures(own, TRAINING),
            "confusion": [_matrices(one) for one in own.figures if one.kind == CONFUSION],
            "hitrate": _hit_rates(own),
            "command": command,
            "made_with": {"judge": __version__},
            "hashes": {own.path.name: file_sha256(own.path), **_hashes(own.results)},
        }
    )


def figure_files(own: ResultsFile) -> dict[str, bytes]:
    """Return the figures of results as PNG and SVG, by file name."""
    from plots.style import render_figure

    return {
        f"{one.name}.{kind}": render_figure(figure, kind)
        for one in own.figures
        for figure in [one.draw()]
        for kind in ("png", "svg")
    }


def results_renderer() -> Callable[[Mapping[str, Any]], str]:
    """Return what writes the page.

    Raises
    ------
    ReportError
        If a package that it needs is missing.
    """
    try:
        from plots.page.render import render_results_page
    except ModuleNotFoundError as error:
        raise ReportError(
            "the page of results",
            f"{error.name} is not installed",
            "the packages that pages need",
            key="report-extra",
        ) from None
    return render_results_page


def _listed(encoders: Iterable[str]) -> str:
    names = sorted(encoders)
    return f"encoders: {', '.join(names)}" if names else "no encoder"


def _remarks(own: ResultsFile) -> list[str]:
    """What is left out, since files are not there."""
    return [
        f"Left out: {kind} of {count} of the tests, which do not lie beside the results."
        for kind, count in without_files(own.tested, own.folder).items()
    ]


def _tested(tested: Sequence[EncoderResults]) -> Table:
    headers = ["task", "encoder", "seeds", "folds", "groups", "metric", "value", "95 % interval"]
    rows = []
    for one in tested:
        ends = one.estimate.low, one.estimate.high
        interval = "–" if np.isnan(ends).any() else " to ".join(f"{100 * end:.1f}" for end in ends)
        cells = [
            *(one.task, one.name, f"{len(one.results)}", f"{max(r.folds for r in one.results)}"),
            f"{np.mean([r.groups for r in one.results]):.0f}",
            *(one.metric, percent(one.estimate.value), interval),
            *("–" if np.isnan(value) else percent(value) for value in (one.random, one.majority)),
        ]
        rows.append({"cells": cells, "ours": one.encoder == CONTROLS})
    return {"headers": [*headers, "random", "majority class"], "rows": rows}


def _parts(number: int, own: ResultsFile) -> list[Table]:
    """A table of the paper by tasks, or by ways to fit; those with rows of ours first."""
    parts = [
        _part(f"Table {number}: {name}", part)
        for name, part in table_parts(paper_table(number, own.results, own.folder)).items()
    ]
    return sorted(parts, key=lambda part: not part["ours"])


def _part(caption: str, table: pd.DataFrame) -> Table:
    """A part with the interval of a metric beside it, and no row that has no number."""
    metrics = [
        str(name)
        for name in table.columns
        if name not in ("encoder", "from", "fine_tuned")
        and not str(name).endswith(("_low", "_high"))
    ]
    table = table[table[metrics].notna().any(axis=1)]
    rows = []
    for row in table.to_dict("records"):
        name = f"{row['encoder']}{', fine-tuned' if row['fine_tuned'] else ''}"
        cells = [_cell(row, metric) for metric in metrics]
        rows.append({"cells": [name, row["from"], *cells], "ours": row["from"] == "ours"})
    return {
        "caption": caption,
        "headers": ["encoder", "from", *map(metric_name, metrics)],
        "rows": rows,
        "ours": any(row["ours"] for row in rows),
    }


def _cell(row: Mapping[Any, Any], metric: str) -> str:
    """A number in percent, with its interval if it has one; a count as it is."""
    value, low, high = (row.get(f"{metric}{end}") for end in ("", "_low", "_high"))
    if value is None or pd.isna(value):
        return "–"
    if metric == "seeds":
        return f"{value:.0f}"
    ends = "" if pd.isna(low) or pd.isna(high) else f" ({low:.1f} to {high:.1f})"
    return f"{value:.2f}{ends}"


def _pictures(own: ResultsFile, kind: str) -> list[dict[str, Any]]:
    return [_picture(one) for one in own.figures if one.kind == kind]


def _picture(one: ResultFigure) -> dict[str, Any]:
    """A figure in light and in dark mode, with its numbers."""
    from plots.page.render import image_address
    from plots.style import plot_style

    addresses = {}
    for mode in ("light", "dark"):
        with plot_style(dark=mode == "dark"):
            addresses[mode] = image_address(one.draw())
    tables = [_numbers(name, table) for name, table in one.tables.items()]
    return {"title": one.title, "tables": tables, **addresses}


def _numbers(caption: str, table: pd.DataFrame) -> Table:
    rows = [
        {"cells": [_number(value) for value in row], "ours": False}
        for row in table.itertuples(index=False)
    ]
    return {
        "caption": caption,
        "headers": [str(name).replace("_", " ") for name in table.columns],
        "rows": rows,
    }


def _number(value: Any) -> str:
    if isinstance(value, float):
        return "–" if np.isnan(value) else f"{value:.3g}"
    return str(value)


def _matrices(one: ResultFigure) -> dict[str, Any]:
    """Confusion matrices as tables, with the share of the row as shade."""
    tables = []
    for label, counts in one.tables.items():
        total = counts.sum(axis=1).replace(0, 1)
        shades = (100 * counts.div(total, axis=0)).round().astype(int)
        rows = [
            {
                "cells": [name, *map(str, counts.loc[name])],
                "shades": list(shades.loc[name]),
                "ours": False,
            }
            for name in counts.index
        ]
        tables.append({"caption": label, "headers": ["", *counts.columns], "rows": rows})
    return {"title": one.title, "tables": tables}


def _hit_rates(own: ResultsFile) -> list[dict[str, Any]]:
    figures = [one for one in own.figures if one.kind == HIT_RATE]
    return [
        {**_picture(one), "sentences": curve.sentences}
        for one, curve in zip(figures, own.curves.values(), strict=True)
    ]


def _hashes(results: Sequence[Result]) -> dict[str, str]:
    """Hashes of the files beside the results, by name."""
    files = [
        pair
        for one in results
        for pair in (
            (one.predictions, one.predictions_sha256),
            (one.history, one.history_sha256),
        )
    ]
    return {name: digest for name, digest in files if name}
