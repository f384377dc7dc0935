"""Rankings of one competition side by side, or each juror of a panel against all the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icpc.findings.compare import (
    Paired,
    compare_rankings,
    every_two,
    juror_rankings,
    rank_side_by_side,
    rankings_of,
    sentences,
)
from icpc.study.runs import load_run
from icpc.study.study import Study
from ranking.errors import RunError


@dataclass(frozen=True)
class Comparison:
    """Rankings side by side."""

    studies: Mapping[str, Study]
    """By what they are called."""
    pairs: Sequence[Paired]
    ranks: pd.DataFrame
    """Every candidate's rank in each, those furthest apart first."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What every two of them show beside each other."""
        return tuple(line for pair in self.pairs for line in sentences(pair))


def compare(studies: Mapping[str, Study], seed: int = 0, jurors: bool = False) -> Comparison:
    """Hold rankings of one competition against each other, and against the result.

    Parameters
    ----------
    studies : by what to call them
    jurors : whether to take the first one's jurors apart, each against all the others

    Raises
    ------
    RunError
        If they are of several competitions, or have too few candidates or jurors.
    """
    rankings = rankings_of(dict(studies))
    study = next(iter(studies.values()))
    pairs = juror_rankings(rankings[0].name, study) if jurors else every_two(rankings)
    paired = compare_rankings(pairs, study.competition.score, seed)
    return Comparison(studies, paired, rank_side_by_side(rankings, study))


def load_runs(folders: Sequence[Path]) -> dict[str, Study]:
    """Return the studies of runs, by the folders' names, or paths where names repeat.

    Raises
    ------
    RunError
        If one is named twice, or is none.
    """
    places = [folder.resolve() for folder in folders]
    for folder, place in zip(folders, places, strict=True):
        if places.count(place) > 1:
            raise RunError(str(folder), "named twice", "name each run once")
    names = [place.name for place in places]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in folders]
    return {name: load_run(folder) for name, folder in zip(names, folders, strict=True)}
