"""Options of judging recordings, and how they become verdicts."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.embedding import bank_of, best_device, embedded
from icpc.cli.output import fitting, print_remark, progressing
from icpc.cli.weights import weights_folder

if TYPE_CHECKING:
    import pandas as pd

    from icpc.competition.competitions import Competition
    from icpc.study.source import Verdicts
    from icpc.study.study import Settings
    from icpc.workflows.fit_half import Fit
    from icpc.workflows.judge_recordings import Heard
    from ranking.embeddings.embed import Choice
    from ranking.embeddings.workers import Work
    from ranking.probe.checkpoint import Probe

LISTENING = "Judging recordings"
WINDOW_SECONDS = 300.0

Recordings = Annotated[
    Path | None,
    typer.Option(
        help="Where the recordings are that the roster names: judge them.",
        rich_help_panel=LISTENING,
    ),
]
Ranker = Annotated[
    Path | None,
    typer.Option(
        help="Who judges: a trained probe, .safetensors with its .json (default: the one that "
        "comes with the program).",
        rich_help_panel=LISTENING,
    ),
]
Encoder = Annotated[
    str | None,
    typer.Option(help="What it hears through (default: the ranker's).", rich_help_panel=LISTENING),
]
Windows = Annotated[
    str | None,
    typer.Option(
        help="Which five-minute windows of a pair meet: aligned or all (default: aligned).",
        rich_help_panel=LISTENING,
    ),
]
Antisymmetric = Annotated[
    bool,
    typer.Option(
        "--antisymmetric",
        help="Average both orders of a pair, so that they agree.",
        rich_help_panel=LISTENING,
    ),
]
Least = Annotated[
    float | None,
    typer.Option(
        min=1, help="Least seconds of a recording (default: 300).", rich_help_panel=LISTENING
    ),
]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave out recordings that cannot be used, by name.",
        rich_help_panel=LISTENING,
    ),
]
Store = Annotated[
    Path,
    typer.Option(
        envvar="JUDGE_STORE",
        help="Where embeddings and votes are kept.",
        rich_help_panel=LISTENING,
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(help="The encoder's weights, if fine-tuned.", rich_help_panel=LISTENING),
]
Device = Annotated[
    str | None,
    typer.Option(help="cpu or cuda (default: cuda if there is one).", rich_help_panel=LISTENING),
]
FitHalf = Annotated[
    bool,
    typer.Option(
        "--fit-half",
        help="Fit the ranker on the results of one half, by lot, and judge the other half.",
        rich_help_panel=LISTENING,
    ),
]
Folds = Annotated[
    int | None,
    typer.Option(
        min=3,
        help="Judge every pair by a ranker fitted on the results of others, of so many parts.",
        rich_help_panel=LISTENING,
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(min=1, help="How long to fit (default: 5).", rich_help_panel=LISTENING),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Cores to use (default: all).", rich_help_panel=LISTENING),
]


@dataclass(frozen=True)
class Listening:
    """How recordings are judged, as the options say."""

    recordings: Path | None
    ranker: Path | None
    encoder: str | None
    windows: str | None
    antisymmetric: bool
    least: float | None
    skip_bad: bool
    store: Path
    weights: Path | None
    weights_dir: Path | None
    device: str | None
    workers: int | None
    fit_half: bool
    folds: int | None
    epochs: int | None

    @property
    def asked(self) -> bool:
        """Whether there are recordings to judge.

        Raises
        ------
        CompetitionError
            If there are none, but options of judging them.
        """
        if self.recordings is not None:
            return True
        from ranking.errors import CompetitionError

        needing = ("ranker", "encoder", "windows", "antisymmetric", "fit_half", "folds", "epochs")
        given = [f"--{name.replace('_', '-')}" for name in needing if getattr(self, name)]
        if given:
            raise CompetitionError(
                " and ".join(given), "no recordings to judge", "say with --recordings DIR where"
            )
        return False

    def verdicts(self, competition: "Competition", settings: "Settings") -> "Verdicts":
        """Judge the recordings of a competition.

        Raises
        ------
        JudgeError
            If a recording, the ranker or the encoder cannot be used, or they do not fit together.
        """
        from icpc.competition.recordings import recordings_of
        from icpc.workflows.fit_half import Shown, hear_fitted
        from icpc.workflows.judge_recordings import hear
        from ranking.judging.ranker import Judging, load_ranker

        judging = Judging(self.windows or "aligned", self.antisymmetric)
        fit = self._fit(competition, settings.seed)
        ranker = load_ranker(self.ranker, self.encoder)
        table = recordings_of(competition, self.recordings)
        if fit is None:
            heard = self._hear(table, ranker)
            with progressing("judging") as advance:
                return hear(heard, ranker, judging, settings.vote, self._cores, advance)
        fit.deal(table["candidate"])  # refused, if it must be, before hours of work
        heard, shown = self._hear(table, ranker), Shown(fitting, progressing)
        return hear_fitted(heard, ranker, judging, settings.vote, fit, shown, self._cores)

    def _fit(self, competition: "Competition", seed: int) -> "Fit | None":
        """How the ranker is to be fitted, if at all."""
        from icpc.workflows.fit_half import Fit
        from ranking.errors import CompetitionError
        from ranking.judging.cross_fit import HALF

        if self.fit_half and self.folds is not None:
            raise CompetitionError(
                "--fit-half and --folds", "each says whom to fit on", "give one of them"
            )
        parts = HALF if self.fit_half else self.folds
        if parts is not None:
            score = competition.roster.set_index("candidate")["score"]
            return Fit(score, parts, self.epochs or Fit.epochs, seed)
        if self.epochs is not None:
            raise CompetitionError("--epochs", "nothing is fitted", "add --fit-half or --folds")
        return None

    @property
    def _cores(self) -> int:
        return self.workers or os.cpu_count() or 1

    def _hear(self, table: "pd.DataFrame", ranker: "Probe") -> "Heard":
        """The recordings as the ranker wants them embedded."""
        from icpc.workflows.judge_recordings import Heard, refuse_short
        from ranking.embeddings.embed import cache_key_of
        from ranking.embeddings.workers import THREADS, Work
        from ranking.probe.checkpoint import check_use
        from ranking.tasks.expertise import TASKS

        choice = self._choice(ranker)
        made = cache_key_of(choice)
        check_use(ranker, made, tuple(TASKS.values()), str(self.ranker or "the ranker"))
        least = self.least or WINDOW_SECONDS
        workers = max(1, self._cores // THREADS)
        work = Work(self.store, (choice,), best_device(self.device), workers, least)
        if self.skip_bad:
            table = _without_bad(table, work)
        bank, named = bank_of(table, work)
        refuse_short(bank, least)
        digests = dict(zip(named["candidate"], named["recording"], strict=True))
        return Heard(bank, digests, made, self.store)

    def _choice(self, ranker: "Probe") -> "Choice":
        """The encoder asked for, its front end as the ranker knows it."""
        from ranking.embeddings.embed import Choice
        from ranking.encoders import spec_of
        from ranking.encoders.weights import find_weights

        made = ranker.record.made
        spec = spec_of(self.encoder or made.encoder)
        weights = self.weights or find_weights(spec, weights_folder(self.weights_dir))
        own = spec.name == made.encoder
        return Choice(spec.name, weights, made.front_end if own else ())


def _without_bad(table: "pd.DataFrame", work: "Work") -> "pd.DataFrame":
    """The recordings that can be used; the others are named."""
    outcomes = embedded(table, work, skip_bad=True)
    for outcome in outcomes:
        if outcome.error is not None:
            print_remark(f"left out: {outcome.error}")
    bad = [outcome.path for outcome in outcomes if outcome.error is not None]
    return table[~table["path"].isin(bad)].reset_index(drop=True)


def out_folder(name: str) -> Path:
    """Where a run goes if the user does not say: a competition's name, safe as a file name."""
    return Path("runs") / (re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run")
