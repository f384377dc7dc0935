"""A competition that the program makes itself, from sound to hit-rate and known skill."""

from dataclasses import dataclass
from pathlib import Path

from icpc.competition.competitions import read_competition
from icpc.study.hit_rate import HitRate
from icpc.study.runs import load_run, save_run
from icpc.study.study import Settings, Study
from icpc.synthetic.demonstration import read_skill, write_demonstration
from icpc.workflows.rankings import rank
from icpc.workflows.recordings import compare_recordings, prepare_recordings
from icpc.workflows.results import hit_rate, write_hit_rate
from icpc.workflows.settings import RecordingOptions
from ranking.audio.lengths import WINDOW_SECONDS
from ranking.evaluation.accuracy import pair_accuracy
from ranking.evaluation.resampling import Estimate
from ranking.progress import SILENT, Progress


@dataclass(frozen=True)
class Demonstration:
    """What came of players that do not exist."""

    study: Study
    run: Path
    """The folder of the run."""
    hit_rate: HitRate
    pictures: list[Path]
    by_skill: Estimate
    """Share of verdicts that went to the better player."""


def demonstrate(
    folder: Path,
    seconds: float = WINDOW_SECONDS,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Demonstration:
    """Let players that do not exist play, judge them by ear, and hold it against their skill.

    Parameters
    ----------
    folder : for recordings, embeddings and the run; what is there already is not made again
    seconds : length of each recital
    """
    recordings, run = folder / "recordings", folder / "run"
    recordings.mkdir(parents=True, exist_ok=True)
    roster = write_demonstration(recordings, seconds, seed, progress)
    competition, settings = read_competition(roster), Settings(seed=seed)
    options = RecordingOptions(recordings, min_seconds=seconds, store=folder / "embeddings")
    prepared = prepare_recordings(competition, options, seed, progress)
    study = rank(competition, compare_recordings(prepared, settings.vote, progress), settings)
    save_run(study, run)
    kept = load_run(run)
    held = hit_rate(kept)
    pictures = write_hit_rate(held, run)
    skill = read_skill(roster).loc[kept.tally.candidates].to_numpy()
    return Demonstration(study, run, held, pictures, pair_accuracy(kept.tally, skill, seed))
