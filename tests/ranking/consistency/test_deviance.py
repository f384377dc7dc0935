"""The deviance of strengths: that of the same model as a GLM, and by hand."""

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons.tally import count_comparisons
from ranking.consistency.deviance import model_fit
from ranking.methods.bradley_terry import bradley_terry_log_strengths


def tally_of(rows):
    table = pd.DataFrame(rows, columns=["first", "second", "winner"])
    return count_comparisons(table.assign(votes=1, windows=1))


def test_deviance_and_residuals_are_those_of_a_binomial_glm():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    true = np.array([1.0, 0.4, 0.0, -0.3, -0.9])
    rows = []
    for i, j in zip(*np.triu_indices(5, k=1), strict=True):
        won = rng.random(rng.integers(3, 9)) < 1 / (1 + np.exp(true[j] - true[i]))
        rows += [("abcde"[i], "abcde"[j], "abcde"[i if one else j]) for one in won]
    tally = tally_of(rows)
    fit = model_fit(tally, bradley_terry_log_strengths(tally.matrix))
    at = [tally.candidates.get_indexer(fit.pairs[column]) for column in ("candidate", "other")]
    design = np.zeros((len(fit.pairs), 5))
    design[np.arange(len(design)), at[0]], design[np.arange(len(design)), at[1]] = 1, -1
    won, lost = fit.pairs["won"], fit.pairs["comparisons"] - fit.pairs["won"]
    glm = sm.GLM(np.stack([won, lost], axis=1), design[:, 1:], sm.families.Binomial()).fit()
    assert fit.deviance == pytest.approx(glm.deviance, abs=1e-8)
    np.testing.assert_allclose(fit.pairs["residual"], glm.resid_pearson, atol=1e-6)
    np.testing.assert_allclose(fit.pairs["deviance"], glm.resid_deviance**2, atol=1e-6)


def test_by_hand():
    """Of two comparisons each, a beat b twice and c once; strengths that say three to one.

    Two of two has the deviance 2 * 2 ln(4/3), one of two 2 (ln(2/3) + ln 2).
    """
    tally = tally_of([*[("a", "b", "a")] * 2, ("a", "c", "a"), ("c", "a", "c")])
    fit = model_fit(tally, np.array([np.log(3), 0.0, 0.0]))
    assert fit.pairs["other"].tolist() == ["b", "c"]
    expected = [4 * np.log(4 / 3), 2 * (np.log(2 / 3) + np.log(2))]
    np.testing.assert_allclose(fit.pairs["deviance"], expected)
    np.testing.assert_allclose(fit.pairs["residual"], [0.5 / 0.375**0.5, -0.5 / 0.375**0.5])
    assert fit.pairs["bridge"].all()
    assert fit.equal_deviance == pytest.approx(4 * np.log(2))


def test_the_stronger_of_a_pair_stands_first_and_a_tie_is_half_a_win():
    fit = model_fit(tally_of([("a", "b", "tie")]), np.array([-1.0, 1.0]))
    (row,) = fit.pairs.itertuples()
    assert (row.candidate, row.other, row.won, row.comparisons) == ("b", "a", 0.5, 1)
