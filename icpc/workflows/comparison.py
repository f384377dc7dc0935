"""Rankings of one competition side by side, or each juror of a panel against all the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icpc.findings.compare import (
    Paired,
    compare_rankings,
    every_two_rankings,
    juror_and_others_rankings,
    paired_sentences,
    rank_side_by_side,
    rankings_of,
)
from icpc.study.runs import load_run
from icpc.study.study import Study
from ranking.errors import RunError


@dataclass(frozen=True)
class RankingComparison:
    """Rankings of one competition, compared two by two."""

    studies: Mapping[str, Study]
    """Study of each ranking, by name."""
    pairs: Sequence[Paired]
    """Comparison of every two rankings, or of each juror with all the others."""
    ranks: pd.DataFrame
    """Every candidate's rank in each ranking, largest differences first."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What each comparison of two rankings shows, in words."""
        return tuple(line for pair in self.pairs for line in paired_sentences(pair))


def compare(studies: Mapping[str, Study], seed: int = 0, jurors: bool = False) -> RankingComparison:
    """Compare rankings of one competition with each other and with the result.

    Parameters
    ----------
    studies
        Study of each ranking, by name.
    seed
        Seed of intervals and permutations.
    jurors
        Whether to compare each juror of the first study with all its other jurors instead.

    Raises
    ------
    RunError
        If they are of different competitions, or have too few candidates or jurors.

    Examples
    --------
    >>> from icpc import compare, load_comparisons, load_competition, rank
    >>> competition = load_competition("icpc2025")
    >>> studies = {
    ...     name: rank(competition, load_comparisons(competition, round_name=name))
    ...     for name in ("stage3", "final")
    ... }
    >>> (pair,) = compare(studies).pairs
    >>> pair.candidates, round(pair.tau, 3)
    (11, 0.2)
    """
    rankings = rankings_of(dict(studies))
    study = next(iter(studies.values()))
    pairs = (
        juror_and_others_rankings(rankings[0].name, study)
        if jurors
        else every_two_rankings(rankings)
    )
    paired = compare_rankings(pairs, study.competition.score, seed)
    return RankingComparison(studies, paired, rank_side_by_side(rankings, study))


def load_runs(folders: Sequence[Path]) -> dict[str, Study]:
    """Return the studies of runs, by folder name, or by path where names repeat.

    Raises
    ------
    RunError
        If a run is named twice, or a folder holds none.
    """
    places = [folder.resolve() for folder in folders]
    for folder, place in zip(folders, places, strict=True):
        if places.count(place) > 1:
            raise RunError(str(folder), "named twice", "name each run once")
    names = [place.name for place in places]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in folders]
    return {name: load_run(folder) for name, folder in zip(names, folders, strict=True)}
