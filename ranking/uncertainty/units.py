"""Whose chance it is: what intervals resample, what they are about, and what they assume.

Conventions
-----------
The *unit* is what varies by chance and is resampled; the *estimand* is what an interval is to hold.
Both follow from where the comparisons come from; coverage is 95 % on average over candidates.

===================================  ==========  =============================  ====================
source                               unit        strengths                      ranks, probabilities
===================================  ==========  =============================  ====================
panel, three jurors or more who      juror       jackknife, Student's t [1]_;   draws, variance of
ordered somebody                                 unbounded for candidates whom  the jackknife [2]_
                                                 one juror alone marked
panel, fewer jurors                  none        none, with the reason          none
column rater, session or match, of   that        jackknife over clusters,       draws, variance of
three clusters or more               cluster     Student's t; unbounded as      the jackknife
                                                 above
the same column, of two clusters     none        none, with the reason          none
one ranker, at least half of the     candidate   bootstrap over candidates;     draws, variance of
pairs compared                                   profile likelihood where wins  the bootstrap
                                                 do not connect all
one ranker, fewer pairs, or pairs    comparison  profile likelihood [3]_        Laplace posterior
chosen by the results so far                                                    [4]_
the same ordered pair in several     row         profile likelihood             Laplace posterior
rows, without such a column
votes on windows, if asked for       window      bootstrap over windows         bootstrap over
                                                                                windows
method with an order only, or that   none        none, with the reason          none
ranks by marks
another method than Bradley-Terry,   none        none, with the reason          none
unit comparison or row
===================================  ==========  =============================  ====================

Jurors need not mark most of the field. Where 5, 9 or 17 jurors marked 10, 25, 50 or 75 % of 24
candidates each, ranges of rank covered 0.98 to 1.00 in simulation and intervals of strength 0.90 to
0.99; with few marks they are wide, ranges up to the whole field (``tests/benchmarks/calibration.py
--only partial``).

References
----------
.. [1] :mod:`ranking.uncertainty.jackknife`.
.. [2] :mod:`ranking.uncertainty.rank_distribution`.
.. [3] :mod:`ranking.uncertainty.profile_likelihood`.
.. [4] :mod:`ranking.uncertainty.normal_prior`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import window_units
from ranking.files.text import escape_controls
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import Method
from ranking.tables import TIE
from ranking.uncertainty.jackknife import MIN_CLUSTERS

CLUSTERS = ("juror", "rater", "session", "match")
"""Columns of COMPARISONS that name clusters; the first one in a table counts."""
PEOPLE = ("juror", "rater")
"""Clusters that make comparisons, and may have ordered nobody."""
MIN_COMPARED = 0.5
"""Smallest share of the pairs that one ranker compared for candidates to be the unit."""


@dataclass(frozen=True)
class Uncertainty:
    """Unit, estimand and assumption of the 95 % intervals, or why there are none."""

    unit: str = ""
    """What is resampled: juror, rater, session, match, candidate, comparison, row or window; empty
    where there are no intervals."""
    count: int = 0
    """Number of such units."""
    estimand: str = ""
    """What the intervals are to hold, in words."""
    assumption: str = ""
    """What they rest on, in words."""
    reason: str = ""
    """Why there are no intervals, in words."""
    without_order: tuple[str, ...] = ()
    """Jurors or raters who ordered nobody, and whom ranges leave out."""
    joint_ranks: bool = False
    """Whether ranges of rank hold all ranks of a component together."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the reader of a ranking must know of its intervals."""
        if not self.without_order:
            return (self.sentence,)
        return (f"{ordered_nobody(self.without_order)} of the ranges of rank.", self.sentence)

    @property
    def sentence(self) -> str:
        """Unit, estimand and assumption as one sentence, or why there are no intervals."""
        if not self.unit:
            return f"There are no 95 % intervals: {self.reason}."
        right = "" if self.joint_ranks else ", right on average over candidates"
        sentence = (
            f"The 95 % intervals take {self.count:,} {PLURALS[self.unit]} as the sample and are "
            f"about {self.estimand}{right}, if {self.assumption}."
        )
        return f"{sentence} {JOINT_RANKS}" if self.joint_ranks else sentence

    @property
    def sample(self) -> str:
        """What the intervals take as the sample, in a clause; empty where there are none."""
        if not self.unit:
            return ""
        together = ", and ranges of rank hold together" if self.joint_ranks else ""
        return f"95 % intervals take {self.count:,} {PLURALS[self.unit]} as the sample{together}"


def ordered_nobody(names: Sequence[str]) -> str:
    """Return that some jurors or raters ordered nobody and are left out, to begin a sentence."""
    who = ", ".join(map(escape_controls, names))
    return f"{who} ordered nobody and {'is' if len(names) == 1 else 'are'} left out"


