"""A file of results with all that belongs to it: what was tested, figures, hit-rates of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from icpc.experiments.figures import ResultFigure, result_figures
from icpc.experiments.results import Result, read_results
from icpc.experiments.tested import (
    ControlComparison,
    EncoderResults,
    compare_with_controls,
    results_by_encoder,
)
from icpc.study.hit_rate import HitRateCurve, kept_hit_rate_curve
from icpc.study.kept import KeptResults
from icpc.study.runs import load_run, load_run_record
from ranking.errors import RunError


@dataclass(frozen=True)
class ResultsFile:
    """A file of results, and all that is shown of it."""

    path: Path
    """The file."""
    results: Sequence[Result]
    """What it holds."""
    tested: Sequence[EncoderResults]
    """Tests on labelled recordings among them, by task and encoder."""
    figures: Sequence[ResultFigure]
    """Figures, in the order of the page."""
    curves: Mapping[str, HitRateCurve]
    """Hit-rates by the name of their run."""

    @property
    def folder(self) -> Path:
        """The folder of the file: predictions and histories lie beside it."""
        return self.path.parent

    def beside_controls(self) -> list[ControlComparison]:
        """Return each encoder beside controls."""
        return compare_with_controls(self.tested, self.folder)


def open_results(path: Path, runs: Sequence[Path] = ()) -> ResultsFile:
    """Return a file of results with what was tested, its figures, and the hit-rates of runs.

    Parameters
    ----------
    path
        The file.
    runs
        Folders of rankings of competitions.

    Raises
    ------
    RunError
        If the file or a run cannot be read, or a file beside it is not what was written.
    RankingError
        If a run has no results, or all or none passed.
    """
    results = read_results(path)
    if not results:
        raise RunError(str(path), "no results are in it", "give the file that training writes")
    tested = results_by_encoder(results, path.parent)
    curves = {_run_name(run): kept_hit_rate_curve(KeptResults(load_run(run), run)) for run in runs}
    figures = result_figures(tested, path.parent, curves)
    return ResultsFile(path, results, tested, figures, curves)


def _run_name(run: Path) -> str:
    """The encoder of a run, if one is known, and the name of its folder."""
    encoder = load_run_record(run).get("provenance", {}).get("encoder", {}).get("encoder")
    return ", ".join(filter(None, [encoder, run.resolve().name]))
