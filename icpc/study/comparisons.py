"""Comparisons from one source: a file of comparisons, votes or marks, or what is bundled."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from icpc.competition.bundled import BUNDLED
from icpc.competition.competitions import Competition
from ranking.comparisons.marks import juror_by_candidate_marks, marks_to_comparisons
from ranking.comparisons.pairs import with_truth
from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.tally import row_counts
from ranking.comparisons.votes import read_votes, votes_to_comparisons
from ranking.errors import CompetitionError, Given, RankingError
from ranking.evaluation.permuted_outcomes import PermutedOutcomes
from ranking.files.names import Names, match_names
from ranking.judging.cross_fit import HALVES
from ranking.panel.options import DEFAULT_OPTIONS, MarkOptions
from ranking.panel.reading import read_marks
from ranking.selection.adaptive import adaptive_rules
from ranking.tables import TIE


@dataclass(frozen=True)
class Comparisons:
    """Comparisons and where they come from."""

    table: pd.DataFrame
    """COMPARISONS table of :mod:`ranking.tables`."""
    source: str
    """What they are, in words: "8,418 published comparisons"."""
    remark: str = ""
    """What a reader must know of them."""
    path: Path | None = None
    """File they were read from."""
    passing_score: float = 1
    """Lowest score that means having passed the round that was compared."""
    decided_score: float | None = None
    """Score that a panel's marks themselves decided who reached; None if they decided none."""
    votes: pd.DataFrame | None = None
    """VOTES table that decided them, where they come from votes on windows."""
    marks: pd.DataFrame | None = None
    """MARKS table of the panel, for methods that rank by marks."""
    rounds: tuple[str, ...] = ()
    """Rounds that the panel's marks are of, where they are named."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Ranker, encoder, recordings and device, where a ranker compared recordings; how marks were
    read, where it was said."""
    permuted: PermutedOutcomes | None = None
    """Outcomes with the results permuted, where rankers fitted in folds can be tested."""
    understood: tuple[str, ...] = ()
    """What was understood of the file, as sentences: counts, columns not used, spellings."""
    run_sha256: str = ""
    """Hash of the record of the run that they were read from; empty if of none."""

    @property
    def cross_fitted(self) -> bool:
        """Whether rankers that compare some pairs were fitted on the results of others of them."""
        fold = self.provenance.get("fit", {}).get("fold", {})
        return max(fold.values(), default=0) >= HALVES

    @property
    def chosen_by_results(self) -> bool:
        """Whether the results so far decided which pairs were compared."""
        if adaptive_rules(self.table):
            return True
        selection = self.provenance.get("selection", {"rule": "random"})
        return selection["rule"] != "random" and selection["compared"] < selection["pairs"]

    def marks_of(self, candidates: pd.Index) -> np.ndarray | None:
        """Return the panel's marks of candidates, shape (jurors, n); None if of no panel."""
        if self.marks is None:
            return None
        return juror_by_candidate_marks(self.marks, candidates)

    @cached_property
    def sha256_by_table(self) -> dict[str, str]:
        """Hash of the values of each table, and of the outcomes with the results permuted."""
        tables = {"comparisons": self.table, "votes": self.votes, "marks": self.marks}
        hashes = {name: table_sha256(own) for name, own in tables.items() if own is not None}
        if self.permuted is not None:
            outcomes = self.permuted.outcomes.tobytes()
            hashes["permuted"] = hashlib.sha256(outcomes).hexdigest()
        return hashes

    def among(self, candidates: pd.Index) -> "Comparisons":
        """Return the comparisons, votes and marks of some candidates alone."""
        pairs = {
            name: table[table["first"].isin(candidates) & table["second"].isin(candidates)]
            for name, table in (("table", self.table), ("votes", self.votes))
            if table is not None
        }
        marks = self.marks
        if marks is not None:
            marks = marks[marks["candidate"].isin(candidates)]
        permuted = self.permuted and self.permuted.among(candidates)
        return replace(self, marks=marks, permuted=permuted, **pairs)

    def between_unequal(self, score: pd.Series) -> "Comparisons":
        """Return the comparisons of candidates whose scores differ.

        Raises
        ------
        RankingError
            If there are none.
        """
        unequal = with_truth(self.table, score)["truth"].notna()
        table = self.table[unequal].reset_index(drop=True)
        if table.empty:
            raise RankingError(
                Given(count="paper"),
                "no two compared candidates differ in score",
                "fill in the results",
            )
        if len(table) == len(self.table):
            return self
        return replace(self, table=table, source=f"{len(table):,} of {self.source}")


@dataclass(frozen=True)
class FileOptions:
    """How a file of one's own is read, where it does not say so by itself."""

    marks: MarkOptions = DEFAULT_OPTIONS
    """What is better in marks, what no mark and zero mean, how rounds are pooled."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What a file of comparisons or votes calls its columns, by the program's name."""


AS_IT_IS = FileOptions()