JOINT_RANKS = (
    "Their ranges of rank hold all ranks of a component together with 95 % probability; those of "
    "strength are right on average over candidates."
)
PLURALS = {
    "juror": "jurors",
    "rater": "raters",
    "session": "sessions",
    "match": "matches",
    "candidate": "candidates",
    "comparison": "comparisons",
    "row": "rows",
    "window": "windows",
}
"""Units in the plural."""
ESTIMANDS = {
    "juror": "the order by all such jurors",
    "rater": "the order by all such raters",
    "session": "the order in all such sessions",
    "match": "the order in all such matches",
    "candidate": "the order of these candidates by this ranker, whoever else had been compared",
    "comparison": "the order of these candidates by the ranker's probabilities of winning",
    "row": "the order of these candidates by the probabilities of winning",
    "window": "the order of these recordings by this ranker, whichever windows had been compared",
}
ASSUMPTIONS = {
    "juror": "jurors judge independently of each other",
    "rater": "raters judge independently of each other",
    "session": "sessions are independent of each other",
    "match": "matches are independent of each other",
    "candidate": "the errors of one candidate's comparisons have nothing to do with another's",
    "comparison": "comparisons are independent given the strengths",
    "row": "rows are independent given the strengths, repeated pairs as well",
    "window": "windows of a recording are independent of each other",
}


def find_uncertainty(
    comparisons: pd.DataFrame | None,
    tally: Tally,
    method: Method,
    chosen_by_results: bool = False,
) -> Uncertainty:
    """Return the unit that suits comparisons ranked by a method, or why none does.

    Parameters
    ----------
    comparisons : table of COMPARISONS, or None
        None: only their tally is known, which tells no clusters.
    tally : the same comparisons, counted
    method : how they were ranked
    chosen_by_results : whether results so far decided which pairs were compared
    """
    if method.ordinal:
        return Uncertainty(reason=f"{method.name} gives no more than an order")
    if method.needs == "marks":
        return Uncertainty(reason=f"{method.name} ranks by marks, not by comparisons")
    if comparisons is not None:
        column = next((name for name in CLUSTERS if _tells_apart(comparisons, name)), None)
        if column is not None:
            return _of_clusters(comparisons, column)
    unit, count = _of_schedule(tally, chosen_by_results)
    if unit in ("comparison", "row") and method.name != BRADLEY_TERRY.name:
        return Uncertainty(
            reason=f"with {unit}s as the sample they are those of {BRADLEY_TERRY.name}, and "
            f"{method.name} has none"
        )
    return _uncertainty(unit, count)


def window_uncertainty(votes: pd.DataFrame, method: Method) -> Uncertainty:
    """Return the uncertainty of ranks from VOTES whose windows are resampled."""
    if method.ordinal or method.needs == "marks":
        return Uncertainty(reason=f"{method.name} has none")
    return _uncertainty("window", len(window_units(votes).stratum))


def ordering_rows(comparisons: pd.DataFrame, uncertainty: Uncertainty) -> pd.DataFrame:
    """Return the comparisons of those who ordered somebody."""
    if not uncertainty.without_order:
        return comparisons
    return comparisons[~comparisons[uncertainty.unit].isin(uncertainty.without_order)]


def _uncertainty(unit: str, count: int, without_order: tuple[str, ...] = ()) -> Uncertainty:
    estimand, assumption = ESTIMANDS[unit], ASSUMPTIONS[unit]
    return Uncertainty(unit, count, estimand, assumption, without_order=without_order)


def _tells_apart(comparisons: pd.DataFrame, column: str) -> bool:
    """Whether a column names clusters; a rater, session or match throughout is none."""
    return column in comparisons and (column == "juror" or len(comparisons[column].unique()) > 1)


def _of_clusters(comparisons: pd.DataFrame, column: str) -> Uncertainty:
    names = sorted(comparisons[column].unique())
    ordering = set(comparisons.loc[comparisons["winner"] != TIE, column])
    idle = tuple(name for name in names if name not in ordering) if column in PEOPLE else ()
    count = len(names) - len(idle)
    if count >= MIN_CLUSTERS:
        return _uncertainty(column, count, idle)
    few = f"{count or 'no'} {column if count == 1 else PLURALS[column]}"
    who = f"{few} who ordered somebody" if column in PEOPLE else few
    return Uncertainty(
        reason=f"{who}; it takes {MIN_CLUSTERS} to see how much they differ", without_order=idle
    )


def _of_schedule(tally: Tally, chosen_by_results: bool) -> tuple[str, int]:
    """Return the unit of one ranker's comparisons, and the number of units."""
    compared = int(tally.comparisons.sum())
    if tally.comparisons.max() > 1:
        return "row", compared
    possible = sum(len(members) * (len(members) - 1) / 2 for members in tally.components)
    if chosen_by_results or np.count_nonzero(np.triu(tally.pair_counts)) < MIN_COMPARED * possible:
        return "comparison", compared
    return "candidate", len(tally.candidates)
