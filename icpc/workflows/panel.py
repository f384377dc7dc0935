"""A panel analysed: read, asked, and written to a folder or a figure."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from icpc.juries.against import read_other_ranking
from icpc.juries.analysis import PanelAnalysis, analyse_panel
from icpc.juries.panel import Panel, make_panel
from icpc.study.comparisons import FileOptions, load_comparisons
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.rankings import settings_from_options
from icpc.workflows.settings import RankingOptions, Source
from ranking.errors import CompetitionError, Given, RunError
from ranking.files.atomic import check_can_be_written, write_bytes, write_error
from ranking.files.names import Names
from ranking.files.table_writer import to_csv
from ranking.panel.relations import read_relations, relations_in_marks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULT_PANEL = "icpc2025"
"""Bundled competition that comes with a panel's marks."""
DEFAULT_METHOD = "mean-mark"
DEFAULT_OPTIONS = RankingOptions()
FIGURE = "panel"
"""Name of the figure, and of the JSON file, in a folder."""
CURVE = "power"
"""Name of the figure of jurors needed."""
KINDS = (".png", ".svg")


def open_panel(
    source: Source,
    options: RankingOptions = DEFAULT_OPTIONS,
    seed: int | None = None,
    against: Path | None = None,
    relations: Path | None = None,
) -> PanelAnalysis:
    """Return the analysis of a competition's panel, or of a file of marks.

    Parameters
    ----------
    source
        Competition and marks.
    options
        Method of the panel's ranking, and who counts as passed.
    seed
        Seed of every random draw; 0, if None.
    against
        Run, ranking or comparisons to compare the panel with, if any.
    relations
        CSV of whose pupils or compatriots candidates are, if any.

    Raises
    ------
    JudgeError
        If there are no marks, options contradict each other, or a file cannot be read.

    Examples
    --------
    >>> from icpc.workflows.panel import open_panel
    >>> from icpc.workflows.settings import Source
    >>> analysis = open_panel(Source(competition="icpc2025", round="final"))
    >>> analysis["left-out"].table["winner"].value_counts().index[0]
    'Kevin Chen'
    """
    if not (source.competition or source.roster or source.panel):
        source = replace(source, competition=DEFAULT_PANEL)
    settings = settings_from_options(
        replace(options, method=options.method or DEFAULT_METHOD), seed
    )
    competition = replace(bundled_or_own_competition(source), comparisons=None)
    if source.panel is None and competition.panel is None:
        raise CompetitionError(
            competition.name, "no marks by a panel", "name a file of marks", key="name-panel"
        )
    comparisons = load_comparisons(
        competition, marks_file=source.panel, options=FileOptions(source.marks)
    )
    panel = make_panel(
        *(competition, comparisons, settings.ranking_method, settings.seed, options.passing_score)
    )
    panel = replace(panel, options=source.marks)
    panel = _with_relations(panel, relations)
    other = None if against is None else read_other_ranking(against, competition.names)
    return analyse_panel(panel, other)


def _with_relations(panel: Panel, path: Path | None) -> Panel:
    """The panel with the relations of a file, or of its file of marks, and what was understood."""
    marks, competition = panel.comparisons.marks, panel.competition
    if path is None:
        own, rounds = panel.comparisons.path, panel.comparisons.rounds
        found = None if own is None else relations_in_marks(own, competition.names, rounds)
        return replace(panel, relations=found)
    jurors = panel.jurors if marks is None else sorted(marks["juror"].unique())
    names = competition.names or Names(list(panel.candidates))
    countries = competition.roster.set_index("candidate")["country"]
    read = read_relations(path, list(jurors), names, countries)
    return replace(panel, relations=read.table, remarks=(*panel.remarks, *read.understood))


def panel_record(analysis: PanelAnalysis) -> dict[str, Any]:
    """Return all that was found as JSON can hold it: sections by key, missing values None."""
    panel = analysis.panel
    return {
        "competition": panel.competition.name,
        "source": panel.comparisons.source,
        "method": panel.method.name,
        "seed": panel.seed,
        "jurors": len(panel.jurors),
        "candidates": len(panel.candidates),
        "remarks": list(analysis.remarks),
        "sections": {
            section.key: {
                "title": section.title,
                "sentences": list(section.sentences),
                "not_applicable": list(section.not_applicable),
                "rows": _rows(section.table),
            }
            for section in analysis.sections
        },
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by column, None for what is missing or not finite."""
    values = table.astype(object)
    return values.where(table.notna(), None).replace([np.inf, -np.inf], None).to_dict("records")


def panel_json(analysis: PanelAnalysis) -> str:
    """Return :func:`panel_record` as text."""
    return json.dumps(panel_record(analysis), ensure_ascii=False, indent=1)


def check_figure_path(path: Path) -> None:
    """Refuse a figure that could not be written.

    Raises
    ------
    RunError
        If it is no PNG or SVG, or its folder cannot be written.
    """
    if path.suffix.lower() not in KINDS:
        raise RunError(
            Given(plot=path), "figures are PNG or SVG", f"end its name in {' or '.join(KINDS)}"
        )
    check_can_be_written(path, RunError)


def draw_panel(analysis: PanelAnalysis) -> "Figure":
    """Return the figure of a panel: severities, and places with and without adjusting."""
    from plots.panel import panel_figure

    jurors, candidates = (analysis[key].table for key in ("jurors", "candidates"))
    known = jurors if np.isfinite(jurors["severity"]).any() else jurors.assign(severity=0.0)
    return panel_figure(known, candidates, analysis.headline)


def write_panel_figure(analysis: PanelAnalysis, path: Path) -> None:
    """Write the figure of a panel as PNG or SVG, by the ending of its name.

    Raises
    ------
    RunError
        If it has another ending, or cannot be written.
    """
    from plots.style import render_figure

    check_figure_path(path)
    write_bytes(render_figure(draw_panel(analysis), path.suffix.lower()[1:]), path)


def write_panel(analysis: PanelAnalysis, folder: Path) -> list[Path]:
    """Write a CSV of each section, ``panel.json`` and the figures; return their paths.

    They replace earlier ones when all of them are finished.

    Parameters
    ----------
    analysis
        What to write.
    folder
        Where to; other files in it stay.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    from plots.jurors_needed import draw_jurors_needed
    from plots.style import render_figure

    contents = {
        f"{section.key}.csv": to_csv(section.table).encode()
        for section in analysis.sections
        if len(section.table.columns)
    }
    contents |= {  # drawn anew: its layout depends on what was drawn before
        f"{FIGURE}{kind}": render_figure(draw_panel(analysis), kind[1:]) for kind in KINDS
    }
    curve = analysis["power"].table
    if len(curve):
        drawn = draw_jurors_needed(curve, len(analysis.panel.jurors)).figure.figure
        contents |= {f"{CURVE}{kind}": render_figure(drawn, kind[1:]) for kind in KINDS}
    contents[f"{FIGURE}.json"] = f"{panel_json(analysis)}\n".encode(errors="backslashreplace")
    check_can_be_written(folder / f"{FIGURE}.json", RunError, out=True)
    try:
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            for name, content in contents.items():
                write_bytes(content, Path(unfinished) / name)
            for name in contents:  # the record last
                (Path(unfinished) / name).replace(folder / name)
    except OSError as error:
        raise write_error(RunError, folder, error, key="other-out") from None
    return [folder / name for name in contents]
