"""Settings of the workflows, as frozen dataclasses.

Conventions
-----------
None means the default, or what a run was made with. Contradictions are refused when an object is
made. Nothing that is slow to load is imported here, so that a command line can be read quickly.
"""

from dataclasses import dataclass
from pathlib import Path

from ranking.errors import CompetitionError, Given
from ranking.panel.options import MarkOptions
from ranking.storage.addresses import StorePlace
from ranking.workers.cluster import Cluster

DEFAULT_COMPETITION = "icpc2015"


ALL = "all"
EVALUATED = ("test", "val", "train", ALL)
"""Recordings that a probe may be evaluated on."""


@dataclass(frozen=True)
class Source:
    """What is ranked: a competition and comparisons of its candidates, or a run that has both."""

    competition: str | None = None
    """Name of a bundled competition."""
    roster: Path | None = None
    """Roster CSV of your own competition."""
    rounds: str | None = None
    """Rounds of the roster in the order they are played: "first,semifinal,final"."""
    run: Path | None = None
    """Folder that a ranking was written to."""
    comparisons: Path | None = None
    """CSV of comparisons of candidates."""
    votes: Path | None = None
    """CSV of votes on windows."""
    columns: str | None = None
    """What the file of comparisons or votes calls its columns: "first=model_a,winner=vote"."""
    panel: Path | None = None
    """CSV of marks by jurors."""
    round: str | None = None
    """Round whose marks to use, where the jurors marked several; comma-separated, to pool some."""
    lower_is_better: bool = False
    """Whether marks are places: the lowest is best."""
    unmarked: str | None = None
    """What a candidate is whom a juror did not mark: ignored (ignore, the default), or last."""
    zeros: str | None = None
    """What a mark of 0 is: no mark of an absent juror (absent), or a mark (marks)."""
    pool: str | None = None
    """How the marks of several rounds are pooled: additive (the default), best or sum."""

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
            raise CompetitionError(Given(**given), "each names a competition", "give one of them")

    @property
    def file(self) -> Path | None:
        """File of comparisons, votes or marks, if one is named."""
        return self.comparisons or self.votes or self.panel

    @property
    def marks(self) -> MarkOptions:
        """How the marks of the rounds that are asked for are read."""
        return MarkOptions(self.round, self.lower_is_better, self.unmarked, self.zeros, self.pool)

    @property
    def from_file(self) -> bool:
        """Whether a file of comparisons, votes or marks is named, or how to read marks."""
        marks = (self.round, self.lower_is_better, self.unmarked, self.zeros, self.pool)
        return any((self.file, self.columns, *marks))


@dataclass(frozen=True)
class RankingOptions:
    """How to rank, and which candidates count as passed."""

    method: str | None = None
    """Ranking method, by name."""
    vote: str | None = None
    """How votes on windows decide a comparison: majority or mean."""
    count: str | None = None
    """Which comparisons count: all, or paper (those of unequal result only, by raw wins)."""
    resample: str | None = None
    """What the rank intervals resample: auto or windows."""
    ranges: str | None = None
    """What a range of rank holds: each rank by itself, or all ranks together (joint)."""
    passing_score: float | None = None
    """Lowest score that counts as passed."""


