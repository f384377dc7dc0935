"""One page about a tournament, for people who would rather look than read.

Conventions
-----------
The page says what the tables of a study say. Its *content* is text and small tables, for the
template; its *data* is what the script draws. Candidates go by their place in the ranking from 0;
their *kind* is the place of their result from the lowest, -1 if unknown. What a study does not have
is None, and the page says so in a line.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from icpc.findings.checks import check_study
from icpc.findings.finding import CONTROLS, Finding, Findings
from icpc.page.curves import curve_data, hit_rate_curves
from icpc.page.record import downloads, hashes, made_with
from icpc.page.summary import hurdle, sentences, verdict
from icpc.page.tournament import consistency, methods, players, rounds, tallied, upset_list
from icpc.page.votes import calibrated, windows
from icpc.study.by_round import result_groups
from icpc.study.hit_rate import HitRate
from icpc.study.study import Study
from ranking.errors import ReportError

MOST_CANDIDATES = 2000  # all pairs of them take 20 MB of page


def report_page(study: Study, record: Mapping[str, Any], command: str) -> str:
    """Return the page of a study, as HTML.

    Parameters
    ----------
    record : what the study depends on, as :func:`icpc.study.runs.describe` says it
    command : what makes this page

    Raises
    ------
    ReportError
        If there are more than :data:`MOST_CANDIDATES` candidates, or a package is missing.
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
    if len(study.ranking) > MOST_CANDIDATES:
        raise ReportError(
            f"report of {study.competition.name}",
            f"{len(study.ranking):,} candidates; a page holds {MOST_CANDIDATES:,}",
            "rank them in groups, and report each",
        )
    findings, held = check_study(study), hit_rate_curves(study)
    data = _data(study, held)
    content = {
        **_summary(study, findings),
        **_tournament(study, held),
        "calibration": data["calibration"],
        "record": record,
        "made_with": made_with(record),
        "hashes": hashes(record),
        "command": command,
    }
    return render_page(content, data, downloads(study, findings, held))


def _summary(study: Study, findings: Findings) -> dict[str, Any]:
    """What the template says of the whole, and of how far to trust it."""
    controls = findings.of(CONTROLS)
    return {
        "title": study.competition.title,
        "verdict": verdict(study, findings),
        "source": study.comparisons.source,
        "method": study.settings.method,
        "form": study.settings.ranking_method.form,
        "unit": study.settings.ranking_method.unit,
        "remarks": sentences(study),
        "trust": _rows(finding for finding in findings if finding.family != CONTROLS),
        "controls": _rows(controls),
    }


def _rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"check": one.heading or one.name, "p": one.p, "finding": one.sentence} for one in findings
    ]


def _tournament(study: Study, held: Mapping[str, HitRate]) -> dict[str, Any]:
    """What the template says of the tournament."""
    place = _places(study)
    return {
        "curves": [(label, curve.lines) for label, curve in held.items()],
        "rounds": rounds(study),
        "consistency": consistency(study, place),
        "methods": methods(study, place),
    }


def _data(study: Study, held: Mapping[str, HitRate]) -> dict[str, Any]:
    """What the scripts draw."""
    place = _places(study)
    groups, kinds = result_groups(study)
    return {
        "players": players(study, groups, kinds).to_dict("records"),
        "kinds": kinds,
        "hurdle": hurdle(study),
        "curves": [curve_data(curve, place) for curve in held.values()],
        "tally": tallied(study, place),
        "upsets": upset_list(study, place),
        "windows": windows(study, place, groups, kinds),
        "calibration": calibrated(study),
    }


def _places(study: Study) -> dict[str, int]:
    return {candidate: at for at, candidate in enumerate(study.ranking["candidate"])}
