"""The accuracy that a design can detect: what it promises, the test keeps."""

import numpy as np
import pytest

from ranking.evaluation.accuracy import accuracy_test
from ranking.evaluation.detectable import critical_accuracy, detectable_accuracy


def complete(n: int) -> np.ndarray:
    return 1.0 - np.eye(n)


@pytest.mark.parametrize(
    "score", [[0, 1, 2], [0, 1, 2, 3], [0] * 19 + [1], [1, 1, 1]], ids=lambda score: f"{len(score)}"
)
def test_nothing_is_detectable_where_a_perfect_ranking_is_not(score):
    assert np.isnan(detectable_accuracy(complete(len(score)), np.array(score, dtype=float)))


def test_of_eight_with_four_passed_only_a_perfect_ranking_is_significant():
    score = np.repeat([0.0, 1.0], 4)
    assert critical_accuracy(complete(8), score) == 1
    assert 0.95 < detectable_accuracy(complete(8), score) < 1


def test_the_critical_accuracy_is_where_the_test_becomes_significant():
    score = np.repeat([0.0, 1.0], 5)
    least = critical_accuracy(complete(10), score)
    order = np.arange(10)
    ps = {}
    rng = np.random.default_rng(0)
    for _ in range(200):
        wins = complete(10) * (order[:, np.newaxis] > order)
        accuracy = wins[score == 1][:, score == 0].mean()
        ps[round(accuracy, 9)] = accuracy_test(wins, complete(10), score).p
        order = rng.permutation(10)
    for accuracy, p in ps.items():
        if accuracy > 0.5:
            assert (p < 0.05) == (accuracy >= least - 1e-9)


def test_more_candidates_detect_less():
    found = [detectable_accuracy(complete(n), np.arange(n) % 2.0) for n in (10, 20, 80)]
    assert found[0] > found[1] > found[2] > 0.5


def test_candidates_without_a_result_do_not_count():
    score = np.r_[np.arange(12.0), np.full(3, np.nan)]
    assert detectable_accuracy(complete(15), score) == detectable_accuracy(
        complete(12), np.arange(12.0)
    )


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 40])
def test_a_ranker_of_the_detectable_accuracy_is_found_in_80_percent(n):
    """300 fields at the β that has this accuracy on average: 80 ± 7 %."""
    score = np.repeat([0.0, 1.0], n // 2)
    wanted = detectable_accuracy(complete(n), score)
    rng = np.random.default_rng(n)

    def field(beta: float) -> np.ndarray:
        strength = beta * score + rng.standard_normal(n)
        return complete(n) * (strength[:, np.newaxis] > strength)

    betas = np.linspace(0.5, 4, 15)
    means = [
        np.mean([field(beta)[score == 1][:, score == 0].mean() for _ in range(300)])
        for beta in betas
    ]
    beta = float(np.interp(wanted, means, betas))
    power = np.mean([accuracy_test(field(beta), complete(n), score).p < 0.05 for _ in range(300)])
    assert power == pytest.approx(0.8, abs=0.07)
