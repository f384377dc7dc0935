"""False alarms of tests of a ranker that is fitted in folds, where results are pure chance.

    python tests/benchmarks/permutations.py --fields 500

Candidates have features without any meaning for their results. A linear ranker is fitted in folds,
as :mod:`ranking.judging.cross_fit` splits and assigns them: a strength is the product of features
with the sum of their differences over all pairs of unequal result, the better first.
Its pair accuracy is tested at 5 % in two ways: results permuted beside the finished comparisons
(:func:`ranking.evaluation.accuracy.accuracy_test`), and fitted anew each time
(:mod:`ranking.evaluation.permuted_outcomes`).
"""

import argparse

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally
from ranking.evaluation.accuracy import accuracy_test
from ranking.evaluation.permutation import p_among
from ranking.evaluation.permuted_outcomes import MIN_PERMUTATIONS, permute_results
from ranking.judging.cross_fit import cross_fit_assignments, stratified_candidate_folds

CANDIDATES = pd.Index([f"c{number:02}" for number in range(24)])
RESULTS = np.repeat([0.0, 1.0, 2.0], 8)
FOLDS = 3


def first_wins(features: np.ndarray, score: pd.Series, seed: int) -> np.ndarray:
    """Return who wins every ordered pair, 1 for the first, by linear rankers fitted in folds."""
    fold = stratified_candidate_folds(score, FOLDS, seed).to_numpy()
    values = score.to_numpy()
    won = np.zeros((len(fold), len(fold)))
    for one in cross_fit_assignments(FOLDS):
        on = np.isin(fold, list(one.fitted_on))
        better = np.sign(values[on][:, np.newaxis] - values[on]).sum(axis=1)
        strength = features @ (better @ features[on])
        for first, second in one.compares:
            place = np.ix_(fold == first, fold == second)
            won[place] = (strength[:, np.newaxis] > strength)[place]
    np.fill_diagonal(won, 0)
    return won


def accuracy(won: np.ndarray, score: np.ndarray) -> float:
    """Return the pair accuracy of comparisons of every ordered pair."""
    tally = Tally(CANDIDATES, 1 - np.eye(len(won)), won)
    better = score[:, np.newaxis] > score
    return float((tally.wins * better).sum() / (tally.pair_counts * better).sum())


def p_of_field(dimensions: int, permutations: int, seed: int) -> tuple[float, float]:
    """Return the p of one field, of finished comparisons and of rankers fitted anew.

    Parameters
    ----------
    dimensions : number of features of a candidate
    permutations : how often all is fitted anew
    seed : seed of the field, of the split and of permutations
    """
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(len(CANDIDATES), dimensions))
    score = pd.Series(rng.permutation(RESULTS), CANDIDATES)
    won = first_wins(features, score, seed)
    drawn = []
    for number in range(permutations):
        permuted = permute_results(score, seed, number)
        own = first_wins(features, permuted.score, seed)
        drawn.append(accuracy(own, permuted.score.to_numpy()))
    tally = Tally(CANDIDATES, 1 - np.eye(len(won)), won)
    finished = accuracy_test(tally.wins, tally.pair_counts, score.to_numpy(), seed).p
    return finished, p_among(accuracy(won, score.to_numpy()), np.array(drawn)).p


def sizes(dimensions: int, fields: int, seed: int = 0) -> np.ndarray:
    """Return the shares of fields with a p of 5 % or less: of finished comparisons, fitted anew.

    Parameters
    ----------
    dimensions : number of features of a candidate
    fields : number of fields to simulate
    seed : seed of the first field; the others follow
    """
    found = [p_of_field(dimensions, MIN_PERMUTATIONS, seed + field) for field in range(fields)]
    return (np.array(found) <= 0.05).mean(axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fields", type=int, default=500)
    given = parser.parse_args()
    print(f"{'features':>8}{'beside finished':>18}{'fitted anew':>14}")
    for dimensions in (2, 10, 40):
        finished, anew = sizes(dimensions, given.fields)
        print(f"{dimensions:>8}{finished:>18.1%}{anew:>14.1%}", flush=True)


if __name__ == "__main__":
    main()
