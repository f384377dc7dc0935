"""One page about a tournament, for people who would rather look than read.

Conventions
-----------
The page says what the tables of a study say. Its *content* is text and small tables, for the
template; its *data* is what the script draws. Candidates go by their place in the ranking from 0;
their *kind* is the place of their result from the lowest, -1 if unknown. What a study does not have
is None, and the page says so in a line.
"""

from collections.abc import Mapping
from typing import Any

from icpc.findings.checks import check_study
from icpc.page.curves import curve_data, curves
from icpc.page.record import downloads, hashes, made_with
from icpc.page.summary import hurdle, sentences, verdict
from icpc.page.tournament import consistency, methods, players, rounds, tallied, upset_list
from icpc.page.votes import calibrated, windows
from icpc.study.by_round import result_groups
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
            "judge report",
            f"{error.name} is not installed",
            "install what pages need: pip install 'judge[report]'",
        ) from None
    if len(study.ranking) > MOST_CANDIDATES:
        raise ReportError(
            f"report of {study.competition.name}",
            f"{len(study.ranking):,} candidates; a page holds {MOST_CANDIDATES:,}",
            "rank them in groups, and report each",
        )
    findings = check_study(study)
    groups, kinds = result_groups(study)
    listed = players(study, groups, kinds)
    place = {candidate: at for at, candidate in enumerate(listed["candidate"])}
    held = curves(study)
    upsets = upset_list(study, place)
    calibration = calibrated(study)
    control = findings["check"].str.startswith("control: ")
    controls = findings[control]
    controls = controls.assign(check=controls["check"].str.removeprefix("control: "))
    content = {
        "title": study.competition.title,
        "verdict": verdict(study, findings),
        "source": study.verdicts.source,
        "by": study.settings.by,
        "remarks": sentences(study),
        "trust": findings[~control].to_dict("records"),
        "controls": controls.to_dict("records"),
        "curves": [(label, curve.lines) for label, curve in held.items()],
        "rounds": rounds(study),
        "consistency": consistency(study, place),
        "methods": methods(study, place),
        "calibration": calibration,
        "record": record,
        "made_with": made_with(record),
        "hashes": hashes(record),
        "command": command,
    }
    data = {
        "players": listed.to_dict("records"),
        "kinds": kinds,
        "hurdle": hurdle(study),
        "curves": [curve_data(curve, place) for curve in held.values()],
        "tally": tallied(study, place),
        "upsets": upsets,
        "windows": windows(study, place, groups, kinds),
        "calibration": calibration,
    }
    return render_page(content, data, downloads(study, findings, held))
