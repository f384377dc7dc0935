"""The skating system: the worked examples of its rules, a real final, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import RankingError
from ranking.methods.method import competition_rank
from ranking.methods.skating import skating_strengths

EXAMPLES = {  # a row of places by couple, in order of the result
    "rule 5": ["11121", "42212", "33354", "24543", "56435", "65666"],
    "rule 6": ["1121421", "6215212", "2433633", "3352154", "4564365", "5646546"],
    "rule 7": ["3161121", "2215313", "1542262", "5424654", "4633546", "6356435"],
    "rule 8": ["3332523", "4443232", "2266414", "1615146", "5551361", "6124655"],
}
"""World DanceSport Federation, "The Skating System": couples 51 to 56, 61 to 66, 71 to 76 and 81 to
86. N. H. Schmidt's "The Skating System" and "Tabulating DanceSport Competition Marks"
(dancepartner.com) have the same."""
NINE = [
    *("9891113", "7286322", "3322969", "2437844", "5114297"),
    *("4553738", "1648651", "6769486", "8975575"),
]
"""By hand: three have four places 3 or better, of sums 6, 9 and 10; of 4 or better one has five,
and one four. So the sixth place is due, and of 5 or better one has five, and one four; of 6 or
better it would be the other way round. The last two have a majority of 6 and of 7 or better."""


def places(rows: list[str]) -> np.ndarray:
    """Places by juror and couple."""
    return np.array([list(map(int, row)) for row in rows]).T


def ranks(places: np.ndarray) -> list[int]:
    return competition_rank(skating_strengths(-places.astype(float))).tolist()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_examples_of_the_rules(rule):
    assert ranks(places(EXAMPLES[rule])) == [1, 2, 3, 4, 5, 6]


def test_the_next_place_is_taken_however_many_were_placed():
    """The note to rule 6: two were placed by "2nd and higher", so "3rd and higher" is next."""
    assert ranks(places(NINE)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_equal_to_the_end_they_share_a_place():
    assert ranks(places(["123", "231", "312"])) == [1, 1, 1]
    assert ranks(places(["11122", "33333", "22211"])) == [1, 3, 2]


def test_by_hand_a_majority_of_first_places_beats_a_better_mean():
    """Three of five put the first candidate first, and two last; the sums are 13 and 12."""
    assert ranks(np.array([[1, 2, 3, 4, 5]] * 3 + [[5, 3, 1, 2, 4]] * 2)) == [1, 2, 3, 4, 5]


@given(st.integers(1, 8), st.sampled_from([1, 3, 5, 7]), st.integers(0, 10_000))
def test_a_majority_for_a_better_place_decides(n, jurors, seed):
    """Rules 5 and 8: whose median place is better is placed better."""
    rng = np.random.default_rng(seed)
    given_places = np.stack([rng.permutation(n) + 1 for _ in range(jurors)])
    own, median = np.array(ranks(given_places)), np.median(given_places, axis=0)
    better = median[:, np.newaxis] < median
    assert (own[:, np.newaxis] < own)[better].all()
    marks = 100 - given_places.astype(float) ** 2  # any marks in the same order
    assert competition_rank(skating_strengths(marks)).tolist() == own.tolist()


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ([[1, 2], [2, 1], [1, np.nan]], "every juror's mark of every candidate, and 1 are missing"),
        ([[1, 2], [2, 2], [3, 3]], "different places, and 2 of 3 jurors gave equal marks"),
        ([[1, 2], [2, 1]], "an odd number of jurors, and there are 2"),
    ],
)
def test_what_it_cannot_place_is_refused(marks, why):
    with pytest.raises(RankingError, match=why):
        skating_strengths(np.array(marks, dtype=float))
