"""Trends along positions: regressions of statsmodels and scipy, and what one round cannot tell."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from ranking.jurors.effects import fit_effects
from ranking.jurors.trend import PositionedRound, estimate_trend


def simulated(beta: float, rounds: int, seed: int = 0, n: int = 24, jurors: int = 5):
    """Rounds of a competition whose marks rise by ``beta`` a position; the better half passes."""
    rng = np.random.default_rng(seed)
    strength, severity = rng.normal(15, 2, n), rng.normal(0, 1, (jurors, 1))
    kept, played = np.arange(n), []
    for at in range(rounds):
        position = rng.permutation(n)[kept] + 1.0
        error = rng.normal(0, 1, (jurors, len(kept)))
        marks = strength[kept] + severity + beta * position + error
        ids = pd.Index([f"c{one:02}" for one in kept])
        played.append(PositionedRound(f"r{at}", ids, marks, position, len(kept) // 2))
        kept = kept[np.sort(np.argsort(-marks.mean(axis=0))[: len(kept) // 2])]
    return played


def names(jurors: int = 5) -> list[str]:
    return [f"j{at}" for at in range(jurors)]


def test_one_round_is_the_regression_of_means_on_positions():
    played = simulated(0.1, 1)
    found = estimate_trend(played, names())
    line = linregress(played[0].position, played[0].marks.mean(axis=0))
    assert not found.identified
    assert found.slope.value == pytest.approx(line.slope)
    half = 2.0738730679 * line.stderr  # Student's t, 22 degrees of freedom
    assert (found.slope.low, found.slope.high) == pytest.approx(
        (line.slope - half, line.slope + half)
    )
    assert found.slope.p == pytest.approx(line.pvalue, abs=0.05)
    assert found.span == 23


def test_several_rounds_are_the_regression_with_candidates_and_rounds():
    formula = pytest.importorskip("statsmodels.formula.api")
    played = simulated(0.1, 3, seed=1)
    found = estimate_trend(played, names())
    table = pd.concat(
        pd.DataFrame(
            {
                "candidate": one.candidates,
                "round": one.name,
                "level": one.marks.mean(axis=0),
                "position": one.position,
            }
        )
        for one in played
    )
    fit = formula.ols("level ~ C(candidate) + C(round) + position", table).fit()
    assert found.identified
    assert found.slope.value == pytest.approx(fit.params["position"])
    expected = tuple(fit.conf_int().loc["position"])
    assert (found.slope.low, found.slope.high) == pytest.approx(expected)
    assert found.slope.pairs == 12  # those in two rounds or more


def test_the_same_order_in_all_rounds_tells_no_more_than_one_round():
    played = [
        PositionedRound(one.name, one.candidates, one.marks, np.arange(len(one.candidates)) * 1.0)
        for one in simulated(0.1, 1) * 2
    ]
    assert not estimate_trend(played, names()).identified


def test_a_jurors_slope_is_that_of_the_marks_less_those_of_colleagues():
    played = simulated(0.0, 1, seed=5)[0]
    steeper = played.marks.copy()
    steeper[2] += 0.4 * played.position
    one = PositionedRound("r", played.candidates, steeper, played.position)
    table = estimate_trend([one], names()).jurors.set_index("juror")
    colleagues = np.delete(steeper, 2, axis=0).mean(axis=0)
    line = linregress(played.position, steeper[2] - colleagues)
    assert table.loc["j2", "slope"] == pytest.approx(line.slope)
    assert table.loc["j2", "p"] == pytest.approx(line.pvalue)
    assert table["p_holm"].idxmin() == "j2"
    assert table.loc["j2", "p_holm"] == pytest.approx(5 * line.pvalue)


def test_who_passes_without_the_trend():
    position = np.arange(8.0)
    true = np.array([4.0, 1, 6, 2, 8, 3, 7, 5])
    rng = np.random.default_rng(0)
    marks = true + 3 * position + rng.normal(0, 0.01, (3, 8))
    one = PositionedRound("r", pd.Index(list("abcdefgh")), marks, position, 4)
    found = estimate_trend([one], names(3))
    level = fit_effects(marks, np.ones((3, 8), dtype=bool)).candidates
    without = level - found.slope.value * position
    before, after = ({*np.argsort(-own)[:4]} for own in (level, without))
    expected = {one.candidates[at]: at in after for at in before ^ after}
    assert dict(zip(found.moved["candidate"], found.moved["passes"], strict=True)) == expected
    assert expected


def test_without_positions_there_is_no_trend():
    played = simulated(0.1, 1)[0]
    for position in (np.full(24, np.nan), np.ones(24)):
        one = PositionedRound("r", played.candidates, played.marks, position, 12)
        found = estimate_trend([one], names())
        assert np.isnan(found.slope.value)
        assert found.jurors.empty
        assert found.moved.empty


def test_three_candidates_are_too_few():
    ids = pd.Index(list("abc"))
    one = PositionedRound("r", ids, np.array([[1.0, 2, 3], [2, 3, 5]]), np.arange(3.0), 1)
    assert np.isnan(estimate_trend([one], names(2)).slope.low)
