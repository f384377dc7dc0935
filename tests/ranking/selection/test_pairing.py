"""Rounds of pairs: matchings, of which the best is found, and which join all candidates."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ranking.selection.pairing import (
    join_components,
    match_by_information,
    pair_code,
    pair_neighbours,
)


def matchings(candidates: tuple[int, ...]):
    """Every way to pair all of an even number of candidates."""
    if not candidates:
        yield []
        return
    one, *others = candidates
    for other in others:
        left = tuple(each for each in others if each != other)
        yield from ([(one, other), *pairs] for pairs in matchings(left))


def information(pairs, strength: np.ndarray) -> float:
    p = expit([strength[one] - strength[other] for one, other in pairs])
    return float(np.sum(p * (1 - p)))


@pytest.mark.parametrize("seed", range(5))
def test_no_matching_tells_more(seed):
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, 2, 8)
    barred = {pair_code(0, 1, 8), pair_code(2, 5, 8), pair_code(3, 4, 8), pair_code(6, 7, 8)}
    order = np.argsort(-strength).tolist()
    allowed = [
        pairs
        for pairs in matchings(tuple(range(8)))
        if not {pair_code(*pair, 8) for pair in pairs} & barred
    ]
    best = max(information(pairs, strength) for pairs in allowed)
    found = match_by_information(order, strength, barred, 8)
    assert len(found) == 4
    assert information(found, strength) == pytest.approx(best, abs=1e-5)


def test_neighbours_are_paired_down_the_list():
    assert pair_neighbours([3, 1, 0, 2], set(), 4) == [(3, 1), (0, 2)]
    assert pair_neighbours([3, 1, 0, 2], {pair_code(1, 3, 4)}, 4) == [(3, 0), (1, 2)]


def test_two_who_are_left_over_split_a_pair_above():
    barred = {pair_code(0, 2, 4), pair_code(0, 3, 4), pair_code(2, 3, 4)}
    assert pair_neighbours([0, 1, 2, 3], barred, 4) == [(0, 1)]  # 2 and 3 cannot both be paired
    barred = {pair_code(2, 3, 4)}
    pairs = pair_neighbours([0, 1, 2, 3], barred, 4)
    assert sorted(sorted(pair) for pair in pairs) in ([[0, 2], [1, 3]], [[0, 3], [1, 2]])


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=8), seed=st.integers(0, 99))
def test_components_are_joined_by_a_matching(sizes, seed):
    components = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    pairs, free = join_components(components, np.random.default_rng(seed))
    used = list(itertools.chain(*pairs))
    assert sorted([*used, *free]) == list(range(sum(sizes)))
    label = {one: at for at, component in enumerate(components) for one in component.tolist()}
    for one, other in pairs:
        assert label[one] != label[other]
        old, new = label[one], label[other]
        label = {each: new if own == old else own for each, own in label.items()}
    if sizes.count(1) <= 1:
        assert len(set(label.values())) == 1
    elif set(sizes) == {1}:
        assert len(pairs) == len(sizes) // 2
