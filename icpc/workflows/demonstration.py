"""A synthetic competition, from sound files to a hit-rate, with players of known skill."""

from dataclasses import dataclass
from pathlib import Path

from icpc.competition.competitions import read_competition
from icpc.study.hit_rate import HitRateCurve
from icpc.study.runs import load_run, save_run
from icpc.study.settings import Settings
from icpc.study.study import Study
from icpc.synthetic.demonstration import read_skill, write_demonstration
from icpc.workflows.rankings import rank
from icpc.workflows.recordings import compare_recordings, prepare_recordings
from icpc.workflows.results import hit_rate, report, write_hit_rate
from icpc.workflows.settings import RecordingOptions
from ranking.audio.lengths import WINDOW_SECONDS
from ranking.errors import ReportError
from ranking.evaluation.accuracy import pair_accuracy
from ranking.evaluation.resampling import Estimate
from ranking.progress import SILENT, Progress


@dataclass(frozen=True)
class Demonstration:
    """A synthetic competition, ranked and compared with its result and the players' skill."""

    study: Study
    run: Path
    """Folder of the run."""
    hit_rate: HitRateCurve
    """Ranking compared with the actual result."""
    figures: list[Path]
    """Files of the hit-rate figure."""
    page: Path | None
    """The report; None where the package that pages need is not installed."""
    skill_accuracy: Estimate
    """Share of comparisons that went to the more skilled player."""


def demonstrate(
    folder: Path,
    seconds: float = WINDOW_SECONDS,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Demonstration:
    """Synthesise a competition, rank its recordings, and compare the ranking with known skill.

    Parameters
    ----------
    folder
        Where recordings, embeddings and the run go; existing ones are not made again.
    seconds
        Length of each recital.
    seed
        Seed of pieces, players, pianos and intervals.
    progress
        Where to show how far it is.
    """
    recordings, run = folder / "recordings", folder / "run"
    recordings.mkdir(parents=True, exist_ok=True)
    roster = write_demonstration(recordings, seconds, seed, progress)
    competition, settings = read_competition(roster), Settings(seed=seed)
    options = RecordingOptions(recordings, min_seconds=seconds, store=folder / "embeddings")
    prepared = prepare_recordings(competition, options, seed, progress)
    study = rank(competition, compare_recordings(prepared, settings.vote, progress), settings)
    save_run(study, run)
    saved = load_run(run)
    curve = hit_rate(saved)
    figures = write_hit_rate(curve, run)
    try:
        page = report(saved, run, run)
    except ReportError:  # of so few candidates, only where a package is missing
        page = None
    skill = read_skill(roster).loc[saved.tally.candidates].to_numpy()
    accuracy = pair_accuracy(saved.tally, skill, seed)
    return Demonstration(study, run, curve, figures, page, accuracy)