def load_comparisons(
    competition: Competition,
    comparisons_file: Path | None = None,
    votes_file: Path | None = None,
    marks_file: Path | None = None,
    round_name: str | None = None,
    vote_rule: str = "majority",
    options: FileOptions = AS_IT_IS,
) -> Comparisons:
    """Return the comparisons of the one file given, or those that come with the competition.

    Parameters
    ----------
    competition
        The competition; files may name its eligible candidates.
    comparisons_file
        CSV of comparisons: first, second, winner; ``pairs``, where a schedule chose them.
    votes_file
        CSV of votes on windows: first, second, first_window, second_window, p_first.
    marks_file
        CSV or workbook of marks: juror, candidate, mark, recused; or a column per juror.
    round_name
        The round whose marks to use, where a panel marked several; comma-separated, to pool some.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    options
        How the file is read, where it does not say so by itself.

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read.
    CompetitionError
        If several files are given, or none where the competition has none; or ``round_name`` or
        options of marks without marks.

    Examples
    --------
    >>> from icpc import load_comparisons, load_competition
    >>> final = load_comparisons(load_competition("icpc2025"), round_name="final")
    >>> final.source
    '887 comparisons by 17 jurors in final (111 ties)'
    """
    given = [path for path in (comparisons_file, votes_file, marks_file) if path is not None]
    if len(given) > 1:
        raise CompetitionError(
            " and ".join(path.name for path in given), "comparisons from several files", "give one"
        )
    marks, columns = options.marks, options.columns
    if round_name is not None:
        marks = replace(marks, round=round_name)
    by_marks = bool(marks.given)
    if columns and not (comparisons_file or votes_file):
        raise CompetitionError(
            Given(columns=None),
            "columns are mapped in files of comparisons and votes",
            "name such a file, or rename the columns",
        )
    if votes_file is not None and not by_marks:
        votes = read_votes(votes_file, competition.names, columns)
        made = comparisons_from_votes(votes.table, vote_rule)
        return replace(made, path=votes_file, understood=votes.understood)
    is_default = not given
    path = comparisons_file or (competition.comparisons if is_default else None)
    if path is not None and not by_marks:
        read = read_comparisons(path, competition.names, columns)
        number = row_counts(read.table).sum()
        return Comparisons(
            read.table,
            f"{number:,.0f}{' published' * is_default} comparisons",
            competition.comparisons_remark if is_default else "",
            path,
            understood=() if BUNDLED in path.parents else read.understood,
        )
    marks_path = marks_file or (competition.panel if is_default else None)
    if marks_path is None:
        raise CompetitionError(
            competition.name,
            "no marks by a panel" if by_marks else "no comparisons come with it",
            "name no round, and do not say how marks are read"
            if by_marks
            else "name a file of comparisons, votes or marks",
            key="no-marks" if by_marks else "name-comparisons",
        )
    return _from_panel(competition, marks_path, marks, is_default=is_default)


def comparisons_from_votes(
    votes: pd.DataFrame,
    rule: str,
    remarks: Sequence[str] = (),
    provenance: Mapping[str, Any] = MappingProxyType({}),
) -> Comparisons:
    """Return the comparisons that votes on windows decide.

    Parameters
    ----------
    votes
        VOTES table of :mod:`ranking.tables`.
    rule
        How votes decide: majority or mean.
    remarks
        What a reader must know of the votes.
    provenance
        Ranker, encoder, recordings and device that made them.
    """
    table = votes_to_comparisons(votes, rule)
    even = int((table["votes"] * 2 == table["windows"]).sum())
    source = f"{len(table):,} comparisons by {rule} of {len(votes):,} votes on windows"
    ties = [f"{even:,} tied votes were decided by the larger mean probability."] if even else []
    return Comparisons(
        table, source, " ".join([*remarks, *ties]), votes=votes, provenance=provenance
    )


def table_sha256(table: pd.DataFrame) -> str:
    """Return the hash of the values of a table, each distinct one of a column spelt once."""
    digest = hashlib.sha256()
    for name, column in table.items():
        codes, values = pd.factorize(column)
        digest.update(f"{name}\n{values.tolist()!r}\n".encode())
        digest.update(codes.tobytes())
    return digest.hexdigest()


def marks_decided(decided_score: float | None, results: pd.Series | np.ndarray) -> bool:
    """Return whether marks that decided who reached a score decided any of these results.

    Parameters
    ----------
    decided_score
        Score that the marks decided; None if they decided none.
    results
        Scores of candidates, missing where they are not known.
    """
    return decided_score is not None and bool(
        (results < decided_score).any() and (results >= decided_score).any()
    )


def _from_panel(
    competition: Competition, path: Path, options: MarkOptions, *, is_default: bool
) -> Comparisons:
    if is_default and not (options.round or options.pool) and competition.panel_rounds:
        options = replace(options, round=competition.panel_rounds[0])
    read = read_marks(path, competition.names, options)
    table = marks_to_comparisons(read.table)
    ties = int((table["winner"] == TIE).sum())
    rounds = options.chosen_rounds(list(competition.rounds))
    passing, decided = _scores_of_rounds(competition, rounds)
    pooled = {"pool": options.pool or "additive"} if len(rounds) > 1 else {}
    how = options.given | pooled if pooled or options.given.keys() - {"round"} else {}
    within = f" in {', '.join(rounds)}" if rounds else " in all rounds" * bool(options.pool)
    return Comparisons(
        table,
        f"{len(table):,} comparisons by {table['juror'].nunique()} jurors{within} ({ties:,} ties)",
        competition.panel_remark if is_default else "",
        path,
        passing_score=passing,
        decided_score=decided,
        marks=read.table,
        rounds=rounds,
        provenance={"marks": how} if how else {},
        understood=() if BUNDLED in path.parents and not how else read.understood,
    )


def _scores_of_rounds(
    competition: Competition, rounds: Sequence[str]
) -> tuple[float, float | None]:
    """The score that means having passed rounds that were marked, and the one the marks decided.

    Marks of several rounds decided several scores: it is the highest that divides the candidates.
    """
    found = match_names(rounds, Names(competition.rounds)).found.values()
    scores = sorted(competition.rounds.index(name) + 1 for name in found)
    if not scores:
        return 1, None
    dividing = [score for score in scores if marks_decided(score, competition.score)]
    score = (dividing or scores)[-1]
    return score, score
