"""Permutation tests of rankers that were fitted on results: everything is fitted anew each time.

Conventions
-----------
Where every pair is compared by a ranker that was fitted without the two, but on the results of
others (:mod:`ranking.judging.cross_fit`), comparisons depend on each other through the results: two
rankers share most of what they were fitted on. Permuting results beside finished comparisons then
finds too much: in simulation 8 to 23 % false alarms at 5 %. So results are permuted over the
candidates with known results, recordings stay as they are, and candidates are split, rankers fitted
and pairs compared anew each time [1]_. Of N permutations, a two-sided p is twice the smaller tail,
(1 + b) / (1 + N), the actual results counted among them.

A candidate who received another's result is renamed to that other, so that every permutation stands
beside the actual results: candidates (i, j) of it have the results that i and j actually had.

References
----------
.. [1] M. Ojala, G. C. Garriga, "Permutation tests for studying classifier performance", Journal of
   Machine Learning Research 2010.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally
from ranking.evaluation.permutation import PermutationP, p_among
from ranking.evaluation.resampling import Estimate
from ranking.files.records import parse_array
from ranking.methods.method import Method
from ranking.tables import TIE

MIN_PERMUTATIONS = 199
"""Number of permutations below which there is no p."""
NOT_COMPARED, SECOND, TIED, FIRST = -1, 0, 1, 2
"""Outcome of an ordered pair: nothing known, or twice the wins of the first."""


@dataclass(frozen=True)
class PermutedResults:
    """Results of some candidates, permuted."""

    score: pd.Series
    """Permuted result by candidate; those that are not known stay missing."""
    owner: pd.Series
    """By candidate, whose actual result that is."""


@dataclass(frozen=True)
class PermutedOutcomes:
    """Outcomes of N permutations of the results, rankers fitted anew in each."""

    candidates: pd.Index
    """Ids of the n candidates, sorted; the order of rows and columns."""
    outcomes: np.ndarray
    """Outcome with i first and j second at [:, i, j], twice the wins of the first, -1 where they
    were not compared; int8, shape (N, n, n)."""

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def enough(self) -> bool:
        """Whether there are enough permutations for a p."""
        return len(self) >= MIN_PERMUTATIONS

    @property
    def tallies(self) -> Iterator[Tally]:
        """The comparisons of each permutation, counted."""
        for own in self.outcomes:
            compared, ties = (own != NOT_COMPARED).astype(float), (own == TIED).astype(float)
            first_wins = np.where(own == NOT_COMPARED, 0, own) / FIRST
            yield Tally(self.candidates, compared, first_wins, ties if ties.any() else None)

    def strengths(self, method: Method) -> np.ndarray:
        """Return the strengths by a method of comparisons, candidates in order, shape (N, n)."""
        return np.stack([method.strengths(own.matrix, None, None) for own in self.tallies])

    def accuracy_test(self, accuracy: float, score: np.ndarray) -> PermutationP:
        """Return the test of a pair accuracy.

        Parameters
        ----------
        accuracy : share of comparisons that went to the one who got further
        score : float array, shape (n,)
            Actual results; pairs with a missing one are left out.
        """
        better = score[:, np.newaxis] > score
        shares = [
            (own.wins * better).sum() / (own.pair_counts * better).sum() for own in self.tallies
        ]
        return p_among(accuracy, np.array(shares))

    def among(self, candidates: pd.Index) -> "PermutedOutcomes":
        """Return the outcomes among some of the candidates, sorted ids."""
        at = self.candidates.get_indexer(candidates)
        return PermutedOutcomes(candidates, self.outcomes[:, at][:, :, at])

    def where_compared(self, tally: Tally) -> "PermutedOutcomes":
        """Return the outcomes of those ordered pairs that a tally of the same candidates has."""
        kept = np.where(tally.comparisons > 0, self.outcomes, NOT_COMPARED)
        return PermutedOutcomes(self.candidates, kept.astype(np.int8))


def without_interval(estimate: Estimate) -> Estimate:
    """Return the value of an estimate alone, as comparisons by rankers fitted in folds allow."""
    return Estimate(estimate.value, pairs=estimate.pairs, unit="")


def accuracy_of_cross_fitted(
    accuracy: Estimate, score: np.ndarray, permuted: PermutedOutcomes | None
) -> Estimate:
    """Return a pair accuracy without interval, and with the p of permutations if they are enough.

    Parameters
    ----------
    accuracy : share of comparisons that went to the one who got further
    score : float array, shape (n,)
        Actual results, candidates in order of id; pairs with a missing one are left out.
    permuted : outcomes with the results permuted, if there are any
    """
    plain = without_interval(accuracy)
    if permuted is None or not permuted.enough:
        return plain
    test = permuted.accuracy_test(accuracy.value, score)
    return replace(plain, p=test.p, smallest_p=test.smallest, exact_p=test.exact)


def permute_results(score: pd.Series, seed: int, number: int) -> PermutedResults:
    """Return a random permutation of the known results over the candidates who have them.

    Parameters
    ----------
    score : float Series by candidate
        Actual results; may be missing.
    seed : seed of all permutations
    number : which of them, from 0; each is drawn by itself
    """
    known = np.flatnonzero(score.notna())
    owner = np.arange(len(score))
    owner[known] = np.random.default_rng([seed, number]).permutation(known)
    return PermutedResults(
        pd.Series(score.to_numpy()[owner], index=score.index),
        pd.Series(score.index[owner], index=score.index),
    )


def rename_outcomes(comparisons: pd.DataFrame, permuted: PermutedResults) -> np.ndarray:
    """Return the outcomes of one permutation, each candidate renamed to whose result it had.

    Parameters
    ----------
    comparisons : table of COMPARISONS
        No ordered pair is in it twice.
    permuted : the results that rankers were fitted on

    Returns
    -------
    int8 array, shape (n, n)
        An item of :attr:`PermutedOutcomes.outcomes`, candidates of ``permuted`` sorted.
    """
    candidates = pd.Index(sorted(permuted.owner.index))
    first, second = (
        candidates.get_indexer(comparisons[place].map(permuted.owner))
        for place in ("first", "second")
    )
    won = np.where(comparisons["winner"] == comparisons["first"], FIRST, SECOND)
    outcomes = np.full((len(candidates), len(candidates)), NOT_COMPARED, dtype=np.int8)
    outcomes[first, second] = np.where(comparisons["winner"] == TIE, TIED, won)
    return outcomes


def outcomes_to_npy(outcomes: np.ndarray) -> bytes:
    """Return outcomes, shape (..., n, n), as the content of a NumPy file."""
    content = BytesIO()
    np.save(content, outcomes.astype(np.int8))
    return content.getvalue()


def npy_to_outcomes(content: bytes, n: int) -> np.ndarray | None:
    """Return the outcomes of n candidates, shape (..., n, n), in a NumPy file; None if it is none.

    Parameters
    ----------
    content : content of the file
    n : number of candidates
    """
    try:
        outcomes = parse_array(content)
    except ValueError:
        return None
    if outcomes.shape[-2:] != (n, n) or outcomes.dtype != np.int8:
        return None
    known = (outcomes >= NOT_COMPARED) & (outcomes <= FIRST)
    return outcomes if known.all() else None


def stack_outcomes(candidates: pd.Index, permutations: Sequence[np.ndarray]) -> PermutedOutcomes:
    """Return the outcomes of some permutations, each (n, n), of the same sorted candidates."""
    n = len(candidates)
    outcomes = np.array(permutations, dtype=np.int8).reshape(len(permutations), n, n)
    return PermutedOutcomes(candidates, outcomes)