@dataclass(frozen=True)
class RecordingOptions:
    """How recordings are embedded and compared."""

    recordings: Path | None = None
    """Folder of the recordings; None if there are none to compare."""
    index: Path | None = None
    """CSV of whose recording each file is, in the programme's order; by their names, if None."""
    ranker: Path | None = None
    """Trained probe that compares them; None is the one that comes with the program."""
    encoder: str | None = None
    """Encoder to embed with; None is the ranker's own."""
    windows: str | None = None
    """Which windows of a pair are compared: aligned (the default) or all."""
    antisymmetric: bool = False
    """Whether the two orders of a pair are averaged."""
    pairs: str | None = None
    """Which pairs of candidates are compared: all (the default), or how some are chosen."""
    budget: str | None = None
    """How many of them, or which share of all; until the ranking is stable, if None."""
    min_seconds: float | None = None
    """Minimum length of a recording in seconds; one window, if None."""
    skip_bad: bool = False
    """Whether recordings that cannot be used are left out."""
    allow_cut: bool = False
    """Whether recordings that were cut off are taken."""
    allow_outside: bool = False
    """Whether recordings may be outside of their folder, by paths or symbolic links."""
    fit_half: bool = False
    """Whether to fit the ranker on the results of one half, and compare the other half."""
    folds: int | None = None
    """Number of folds: every pair is compared by a ranker fitted without either candidate."""
    epochs: int | None = None
    """Number of epochs to fit; 5, if None."""
    permutations: int | None = None
    """How often fitting in folds is repeated with the results permuted; not at all, if None."""
    weights: Path | None = None
    """Weights of the encoder, if not the published ones."""
    weights_dir: Path | None = None
    """Folder of published weights; the user's cache folder, if None."""
    store: StorePlace = Path("embeddings")
    """Folder or address where embeddings, votes and fitted rankers are cached."""
    device: str | None = None
    """Device to compute on: cpu or cuda; cuda if there is one, if None."""
    precision: str | None = None
    """Precision of embeddings: float32 or bfloat16; the ranker's, if None."""
    workers: int | None = None
    """Number of cores to use; all, if None."""
    scheduler: str | None = None
    """Address of the scheduler of a Dask cluster that embeds and compares."""
    cluster_workers: int | None = None
    """Number of processes of a cluster on this machine that embeds and compares."""

    def __post_init__(self) -> None:
        """Refuse contradictions.

        Raises
        ------
        CompetitionError
            If options need recordings and there are none, ``fit_half`` and ``folds`` are both
            given, ``epochs`` without either, or ``permutations`` without ``folds``; or ``budget``
            where all pairs are compared, or pairs are chosen for rankers that are fitted; or
            several say where to compute.
        """
        _refuse_several_places(self.workers, self.scheduler, self.cluster_workers)
        needing = (
            *("index", "ranker", "encoder", "windows", "antisymmetric", "pairs", "budget"),
            *("fit_half", "folds", "epochs", "permutations"),
        )
        given: dict[str, object] = {name: None for name in needing if getattr(self, name)}
        if self.recordings is None and given:
            raise CompetitionError(
                Given(**given),
                "no recordings to compare",
                "say where they are",
                key="where-recorded",
            )
        if self.budget is not None and not self.chosen_pairs:
            raise CompetitionError(
                Given(budget=self.budget),
                "all pairs are compared",
                "choose by which rule some are",
                key="choose-pairs",
            )
        if self.chosen_pairs and (self.fit_half or self.folds is not None):
            fitted = "fit_half" if self.fit_half else "folds"
            raise CompetitionError(
                Given(**{"pairs": None, fitted: None}),
                "rankers that are fitted compare all pairs of candidates that were left out",
                "leave one of them out",
            )
        if self.fit_half and self.folds is not None:
            raise CompetitionError(
                Given(fit_half=None, folds=None), "each says whom to fit on", "give one of them"
            )
        if self.epochs is not None and not (self.fit_half or self.folds):
            raise CompetitionError(
                Given(epochs=None), "nothing is fitted", "fit on a half, or in folds", key="fit-on"
            )
        if self.permutations is not None and self.folds is None:
            raise CompetitionError(
                Given(permutations=None),
                "only fitting in folds is repeated with the results permuted",
                "fit in folds: elsewhere p-values need no repetition",
                key="fit-in-folds",
            )

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that embeds and compares, if one is asked for."""
        return _cluster(self.scheduler, self.cluster_workers)

    @property
    def chosen_pairs(self) -> bool:
        """Whether some of the pairs of candidates are compared, not all."""
        return self.pairs not in (None, ALL)


@dataclass(frozen=True)
class EmbeddingOptions:
    """How recordings are embedded."""

    encoders: tuple[str, ...] = ("spectrogram",)
    """Names of the encoders."""
    weights: Path | None = None
    """Weights of the one encoder, if not the published ones."""
    weights_dir: Path | None = None
    """Folder of published weights; the user's cache folder, if None."""
    front_end: tuple[str, ...] = ()
    """Options of front ends that differ from the default, each NAME=VALUE: "log=no"."""
    as_published: bool = False
    """Whether front ends are those of the paper's release."""
    min_seconds: float | None = None
    """Minimum length of a recording in seconds; 1, if None."""
    allow_cut: bool = False
    """Whether recordings that were cut off are taken."""
    store: StorePlace = Path("embeddings")
    """Folder or address where embeddings are stored."""
    device: str | None = None
    """Device to compute on: cpu or cuda; cuda if there is one, if None."""
    precision: str | None = None
    """Precision: float32 or bfloat16; that of the store, else what suits the device, if None."""
    workers: int | None = None
    """Number of processes on a CPU; one per two cores, if None."""
    scheduler: str | None = None
    """Address of the scheduler of a Dask cluster that embeds."""
    cluster_workers: int | None = None
    """Number of processes of a cluster on this machine that embeds."""
    batch_size: int = 8
    """Segments encoded at a time."""

    def __post_init__(self) -> None:
        """Refuse contradictions.

        Raises
        ------
        CompetitionError
            If several settings say where to embed.
        """
        _refuse_several_places(self.workers, self.scheduler, self.cluster_workers)

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that embeds, if one is asked for."""
        return _cluster(self.scheduler, self.cluster_workers)


def _refuse_several_places(
    workers: int | None, scheduler: str | None, cluster_workers: int | None
) -> None:
    places = {"workers": workers, "scheduler": scheduler, "cluster_workers": cluster_workers}
    given: dict[str, object] = {name: None for name, own in places.items() if own is not None}
    if len(given) > 1:
        raise CompetitionError(
            Given(**given), "each says which processes compute", "give one of them"
        )


def _cluster(scheduler: str | None, workers: int | None) -> Cluster | None:
    """The cluster that is asked for."""
    if scheduler is None and workers is None:
        return None
    return Cluster(scheduler, workers or 1)
