"""The report page of a study: its text for the template, and its data for the scripts.

Conventions
-----------
The page shows the tables of a study. Its *content* is text and small tables, for the template; its
*data* is what the scripts draw. A candidate is an index into the ranking, counted from 0; the
*kind* of a candidate is the index of the result among all, from the lowest, or -1 if unknown. What
a study does not have is None, and the page says so.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from icpc.findings.checks import check_study
from icpc.findings.finding import CONTROLS, Finding, Findings
from icpc.page.curves import curve_data, hit_rate_curves
from icpc.page.reproduce import downloads, hashes, made_with
from icpc.page.summary import list_remarks, passing_phrase, write_headline
from icpc.page.tournament import (
    agreement_of_methods,
    candidate_table,
    consistency,
    pack_tally,
    rounds,
    upset_list,
)
from icpc.page.votes import calibration, windows
from icpc.study.by_round import result_groups
from icpc.study.hit_rate import HitRate
from icpc.study.study import Study
from ranking.errors import ReportError

MAX_CANDIDATES = 2000  # all pairs of them take 20 MB of page


def report_page(study: Study, record: Mapping[str, Any], command: str) -> str:
    """Return the page of a study, as HTML.

    Parameters
    ----------
    study
        Study to report on.
    record
        Versions, settings and hashes of the study, as :func:`icpc.study.runs.run_record` returns.
    command
        Command line that makes this page, shown on it.

    Raises
    ------
    ReportError
        If there are more than :data:`MAX_CANDIDATES` candidates, or a package is missing.
    """
    try:
        from plots.page.render import render_page
    except ModuleNotFoundError as error:
        raise ReportError(
            "the report",
            f"{error.name} is not installed",
            "the packages that pages need",
            key="report-extra",
        ) from None
    if len(study.ranking) > MAX_CANDIDATES:
        raise ReportError(
            f"report of {study.competition.name}",
            f"{len(study.ranking):,} candidates; a page holds {MAX_CANDIDATES:,}",
            "rank them in groups, and report each",
        )
    shown = study.largest
    findings, curves = check_study(shown), hit_rate_curves(shown)
    data = _data(shown, curves)
    content = {
        **_summary(shown, findings),
        **_tournament(shown, curves),
        "calibration": data["calibration"],
        "record": record,
        "made_with": made_with(record),
        "hashes": hashes(record),
        "command": command,
    }
    return render_page(content, data, downloads(study, findings, curves))


def _summary(study: Study, findings: Findings) -> dict[str, Any]:
    """Content on the whole ranking, and on how far to trust it."""
    return {
        "title": study.competition.title,
        "headline": write_headline(study, findings),
        "source": study.comparisons.source,
        "method": study.settings.method,
        "form": study.settings.ranking_method.format_spec,
        "unit": study.settings.ranking_method.unit,
        "remarks": list_remarks(study),
        "trust": _rows(finding for finding in findings if finding.family != CONTROLS),
        "controls": _rows(findings.of(CONTROLS)),
    }


def _rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"check": one.heading or one.name, "p": one.p, "finding": one.sentence} for one in findings
    ]


def _tournament(study: Study, curves: Mapping[str, HitRate]) -> dict[str, Any]:
    """Content on the tournament."""
    place = _places(study)
    return {
        "curves": [(label, curve.sentences) for label, curve in curves.items()],
        "rounds": rounds(study),
        "consistency": consistency(study, place),
        "methods": agreement_of_methods(study, place),
    }


def _data(study: Study, curves: Mapping[str, HitRate]) -> dict[str, Any]:
    """Data of the charts, the matrix and the pages of candidates."""
    place = _places(study)
    groups, kinds = result_groups(study)
    return {
        "candidates": candidate_table(study, groups, kinds).to_dict("records"),
        "kinds": kinds,
        "passing": passing_phrase(study),
        "curves": [curve_data(curve, place) for curve in curves.values()],
        "tally": pack_tally(study, place),
        "upsets": upset_list(study, place),
        "windows": windows(study, place, groups, kinds),
        "calibration": calibration(study),
    }


def _places(study: Study) -> dict[str, int]:
    return {candidate: at for at, candidate in enumerate(study.ranking["candidate"])}
