"""The panel that is analysed: its marks as an array, who passed, and the ranking by some jurors.

Conventions
-----------
Jurors and candidates whom marks do not join to the largest part are left out: how severe they are,
or how good, cannot be compared. Jurors with one mark are left out as well: it says nothing of them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons
from ranking.comparisons.marks import juror_by_candidate_marks
from ranking.comparisons.tally import count_comparisons
from ranking.errors import CompetitionError, RankingError
from ranking.files.text import list_some
from ranking.jurors.additive import Additive, fit_additive, joined_parts
from ranking.methods.method import Method, rank_candidates
from ranking.panel.options import DEFAULT_OPTIONS, MarkOptions

MIN_MARKS = 2
"""Smallest number of marks of a juror in the model."""
SHOWN = 5  # names in a remark


@dataclass(frozen=True)
class Panel:
    """Marks of jurors for candidates whom they join, and the competition they are of."""

    competition: Competition
    comparisons: Comparisons
    """Where the marks come from."""
    method: Method
    """How the panel's ranking is made."""
    jurors: pd.Index
    """Names of the jurors."""
    candidates: pd.Index
    """Ids of the candidates."""
    marks: np.ndarray
    """Their marks; float, shape (J, n), NaN where a juror gave none."""
    seed: int = 0
    remarks: tuple[str, ...] = ()
    """Who was left out, and why."""
    passing_score: float | None = None
    """Lowest score that counts as passed; that of the round that was marked, if None."""
    options: MarkOptions = DEFAULT_OPTIONS
    """How the marks were read."""
    relations: pd.DataFrame | None = None
    """Own candidates of jurors: juror, candidate and relation; None where they are not known."""

    @cached_property
    def names(self) -> list[str]:
        """Name of each candidate, the id where there is no name."""
        roster = self.competition.roster.set_index("candidate")["name"]
        found = roster.reindex(self.candidates)
        return [name or one for name, one in zip(found.fillna(""), self.candidates, strict=True)]

    @cached_property
    def fit(self) -> Additive:
        """Severities and adjusted means."""
        return fit_additive(self.marks)

    @cached_property
    def strength(self) -> np.ndarray:
        """Strength of each candidate by all jurors, by the method; float, shape (n,)."""
        return self._strength(self.jurors)

    @property
    def without_each(self) -> np.ndarray:
        """Strengths without each juror, shape (J, n), NaN of those whom nobody else marked.

        All NaN, where :attr:`why_not_without` says why the method cannot rank without a juror.
        """
        return self._without_each[0]

    @property
    def why_not_without(self) -> str:
        """Why the method cannot rank without a juror, in words; empty if it can."""
        return self._without_each[1]

    @cached_property
    def _without_each(self) -> tuple[np.ndarray, str]:
        try:
            without = [self._strength(self.jurors.drop(one)) for one in self.jurors]
        except RankingError as error:  # the skating system takes an odd number
            return np.full(self.marks.shape, np.nan), error.what
        return np.stack(without), ""

    @cached_property
    def passed(self) -> np.ndarray | None:
        """Whether each candidate passed; None where that is not known, or all or none did."""
        score = self.competition.score.reindex(self.candidates).to_numpy(dtype=float)
        least = self.passing_score
        passed = score >= (self.comparisons.passing_score if least is None else least)
        return passed if not np.isnan(score).any() and passed.any() and not passed.all() else None

    @property
    def without_severities(self) -> bool:
        """Whether pooling several rounds took the jurors' severities out of the marks."""
        return self.comparisons.provenance.get("marks", {}).get("pool") == "additive"

    def _strength(self, jurors: pd.Index) -> np.ndarray:
        """Strengths by some jurors, shape (n,)."""
        if self.method.needs == "marks":
            own = self.marks[self.jurors.get_indexer(jurors)]
            known = ~np.isnan(own).all(axis=0)
            found = np.full(len(self.candidates), np.nan)
            found[known] = self.method.strengths(own[:, known], None, None)
            return found
        table = self.comparisons.among(self.candidates).table
        ranking = rank_candidates(
            count_comparisons(table[table["juror"].isin(jurors)]), self.method
        )
        largest = ranking[ranking["component"] == 1].set_index("candidate")["strength"]
        return largest.reindex(self.candidates).to_numpy(dtype=float)


def make_panel(
    competition: Competition,
    comparisons: Comparisons,
    method: Method,
    seed: int = 0,
    passing_score: float | None = None,
) -> Panel:
    """Return the panel of a competition's marks, those who are not joined left out.

    Parameters
    ----------
    competition
        Who played, and how far they got.
    comparisons
        The comparisons that a panel's marks make, with these.
    method
        How the panel's ranking is made.
    seed
        Seed of every random draw.
    passing_score
        Lowest score that counts as passed; that of the round that was marked, if None.

    Raises
    ------
    CompetitionError
        If the comparisons are not those of a panel's marks.
    """
    table = comparisons.marks
    if table is None:
        raise CompetitionError(
            competition.name, "no marks by a panel", "name a file of marks", key="name-panel"
        )
    given = table[table["mark"].notna() & ~table["recused"].astype(bool)]
    candidates = pd.Index(sorted(given["candidate"].unique()))
    jurors = pd.Index(sorted(given["juror"].unique()))
    marks = juror_by_candidate_marks(given, candidates)
    remarks: list[str] = []
    if comparisons.provenance.get("marks", {}).get("lower_is_better"):
        remarks.append("lower is better: means have a minus sign, so that larger ones are better")
    few = (~np.isnan(marks)).sum(axis=1) < MIN_MARKS
    if few.any():
        who = list_some([*jurors[few]], SHOWN)
        remarks.append(f"left out, with one mark each, which says nothing of a juror: {who}")
        jurors, marks = jurors[~few], marks[~few]
    parts = joined_parts(marks)
    own, members = parts[0]
    for left, who in (
        (jurors.delete(own), "jurors"),
        (candidates.delete(members), "candidates"),
    ):
        if len(left):
            remarks.append(
                f"left out, since no marks join them to the others: {who} "
                f"{list_some([*left], SHOWN)}"
            )
    return Panel(
        competition.of_candidates(candidates),
        comparisons,
        method,
        jurors[own],
        candidates[members],
        marks[np.ix_(own, members)],
        seed,
        tuple(remarks),
        passing_score,
    )
