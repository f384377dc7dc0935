"""Cycles are cycles, and as long as they can be."""

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons.tally import Tally
from ranking.consistency.transitivity import find_long_cycle_per_component, widest_circular_triads


def tournament(n, seed, decided=1.0, strength=0.0):
    """One comparison of every two, a share of them tied; the later ids the weaker."""
    rng = np.random.default_rng(seed)
    upper = np.triu(np.ones((n, n)), 1)
    gap = np.arange(n)[np.newaxis, :] - np.arange(n)[:, np.newaxis]
    won = np.where(rng.random((n, n)) < 1 / (1 + np.exp(-strength * gap)), 1.0, 0.0)
    won = np.where(rng.random((n, n)) < decided, won, 0.5) * upper
    return Tally(pd.Index([f"c{i:02}" for i in range(n)]), upper, won)


def by_id(tally):
    return pd.Series(np.arange(1, len(tally.candidates) + 1), tally.candidates)


def beats(tally):
    lead = tally.wins - tally.wins.T
    return lambda one, other: (
        lead[tally.candidates.get_indexer([one, other])[0], :][tally.candidates.get_loc(other)] > 0
    )


@settings(max_examples=60)
@given(st.integers(3, 25), st.integers(0, 10_000), st.sampled_from([1.0, 0.6]))
def test_every_cycle_is_a_cycle_within_one_component(n, seed, decided):
    tally = tournament(n, seed, decided)
    won = beats(tally)
    graph = nx.DiGraph(tally.wins > tally.wins.T)
    sizes = sorted(len(c) for c in nx.strongly_connected_components(graph) if len(c) > 2)
    found = find_long_cycle_per_component(tally, by_id(tally))
    assert sorted(cycle.component_size for cycle in found) == sizes[-5:]
    for cycle in found:
        ring = cycle.candidates
        assert len(set(ring)) == len(ring) >= 3
        assert all(won(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
        assert ring[0] == min(ring)  # rank follows id here


@settings(max_examples=60)
@given(st.integers(3, 25), st.integers(0, 10_000))
def test_where_all_is_decided_the_cycle_takes_in_the_whole_component(n, seed):
    tally = tournament(n, seed)
    for cycle in find_long_cycle_per_component(tally, by_id(tally)):
        assert len(cycle.candidates) == cycle.component_size  # Camion's theorem


def test_a_transitive_order_has_no_cycles():
    tally = tournament(8, 0, strength=100.0)
    assert find_long_cycle_per_component(tally, by_id(tally)) == []
    assert widest_circular_triads(tally, by_id(tally)).empty


def test_one_upset_makes_one_cycle_of_all():
    tally = tournament(8, 0, strength=100.0)
    tally.first_wins[0, 7] = 0  # the last beat the first
    (cycle,) = find_long_cycle_per_component(tally, by_id(tally))
    assert cycle.component_size == 8
    triads = widest_circular_triads(tally, by_id(tally))
    assert len(triads) == 1
    assert tuple(triads.iloc[0][["best", "worst", "span"]]) == ("c00", "c07", 7)


@settings(max_examples=30)
@given(st.integers(3, 14), st.integers(0, 10_000), st.sampled_from([1.0, 0.7]))
def test_widest_triads_are_circular_and_none_spans_more(n, seed, decided):
    tally = tournament(n, seed, decided)
    won = beats(tally)
    rank = by_id(tally)
    triads = widest_circular_triads(tally, rank)
    for row in triads.itertuples():
        assert won(row.best, row.middle)
        assert won(row.middle, row.worst)
        assert won(row.worst, row.best)
        assert row.span == rank[row.worst] - rank[row.best]
    assert list(triads["span"]) == sorted(triads["span"], reverse=True)
    graph = nx.DiGraph(tally.wins > tally.wins.T)
    spans = [
        rank.iloc[max(ring)] - rank.iloc[min(ring)]
        for ring in nx.simple_cycles(graph, length_bound=3)
        if graph.has_edge(max(ring), min(ring))
    ]
    assert (len(triads) > 0) == (len(spans) > 0)
    if spans:
        assert triads["span"].iloc[0] == max(spans)


def test_the_comparisons_of_2015_have_no_cycle_longer_than_networkx_finds(study2015):
    rank = study2015.ranking.set_index("candidate")["rank"]
    wins = study2015.tally.wins
    longest = max(map(len, nx.simple_cycles(nx.DiGraph(wins > wins.T))))
    assert len(find_long_cycle_per_component(study2015.tally, rank)[0].candidates) == longest
