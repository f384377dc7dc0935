"""Every outcome has its words, and they are read from p and intervals in one way."""

import pytest

from icpc.findings import wording
from icpc.findings.finding import Outcome, outcome_of_interval, outcome_of_p
from icpc.findings.wording import ASSOCIATION, Words
from ranking.evaluation.resampling import Estimate

NAN = float("nan")


@pytest.mark.parametrize(
    ("effect", "p", "outcome"),
    [
        (0.1, 0.049, Outcome.SIGNIFICANT),
        (-0.1, 0.049, Outcome.OPPOSITE),
        (0.1, 0.05, Outcome.NOT_SIGNIFICANT),
        (-0.1, 0.8, Outcome.NOT_SIGNIFICANT),
        (0.1, NAN, Outcome.NOT_SIGNIFICANT),
    ],
)
def test_a_p_of_five_percent_is_none(effect, p, outcome):
    assert outcome_of_p(effect, p) is outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.51, 0.6, Outcome.SIGNIFICANT),
        (0.5, 0.6, Outcome.NOT_SIGNIFICANT),
        (0.4, 0.5, Outcome.NOT_SIGNIFICANT),
        (0.4, 0.49, Outcome.OPPOSITE),
    ],
)
def test_an_interval_tells_where_it_leaves_no_effect_out(low, high, outcome):
    assert outcome_of_interval(Estimate((low + high) / 2, low, high), 0.5) is outcome


def test_each_outcome_has_its_words_and_what_does_not_apply_has_none():
    words = [ASSOCIATION.of(outcome) for outcome in Outcome]
    assert words == [
        ASSOCIATION.significant,
        ASSOCIATION.not_significant,
        ASSOCIATION.opposite,
        "",
    ]
    for words in vars(wording).values():
        if isinstance(words, Words):
            assert words.not_significant not in (words.significant, words.opposite)
