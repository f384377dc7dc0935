"""Rankings of one competition side by side: runs, jurors of a panel, or ranking methods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.findings.compare import (
    Paired,
    compare_rankings,
    every_two_rankings,
    juror_and_others_rankings,
    rank_side_by_side,
    rankings_of,
)
from icpc.findings.compare_sentences import paired_sentences
from icpc.study.runs import load_run
from icpc.study.study import Study, result_labels
from ranking.errors import RunError
from ranking.evaluation.agreement import ranks_by_applicable_method, share_in_top
from ranking.files.text import list_some
from ranking.methods.method import method_remarks, rank_candidates
from ranking.methods.registry import METHODS

RANK = "rank_"
"""How a column of ranks by a method begins."""


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


@dataclass(frozen=True)
class MethodComparison:
    """One set of comparisons, or a panel's marks, ranked by every method that applies."""

    study: Study
    """The study of the candidates whom comparisons join."""
    table: pd.DataFrame
    """A row by candidate, whom most methods put among as many as passed first: ``candidate``,
    ``name``, ``reached``; ``passes_by``, how many methods put the candidate there, and
    ``tied_by``, how many in part, tied across the cut, where it is known who passed; ``best`` and
    ``worst`` rank; and ``rank_`` and its name for each method."""
    not_applicable: Mapping[str, str]
    """Why the other methods do not apply, by name."""
    passing: int | None
    """How many of the candidates passed; None if that is not known, or all or none did."""
    remarks: tuple[str, ...]
    """What a reader must know of single methods, and of who was left out."""

    @property
    def methods(self) -> list[str]:
        """Names of the methods that apply."""
        return [one.removeprefix(RANK) for one in self.table if one.startswith(RANK)]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Who is first, and who passes, by every method and by some."""
        ranks, number = self.table[[RANK + one for one in self.methods]], len(self.methods)
        first = (ranks == 1).sum(axis=1)
        winners = self.table.assign(first=first)[first > 0].sort_values("first", ascending=False)
        lines = [f"First: {_with_numbers(winners, 'first', number)}."]
        if self.passing is None:
            return (*lines, "Who passed is not known of all, or all or none did: no cut.")
        every = self.table["passes_by"] == number
        some = ~every & (self.table["passes_by"] + self.table["tied_by"] > 0)
        who = (
            list_some(self.table.loc[every, "name"], int(every.sum())) if every.any() else "nobody"
        )
        lines.append(
            f"{self.passing} passed. Among the first {self.passing} by every method: {who}."
        )
        if not some.any():
            return (*lines, "The method does not decide who passes.")
        partly = self.table.loc[some].rename(columns={"passes_by": "passes"})
        lines.append(f"By some methods: {_with_numbers(partly, 'passes', number)}.")
        if (partly["tied_by"] > 0).any():
            lines.append("Who ties across the cut is not counted among the first.")
        return tuple(lines)


def _with_numbers(table: pd.DataFrame, column: str, number: int) -> str:
    """Names with how many of a number of methods a column counts."""
    named = zip(table["name"], table[column], strict=True)
    return ", ".join(f"{name} ({count} of {number})" for name, count in named)


def compare_methods(study: Study) -> MethodComparison:
    """Compare the rankings of one study by every ranking method that applies.

    Raises
    ------
    RankingError
        If there are too many candidates for some of them.

    Examples
    --------
    >>> from icpc import load_comparisons, load_competition, rank
    >>> from icpc.workflows.comparison import compare_methods
    >>> competition = load_competition("icpc2025")
    >>> final = load_comparisons(competition, round_name="final")
    >>> found = compare_methods(rank(competition, final))
    >>> found.table.loc[0, ["name", "best", "worst"]].tolist()
    ['Kevin Chen', 1, 2]
    """
    study = study.largest
    study.tally.require_all_pairs("ranking by every method")
    ranks, not_applicable = ranks_by_applicable_method(study.tally, study.marks)
    table = pd.DataFrame({"candidate": study.tally.candidates})
    names = study.results["name"].to_numpy()
    table["name"] = np.where(names == "", table["candidate"], names)
    table["reached"] = result_labels(study).to_numpy()
    passed = study.passed_by_id
    passing = len(passed) if passed and len(passed) < len(table) else None
    if passing is not None:
        share = share_in_top(-ranks.T.to_numpy(dtype=float), passing)  # (methods, n)
        table["passes_by"] = (share == 1).sum(axis=0)
        table["tied_by"] = ((share > 0) & (share < 1)).sum(axis=0)
    table["best"], table["worst"] = ranks.min(axis=1).to_numpy(), ranks.max(axis=1).to_numpy()
    table = table.join(ranks.add_prefix(RANK).reset_index(drop=True))
    order = table.assign(mean=ranks.mean(axis=1).to_numpy())
    columns = [*(("passes_by", "tied_by") if passing is not None else ()), "mean", "candidate"]
    order = order.sort_values(
        columns, ascending=[one not in ("passes_by", "tied_by") for one in columns]
    )
    table = table.loc[order.index].reset_index(drop=True)
    remarks = tuple(_remarks_on_methods(study, list(ranks)))
    return MethodComparison(study, table, not_applicable, passing, remarks)


def _remarks_on_methods(study: Study, names: Sequence[str]) -> Iterator[str]:
    if study.left_out:
        yield f"left out: {study.left_out} candidates whom no comparisons join to the others."
    uneven = [name for name in names if METHODS[name].needs_even_schedule]
    if uneven and not study.schedule.even:
        listed = " or ".join(uneven)
        yield f"WARNING: ranking by {listed} favours those who were compared more often."
    for name in names:
        ranking = rank_candidates(study.tally, METHODS[name], study.marks)
        for remark in method_remarks(ranking, study.tally, METHODS[name], study.marks):
            yield f"{name}: {remark}"


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
