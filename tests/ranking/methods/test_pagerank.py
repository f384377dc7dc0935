"""PageRank by networkx, and its weights."""

import networkx as nx
import numpy as np
import pytest
from tournaments import random_wins

from ranking.comparisons.tally import WinMatrix
from ranking.methods.pagerank import pagerank_strengths


@pytest.mark.parametrize("seed", range(5))
def test_pagerank_is_that_of_networkx(seed):
    wins = random_wins(12, seed, comparisons=2)
    wins[:, 3] = 0  # someone who never lost
    graph = nx.from_numpy_array(wins.T, create_using=nx.DiGraph)
    theirs = nx.pagerank(graph, tol=1e-13)
    assert pagerank_strengths(WinMatrix(wins)) == pytest.approx(
        [theirs[i] for i in range(12)], abs=1e-10
    )


def test_pagerank_counts_a_candidate_of_weight_two_as_two():
    """Splitting a candidate into two equal halves leaves everyone's probability."""
    wins = random_wins(8, 0)
    weights = np.ones(8)
    weights[5] = 2
    twice = np.vstack([np.hstack([wins, wins[:, [5]]]), np.append(wins[5], 0)])
    twice[5, 8] = twice[8, 5] = 0
    single = pagerank_strengths(WinMatrix(wins), weights)
    doubled = pagerank_strengths(WinMatrix(twice))
    assert single == pytest.approx(doubled[:8], abs=1e-9)
