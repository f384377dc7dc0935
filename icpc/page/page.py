"""The report page of a study: its text for the template, and its data for the scripts.

Conventions
-----------
The page shows the tables of a study. Its *content* is text and small tables, for the template; its
*data* is what the scripts draw. A candidate is an index into the ranking, counted from 0; the
*kind* of a candidate is the index of the result among all, from the lowest, or -1 if unknown. What
a study does not have is None, and the page leaves it out.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from icpc.findings.finding import CONTROLS, Finding, Findings
from icpc.findings.glossary import GLOSSARY
from icpc.findings.kept import kept_findings
from icpc.findings.plain_names import plain_name
from icpc.page.curves import hit_rate_curves_by_label, hit_rate_page_data
from icpc.page.first_screen import page_title, plain_checks, plain_headline
from icpc.page.panel import panel_page_data
from icpc.page.reproduce import csv_downloads, sha256_by_input, versions_and_settings
from icpc.page.sections import sections_and_left_out
from icpc.page.summary import headline_sentence, passing_phrase, report_remarks
from icpc.page.tournament import (
    kept_tournament_page_data,
    ranking_table_with_roster,
    round_confusion_page_data,
    tally_page_data,
    unranked_page_data,
    upsets_page_data,
)
from icpc.page.votes import calibration_page_data, vote_shares_page_data
from icpc.study.by_round import tier_by_candidate_and_tiers
from icpc.study.hit_rate import HitRateCurve
from icpc.study.kept import KeptResults
from icpc.study.study import Study
from ranking.errors import ReportError

MAX_CANDIDATES = 2000  # all pairs of them take 20 MB of page


def report_page(
    study: Study,
    record: Mapping[str, Any],
    command: str,
    run: Path | None = None,
    played: Mapping[str, list[str]] | None = None,
) -> str:
    """Return the page of a study, as HTML.

    Parameters
    ----------
    study
        Study to report on.
    record
        Versions, settings and hashes of the study, as :func:`icpc.study.runs.run_record` returns.
    command
        Command line that makes this page, shown on it.
    run
        Folder of the study's run, in which findings and hit-rates are kept; None: nowhere.
    played
        Addresses from the page of the recordings of each candidate, for the page to play.

    Raises
    ------
    ReportError
        If there are more than :data:`MAX_CANDIDATES` candidates, or a package is missing.
    """
    check_page_can_be_written(study.competition.name, len(study.ranking))
    shown, kept = study.largest.with_titles, KeptResults(study, run)
    findings, curves = kept_findings(kept), hit_rate_curves_by_label(kept)
    data = {**_data(shown, curves), "panel": panel_page_data(kept)}
    for candidate in data["candidates"]:
        candidate["played"] = (played or {}).get(candidate["candidate"], [])
    content = {
        **_summary(shown, findings),
        **_tournament(shown, curves),
        **kept_tournament_page_data(kept, _places(shown)),
        "calibration": data["calibration"],
        "panel": data["panel"],
        "unranked": unranked_page_data(study.with_titles, data["kinds"]),
        "record": record,
        "made_with": versions_and_settings(record),
        "hashes": sha256_by_input(record),
        "command": command,
    }
    content["sections"], content["left_out"] = sections_and_left_out(content, data)
    return _renderer()(
        content, data, csv_downloads(study, findings, next(iter(curves.values()), None))
    )


def check_page_can_be_written(name: str, candidates: int) -> None:
    """Raise where a study has no page.

    Parameters
    ----------
    name
        Name of the competition.
    candidates
        How many of them are ranked.

    Raises
    ------
    ReportError
        If there are more than :data:`MAX_CANDIDATES` candidates, or a package is missing.
    """
    _renderer()
    if candidates > MAX_CANDIDATES:
        raise ReportError(
            f"report of {name}",
            f"{candidates:,} candidates; a page holds {MAX_CANDIDATES:,}",
            "rank them in groups, and report each",
        )


def _renderer() -> Callable[..., str]:
    """What writes the page, where the packages that it needs are installed."""
    try:
        from plots.page.render import render_page
    except ModuleNotFoundError as error:
        raise ReportError(
            "the report",
            f"{error.name} is not installed",
            "the packages that pages need",
            key="report-extra",
        ) from None
    return render_page


def _summary(study: Study, findings: Findings) -> dict[str, Any]:
    """Content on the whole ranking, and on how far to trust it."""
    return {
        "title": page_title(study),
        "headline": plain_headline(study, findings),
        "checks": plain_checks(study, findings),
        "in_detail": headline_sentence(study, findings),
        "glossary": GLOSSARY,
        "source": study.comparisons.source,
        "method": study.settings.method,
        "form": study.settings.ranking_method.format_spec,
        "unit": study.settings.ranking_method.unit,
        "remarks": report_remarks(study),
        "trust": _rows(finding for finding in findings if finding.family != CONTROLS),
        "controls": _rows(findings.of(CONTROLS)),
    }


def _rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings by their plain names, with the term of the literature where that is another."""
    rows = []
    for one in findings:
        check, name = plain_name(one), one.heading or one.name
        term = "" if name.lower() == check.lower() else name
        rows.append({"check": check, "term": term, "p": one.p, "finding": one.sentence})
    return rows


def _tournament(study: Study, curves: Mapping[str, HitRateCurve]) -> dict[str, Any]:
    """Content on the tournament."""
    return {
        "curves": [(label, curve.sentences) for label, curve in curves.items()],
        "banded": any(curve.summary.has_band for curve in curves.values()),
        "rounds": round_confusion_page_data(study),
    }


def _data(study: Study, curves: Mapping[str, HitRateCurve]) -> dict[str, Any]:
    """Data of the charts, the matrix and the pages of candidates."""
    rank_index = _places(study)
    tier_by_candidate, tiers = tier_by_candidate_and_tiers(study)
    return {
        "candidates": ranking_table_with_roster(study, tier_by_candidate, tiers).to_dict("records"),
        "kinds": tiers,
        "passing": passing_phrase(study),
        "curves": [hit_rate_page_data(curve, rank_index) for curve in curves.values()],
        "tally": tally_page_data(study, rank_index),
        "upsets": upsets_page_data(study, rank_index),
        "windows": vote_shares_page_data(study, rank_index, tier_by_candidate, tiers),
        "calibration": calibration_page_data(study),
    }


def _places(study: Study) -> dict[str, int]:
    return {candidate: at for at, candidate in enumerate(study.ranking["candidate"])}
