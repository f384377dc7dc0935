"""What a ranking is worth: checked, held against the result, and on a page."""

from pathlib import Path

from icpc.competition.competitions import load_competition
from icpc.findings.checks import check_study
from icpc.findings.finding import Findings
from icpc.page.figures import draw_figures
from icpc.page.page import report_page
from icpc.study.hit_rate import HitRate, published_hit_rate, study_hit_rate
from icpc.study.runs import describe, read_record, save_run, usual_folder
from icpc.study.study import Study
from ranking.errors import CompetitionError, Given, RunError
from ranking.files.atomic import write_text
from ranking.progress import SILENT, Progress


def check(study: Study) -> Findings:
    """Say how far to trust a ranking: every finding with its number and a sentence."""
    return check_study(study)


def hit_rate(study: Study) -> HitRate:
    """Hold a ranking against the result: the share of its top who passed the round.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.
    """
    return study_hit_rate(study)


def hit_rate_as_published(competition: str, seed: int = 0) -> HitRate:
    """Return the hit-rate of the points that were published of a bundled competition.

    Raises
    ------
    CompetitionError
        If there are none, or no such competition.
    """
    figure = load_competition(competition).published_curve
    if figure is None:
        raise CompetitionError(
            Given(published=None),
            f"there is no published curve of {competition}",
            "take a competition that has one",
            key="published-alone",
        )
    return published_hit_rate(figure, seed)


def write_hit_rate(
    held: HitRate, folder: Path, study: Study | None = None, plot: bool = True
) -> list[Path]:
    """Write a curve, with the run that it belongs to if one is given; return what to look at.

    Parameters
    ----------
    plot : whether to draw it, beside the table
    """
    if study is not None:
        save_run(study, folder)
    return held.draw(folder) if plot else [held.write(folder)]


def report(
    study: Study, folder: Path | None = None, run: Path | None = None, command: str = ""
) -> Path:
    """Write one HTML page of a ranking, with the run that it belongs to; return its path.

    Parameters
    ----------
    folder : where to; the run's, or one named by the competition, if None
    run : the folder that the study was loaded from: its record is told, and not written again
    command : what makes this page, to be told on it

    Raises
    ------
    ReportError
        If there are too many candidates, or a package is missing.
    RunError
        If the folder holds other things, or cannot be written.
    """
    folder = folder or run or usual_folder(study.competition.name)
    record = describe(study)
    if run is not None:
        record = read_record(run) | {"settings": record["settings"]}
    page = report_page(study, record, command or _call(folder))
    if folder != run:
        save_run(study, folder)
    write_text(page, folder / "report.html")
    return folder / "report.html"


def draw_report(
    study: Study, folder: Path, dark: bool = False, progress: Progress = SILENT
) -> list[Path]:
    """Draw the figures of a report as PNG and SVG; return their paths without these endings."""
    from plots.style import plot_style, write_figure

    drawn = []
    with progress.start("drawing"), plot_style(dark=dark):
        for name, figure in draw_figures(study):
            write_figure(figure, folder, name)
            drawn.append(folder / name)
    return drawn


def picture_folder(out: Path | None, run: Path | None, name: str, changed: bool) -> Path:
    """Return where pictures of a ranking go.

    Parameters
    ----------
    out : the folder asked for, if any
    name : of the competition
    changed : whether a run is ranked another way than it was

    Raises
    ------
    RunError
        If that were beside a run that is ranked another way.
    """
    folder = out or run or usual_folder(name)
    if folder == run and changed:
        raise RunError(
            str(folder),
            "this run was ranked another way, and its pictures belong to its ranking",
            "another folder, or the ranking as it was",
            key="other-ranking",
        )
    return folder


def _call(folder: Path) -> str:
    """What makes a page again in Python."""
    return f"icpc.report(icpc.load_run(pathlib.Path({str(folder)!r})))"
