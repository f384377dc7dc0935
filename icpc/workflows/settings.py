"""What may be asked of the workflows, as values.

Conventions
-----------
None leaves what is usual, or what a run was made with. Values that contradict each other are
refused when they are put together. Nothing that takes long to load is loaded here, so that a
program can name these before it knows what it will need.
"""

from dataclasses import dataclass
from pathlib import Path

from ranking.errors import CompetitionError, Given


@dataclass(frozen=True)
class Source:
    """What is ranked: a competition and comparisons of its candidates, or a run that has both."""

    competition: str | None = None
    """A bundled one, by name."""
    roster: Path | None = None
    """The CSV file of one's own."""
    rounds: str | None = None
    """Of a roster, in the order they are played: "first,semifinal,final"."""
    run: Path | None = None
    """A folder that a ranking was written to."""
    comparisons: Path | None = None
    votes: Path | None = None
    panel: Path | None = None
    round: str | None = None
    """The round whose marks to take, where a panel marked several."""

    def __post_init__(self) -> None:
        """Refuse more than one competition.

        Raises
        ------
        CompetitionError
            If several settings name one.
        """
        names = ("competition", "roster", "run")
        given: dict[str, object] = {name: None for name in names if getattr(self, name) is not None}
        if len(given) > 1:
            raise CompetitionError(Given(**given), "each names what to judge", "give one of them")

    @property
    def from_file(self) -> bool:
        """Whether a file of comparisons is named, or a round of a panel."""
        return bool(self.comparisons or self.votes or self.panel or self.round)


@dataclass(frozen=True)
class Choices:
    """How to rank."""

    method: str | None = None
    """The ranking method."""
    vote: str | None = None
    """How votes on windows make a comparison: majority or mean."""
    count: str | None = None
    """all comparisons, or paper: those of unequal result only, by raw wins."""
    resample: str | None = None
    """What the rank intervals resample: candidates or windows."""
    passing_score: float | None = None
    """The least score that counts as passed."""


@dataclass(frozen=True)
class RecordingOptions:
    """How recordings are judged."""

    recordings: Path | None = None
    """The folder they are in; None if there are none to judge."""
    ranker: Path | None = None
    """A trained probe; None is the one that comes with the program."""
    encoder: str | None = None
    """None is the ranker's own."""
    windows: str | None = None
    """Which windows of a pair meet: aligned (the usual) or all."""
    antisymmetric: bool = False
    """Whether the two orders of a pair are averaged."""
    min_seconds: float | None = None
    """Seconds that a recording must have; a window's, if None."""
    fit_half: bool = False
    """Whether to fit the ranker on the results of one half, and judge the other."""
    folds: int | None = None
    """Of so many parts: judge every pair by a ranker that was fitted on others."""
    epochs: int | None = None
    """How long to fit."""
    skip_bad: bool = False
    """Whether recordings that cannot be used are left out."""
    weights: Path | None = None
    """The encoder's, if they are not the published ones."""
    weights_dir: Path | None = None
    """Where published weights lie; the user's cache folder, if None."""
    store: Path = Path("embeddings")
    """Where embeddings, votes and fitted rankers are kept."""
    device: str | None = None
    """cpu or cuda; cuda if there is one, if None."""
    workers: int | None = None
    """Cores to use; all, if None."""

    def __post_init__(self) -> None:
        """Refuse what goes with nothing, or not together.

        Raises
        ------
        CompetitionError
            If there are no recordings, but ways to judge them; or ways to fit that exclude each
            other; or nothing to fit for so many epochs.
        """
        needing = ("ranker", "encoder", "windows", "antisymmetric", "fit_half", "folds", "epochs")
        given: dict[str, object] = {name: None for name in needing if getattr(self, name)}
        if self.recordings is None and given:
            raise CompetitionError(
                Given(**given), "no recordings to judge", "say where they are", key="where-recorded"
            )
        if self.fit_half and self.folds is not None:
            raise CompetitionError(
                Given(fit_half=None, folds=None), "each says whom to fit on", "give one of them"
            )
        if self.epochs is not None and not (self.fit_half or self.folds):
            raise CompetitionError(
                Given(epochs=None), "nothing is fitted", "fit on a half, or in folds", key="fit-on"
            )


@dataclass(frozen=True)
class EmbeddingOptions:
    """How recordings are embedded."""

    encoders: tuple[str, ...] = ("spectrogram",)
    weights: Path | None = None
    """Of the one encoder, if they are not the published ones."""
    weights_dir: Path | None = None
    """Where published weights lie; the user's cache folder, if None."""
    front_end: tuple[str, ...] = ()
    """Options of a front end: "log=no"."""
    as_published: bool = False
    """Whether front ends are those of the paper's release."""
    store: Path = Path("embeddings")
    min_seconds: float = 1.0
    """Seconds that a recording must have."""
    device: str | None = None
    """cpu or cuda; cuda if there is one, if None."""
    workers: int | None = None
    """Processes on a CPU; as many as the cores can feed, if None."""
    batch: int = 8
    """Segments encoded at a time."""
