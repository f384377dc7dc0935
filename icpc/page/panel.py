"""The panel on the page: marks, severity and agreement of the jurors, and the ranking without each.

Computed once where the study has marks, and kept with its run (:mod:`icpc.study.kept`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from icpc.juries.jurors import jurors_section
from icpc.juries.left_out import left_out_section
from icpc.juries.panel import Panel, make_panel
from icpc.juries.section import Section
from icpc.study.kept import KeptResults
from icpc.study.study import Study
from ranking.errors import RankingError
from ranking.evaluation.agreement import ranks_by_applicable_method

DIGITS = 4  # of marks on the page, after the point
FIRST = 10  # candidates whose places by every rule are shown


def panel_page_data(kept: KeptResults) -> dict[str, Any] | None:
    """Return jurors, their marks by candidate, and the ranking without each; None without marks.

    ``marks`` has a list for each juror, by the ids in ``candidates``, None where there is no mark.

    Parameters
    ----------
    kept
        What is kept of the study.
    """
    if kept.study.comparisons.marks is None:
        return None
    return kept.get("panel", lambda: _panel_values(kept.study.largest), _as_it_is, _checked)


def _panel_values(study: Study) -> dict[str, Any]:
    panel = make_panel(
        study.competition,
        study.comparisons,
        study.settings.ranking_method,
        study.settings.seed,
        study.comparisons.passing_score,
    )
    jurors = jurors_section(panel)
    left_out = _without_each(panel)
    order = panel.jurors.get_indexer(jurors.table["juror"])
    marks = np.round(panel.marks[order], DIGITS)
    return {
        "jurors": _rows(jurors.table),
        "candidates": list(panel.candidates),
        "marks": [[None if np.isnan(mark) else float(mark) for mark in own] for own in marks],
        "without": _rows(left_out.table),
        "rules": _places_by_rule(study),
        "sentences": [*jurors.sentences, *left_out.sentences],
        "not_applicable": [*jurors.not_applicable, *left_out.not_applicable, *panel.remarks],
    }


def _places_by_rule(study: Study) -> dict[str, Any]:
    """Ranks by each rule for marks: of the first, and of whom not all rules let pass."""
    by_rule, _ = ranks_by_applicable_method(study.tally, study.marks, ("marks",))
    order = study.ranking["candidate"]
    ranks, passing = by_rule.loc[order], len(study.passed_by_id or ())
    among = ranks <= passing
    between = among.any(axis=1) & ~among.all(axis=1) & (passing > 0)
    shown = between | (np.arange(len(order)) < FIRST)
    rows = [
        {"candidate": one, "between": bool(between[one]), "ranks": ranks.loc[one].tolist()}
        for one in order[shown.to_numpy()]
    ]
    return {"names": list(ranks), "passing": passing, "between": int(between.sum()), "rows": rows}


def _without_each(panel: Panel) -> Section:
    try:
        return left_out_section(panel)
    except RankingError as error:
        return Section("left-out", "", pd.DataFrame(), not_applicable=(error.what,))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    values = table.astype(object).where(table.notna(), None).replace([np.inf, -np.inf], None)
    plain = values.map(lambda one: one.item() if isinstance(one, np.generic) else one)
    return [{str(name): one for name, one in row.items()} for row in plain.to_dict("records")]


def _as_it_is(values: dict[str, Any]) -> dict[str, Any]:
    return values


def _checked(values: Any) -> dict[str, Any]:
    """The values, where they are those of a panel: a run may come from somebody else."""
    shape = {"jurors", "candidates", "marks", "without", "rules", "sentences", "not_applicable"}
    if not isinstance(values, Mapping) or set(values) != shape:
        raise ValueError("no panel")
    return dict(values)
