"""A ranking checked, compared with the actual result, and written as a page with figures."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from icpc.competition.competitions import load_competition
from icpc.findings.checks import FINDERS, check_study
from icpc.findings.controls import find_measured_controls
from icpc.findings.finding import Findings
from icpc.findings.kept import kept_findings
from icpc.page.figures import draw_figures
from icpc.page.page import check_page_can_be_written, report_page
from icpc.study.hit_rate import (
    HitRateCurve,
    kept_hit_rate_curve,
    published_points_hit_rate_curve,
)
from icpc.study.kept import KeptResults, copy_kept
from icpc.study.run_folder import RECORD_FILE, add_to_run, replace_run, verify_files
from icpc.study.runs import default_run_folder, load_run_record, run_record, write_run
from icpc.study.study import Study
from ranking.consistency.deviance import ModelFit, model_fit
from ranking.errors import CompetitionError, Given, RankingError, RunError
from ranking.files.atomic import write_text
from ranking.files.text import shareable_path
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.progress import SILENT, Progress


def check(study: Study, run: Path | None = None, controls: pd.DataFrame | None = None) -> Findings:
    """Return how far to trust a ranking: findings, each with its number and a sentence.

    Parameters
    ----------
    study
        The ranking.
    run
        Folder that the study was loaded from: its findings are kept there; None: nowhere.
    controls
        What was measured of the recordings, from
        :func:`icpc.workflows.controls.measure_controls`; findings with them are not kept.

    Examples
    --------
    >>> from icpc import check, load_comparisons, load_competition, rank
    >>> competition = load_competition("icpc2025")
    >>> study = rank(competition, load_comparisons(competition, round_name="stage3"))
    >>> round(check(study)["pair_accuracy"].value, 3)
    0.73
    """
    if controls is not None:
        return check_study(study, (*FINDERS, partial(find_measured_controls, controls)))
    return kept_findings(KeptResults(study, run))


def fit_of_pairs(study: Study) -> ModelFit:
    """Return how well Bradley-Terry strengths fit each compared pair of the largest component.

    Raises
    ------
    RankingError
        If the candidates are ranked by another method.
    """
    study = study.largest
    if study.settings.ranking_method != BRADLEY_TERRY:
        raise RankingError(
            Given(method=study.settings.method),
            "pairs fit Bradley-Terry strengths well or badly, and no others",
            "rank by bradley-terry",
            key="rank-by-strengths",
        )
    return model_fit(study.tally, study.strengths)


def hit_rate(study: Study, run: Path | None = None) -> HitRateCurve:
    """Return the hit-rate of a ranking: the share of its top k who passed the round.

    Parameters
    ----------
    study
        The ranking.
    run
        Folder that the study was loaded from: its hit-rate is kept there; None: nowhere.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.

    Examples
    --------
    >>> from icpc import hit_rate, load_comparisons, load_competition, rank
    >>> competition = load_competition("icpc2025")
    >>> study = rank(competition, load_comparisons(competition, round_name="stage3"))
    >>> hit_rate(study).curve[["k", "candidate", "hit_rate"]].iloc[9:12]
         k        candidate  hit_rate
    9   10     william-yang  1.000000
    10  11          hyo-lee  0.909091
    11  12  tomoharu-ushida  0.833333
    """
    return kept_hit_rate_curve(KeptResults(study, run))


def published_figure_hit_rate(competition: str, seed: int = 0) -> HitRateCurve:
    """Return the hit-rate of a bundled competition from the points of its published figure.

    Raises
    ------
    CompetitionError
        If there is no such competition, or no figure of it was published.
    """
    points = load_competition(competition).published_curve
    if points is None:
        raise CompetitionError(
            Given(published=None),
            f"there is no published curve of {competition}",
            "name a competition that has one",
            key="published-alone",
        )
    return published_points_hit_rate_curve(points, seed)


def write_hit_rate(
    curve: HitRateCurve,
    folder: Path,
    study: Study | None = None,
    plot: bool = True,
    run_sha256: str = "",
) -> list[Path]:
    """Write a hit-rate curve as CSV and figures; return the paths of the figures, or of the CSV.

    Parameters
    ----------
    curve
        What to write.
    folder
        Where to.
    study
        The study to save as a run in the same folder, if any.
    plot
        Whether to draw the figures.
    run_sha256
        Hash of the record of the run in that folder that the curve is of, if any.
    """
    in_run = curve.stem == HitRateCurve.stem and (folder / RECORD_FILE).is_file()
    if study is None and not in_run:
        return curve.draw(folder) if plot else [curve.write(folder)]
    with add_to_run(folder, run_sha256) if study is None else replace_run(folder) as new:
        if study is not None:
            write_run(study, new)
        written = curve.draw(new) if plot else [curve.write(new)]
    return [folder / path.name for path in written]


def verify_run(run: Path) -> pd.DataFrame:
    """Return what became of each file of a run: unchanged, changed, missing, or added since.

    Raises
    ------
    RunError
        If a file cannot be read, or the run is of an earlier version, which has no hashes.

    Returns
    -------
    table with columns ``file`` and ``status``
    """
    return pd.DataFrame(verify_files(run).items(), columns=["file", "status"])


def report(
    study: Study,
    folder: Path | None = None,
    run: Path | None = None,
    command: str = "",
    played: Mapping[str, list[str]] | None = None,
) -> Path:
    """Write one HTML page of a ranking, with the run that it belongs to; return its path.

    Parameters
    ----------
    study
        The ranking.
    folder
        Where to; the run's folder, or one named by the competition, if None.
    run
        Folder that the study was loaded from: the page shows its record, which stays as it is.
    command
        What to type to make the page again, shown on it; a call in Python, if empty.
    played
        Addresses of recordings from the page, of :func:`icpc.page.listening.recordings_to_play`.

    Raises
    ------
    ReportError
        If there are too many candidates, or a package is missing.
    RunError
        If the folder has other files in it, or cannot be written.
    """
    folder = folder or run or default_run_folder(study.competition.name)
    record = run_record(study)
    if run is not None:
        record = load_run_record(run) | {"settings": record["settings"]}
    check_page_can_be_written(study.competition.name, len(study.ranking))
    command = command or _call(folder)
    if folder == run:
        page = report_page(study, record, command, folder, played)
        with add_to_run(folder, study.comparisons.run_sha256) as new:
            write_text(page, new / "report.html")
    else:
        with replace_run(folder) as new:
            write_run(study, new)
            page = report_page(study, record, command, run or new, played)
            if run is not None:
                copy_kept(study, run, new)
            write_text(page, new / "report.html")
    return folder / "report.html"


def write_report_figures(
    study: Study, folder: Path, dark: bool = False, progress: Progress = SILENT
) -> list[Path]:
    """Draw the figures of a report as PNG and SVG; return their paths without these endings.

    Parameters
    ----------
    study
        The ranking.
    folder
        Where to.
    dark
        Whether to draw for a dark background.
    progress
        Where to show how far it is.
    """
    from plots.style import plot_style, write_figure

    drawn = []
    with progress.start("drawing"), plot_style(dark=dark), add_to_run(folder) as new:
        for name, figure in draw_figures(study):
            write_figure(figure, new, name)
            drawn.append(folder / name)
    return drawn


def figure_folder(out: Path | None, run: Path | None, name: str, changed: bool) -> Path:
    """Return the folder that figures of a ranking go to.

    Parameters
    ----------
    out
        The folder asked for, if any.
    run
        Folder of the run that is ranked, if one is.
    name
        Name of the competition.
    changed
        Whether the run is ranked with other settings than it was made with.

    Raises
    ------
    RunError
        If figures of other settings would go beside the run.
    """
    folder = out or run or default_run_folder(name)
    if folder == run and changed:
        raise RunError(
            str(folder),
            "this run was made with other settings, and the figures in it belong to its ranking",
            "name another folder, or rank as the run does",
            key="other-ranking",
        )
    return folder


def _call(folder: Path) -> str:
    """The call that makes a page again in Python."""
    return f"icpc.report(icpc.load_run(pathlib.Path({shareable_path(folder)!r})))"
