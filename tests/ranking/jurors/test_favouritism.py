"""Own candidates: enumeration by hand, statsmodels' regression, and what cannot be tested."""

from itertools import combinations

import numpy as np
import pytest

from ranking.jurors.favouritism import colleague_residuals, compare_own_candidates


def panel(jurors: int, n: int, seed: int = 0, sigma: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(15, 2, n) + rng.normal(0, 1, (jurors, 1)) + rng.normal(0, sigma, (jurors, n))


def names(jurors: int) -> list[str]:
    return [f"j{at}" for at in range(jurors)]


def test_p_is_that_of_all_arrangements():
    marks = panel(5, 10)
    own = np.zeros(marks.shape, dtype=bool)
    own[2, [1, 4, 7]] = True
    marks[own] += 3
    residual, spread = colleague_residuals(marks, own)
    values = residual[2] / spread[2]
    sums = np.array([values[list(chosen)].sum() for chosen in combinations(range(10), 3)])
    observed = values[[1, 4, 7]].sum()
    expected = 2 * min((sums >= observed - 1e-9).sum(), (sums <= observed + 1e-9).sum()) / len(sums)
    found = compare_own_candidates(marks, own, names(5)).jurors.set_index("juror").loc["j2"]
    assert found["p"] == pytest.approx(expected)
    assert found["p_holm"] == pytest.approx(expected)  # nobody else has own candidates
    assert (found["own"], found["others"]) == (3, 7)


def test_a_difference_without_error_is_found_whatever_the_severities():
    jurors, n = 6, 12
    marks = np.arange(n) + 10.0 * np.arange(jurors)[:, np.newaxis]
    own = np.zeros((jurors, n), dtype=bool)
    own[0, :4] = own[1, 2:6] = own[3, 0] = True
    marks = marks + 2.5 * own
    marks[4, 3] = np.nan
    found = compare_own_candidates(marks, own, names(jurors))
    tested = found.jurors[found.jurors["own"] > 0]
    np.testing.assert_allclose(tested["difference"], 2.5)
    assert found.together.value == pytest.approx(2.5)
    assert found.together.pairs == 9


def test_all_jurors_together_are_a_regression():
    formula = pytest.importorskip("statsmodels.formula.api")
    import pandas as pd

    marks = panel(7, 15, seed=3)
    rng = np.random.default_rng(4)
    own = rng.random(marks.shape) < 0.15
    marks[rng.random(marks.shape) < 0.1] = np.nan
    found = compare_own_candidates(marks, own, names(7)).together
    juror, candidate = np.nonzero(~np.isnan(marks))
    table = pd.DataFrame({"juror": juror, "candidate": candidate})
    table = table.assign(mark=marks[juror, candidate], own=own[juror, candidate].astype(float))
    fit = formula.ols("mark ~ C(juror) + C(candidate) + own", table).fit()
    assert found.value == pytest.approx(fit.params["own"])
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int().loc["own"]))
    assert found.p == pytest.approx(fit.pvalues["own"], abs=0.05)


def test_colleagues_are_those_whose_own_the_candidate_is_not():
    marks = np.array([[9.0, 1, 2, 3], [9.0, 1, 2, 3], [5.0, 1, 2, 3], [5.0, 1, 2, 3]])
    own = np.zeros(marks.shape, dtype=bool)
    own[:2, 0] = True  # each is four points above the two colleagues, not two above all others
    residual, _ = colleague_residuals(marks, own)
    np.testing.assert_allclose(residual[:, 0], [4, 4, 0, 0], atol=1e-12)


def test_who_has_no_own_or_only_own_candidates_is_not_tested():
    marks = panel(4, 8)
    own = np.zeros(marks.shape, dtype=bool)
    own[1] = True
    own[2, 0] = True
    found = compare_own_candidates(marks, own, names(4))
    table = found.jurors.set_index("juror")
    assert table["p"].notna().tolist() == [False, False, True, False]
    assert np.isnan(table.loc["j2", "detectable"])  # of 8 candidates, p is 2 / 8 or more
    assert found.tested == 1


def test_recused_candidates_do_not_count():
    marks = panel(5, 9, seed=2)
    own = np.zeros(marks.shape, dtype=bool)
    own[0, :3] = True
    marks[0, :2] = np.nan
    assert compare_own_candidates(marks, own, names(5)).jurors["own"].tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("jurors", [1, 2])
def test_few_jurors_are_no_error(jurors):
    marks = panel(jurors, 9)
    own = np.zeros(marks.shape, dtype=bool)
    own[0, :3] = True
    found = compare_own_candidates(marks, own, names(jurors))
    assert found.tested == (jurors > 1)
    assert np.isnan(found.together.value) == (jurors == 1)


def test_equal_marks_differ_from_nobody():
    own = np.zeros((4, 9), dtype=bool)
    own[0, :3] = True
    found = compare_own_candidates(np.full((4, 9), 20.0), own, names(4))
    assert found.tested == 0
    assert found.together.value == pytest.approx(0)


def test_more_own_candidates_show_smaller_differences():
    marks = panel(5, 40, seed=7)
    detectable = []
    for count in (3, 6, 12):
        own = np.zeros(marks.shape, dtype=bool)
        own[0, :count] = True
        detectable.append(compare_own_candidates(marks, own, names(5)).jurors["detectable"][0])
    assert np.isfinite(detectable).all()
    assert detectable == sorted(detectable, reverse=True)
