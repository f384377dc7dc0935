"""What a report shows of the tournament: players, comparisons, circles, rounds, methods, upsets."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from icpc.competition.rounds import MOST_ROUNDS
from icpc.study.by_round import rounds_predicted
from icpc.study.study import Study, result_labels
from ranking.consistency.head_to_head import upsets
from ranking.consistency.transitivity import long_cycles, widest_triads
from ranking.evaluation.agreement import method_agreement, method_ranks

MOST_UPSETS = 24
MOST_MOVED = 10
PEOPLE = ["name", "country", "recording", "seconds"]  # columns of the roster


def players(study: Study, groups: pd.Series, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the RANKING table with who the candidates are, what they reached, and their kind."""
    table = study.ranking.join(study.results[PEOPLE], on="candidate")
    candidate = table["candidate"]
    number = {kind: at for at, kind in enumerate(kinds)}
    return table.assign(
        reached=candidate.map(result_labels(study)),
        passed=candidate.map(study.passed),
        kind=candidate.map(groups).map(number).fillna(-1).astype(int),
    )


def tallied(study: Study, place: Mapping[str, int]) -> dict[str, Any]:
    """Return games and wins of whoever was heard first, and votes if there are any.

    Arrays go row by row in the order of the ranking; a win counts 2, a tie 1.
    """
    tally = study.tally
    at = tally.candidates.get_indexer(list(place))
    tables = {
        "comparisons": tally.comparisons[np.ix_(at, at)],
        "wins": 2 * tally.first_wins[np.ix_(at, at)],
    }
    if study.comparisons.votes is not None:
        tables |= _votes(study.comparisons.votes, place)
    return {name: _packed(table) for name, table in tables.items()}


def consistency(study: Study, place: Mapping[str, int]) -> dict[str, Any]:
    """Return the longest circles, and the circular triads that span most ranks."""
    rank = study.ranking.set_index("candidate")["rank"]
    triads = widest_triads(study.tally, rank)
    return {
        "cycles": [
            {"players": [place[one] for one in cycle.candidates], "members": cycle.members}
            for cycle in long_cycles(study.tally, rank)
        ],
        "triads": [
            [place[row.best], place[row.middle], place[row.worst]] for row in triads.itertuples()
        ],
    }


def rounds(study: Study) -> dict[str, Any] | None:
    """Return rounds predicted against passed into, the furthest first; None if results are none."""
    score = study.results["score"].dropna()
    if not 2 <= score.nunique() <= MOST_ROUNDS:
        return None
    table = rounds_predicted(study).iloc[::-1, ::-1]
    return {"names": list(table.index), "counts": table.to_numpy().tolist()}


def methods(study: Study, place: Mapping[str, int]) -> dict[str, Any]:
    """Return how ways of ranking agree, and whom they rank most differently."""
    ranks = method_ranks(study.tally)
    spread = (ranks.max(axis=1) - ranks.min(axis=1)).sort_values(ascending=False, kind="stable")
    moved = spread[spread > 0].head(MOST_MOVED).index
    return {
        "names": list(ranks),
        "taus": method_agreement(ranks).to_numpy().tolist(),
        "moved": [(place[one], ranks.loc[one].tolist()) for one in moved],
    }


def upset_list(study: Study, place: Mapping[str, int]) -> dict[str, Any]:
    """Return how many upsets there are, and the widest and clearest."""
    table = upsets(study.tally, study.results["score"].to_numpy(dtype=float))
    shown = table.head(MOST_UPSETS)
    rows = [
        {
            "winner": place[row.winner],
            "loser": place[row.loser],
            "won": row.won,
            "comparisons": row.comparisons,
            "gap": row.gap,
        }
        for row in shown.itertuples()
    ]
    return {"all": len(table), "shown": rows}


def _votes(votes: pd.DataFrame, place: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Votes for whoever was heard first, and votes cast, of each ordered pair."""
    n = len(place)
    first, second = (votes[side].map(place).to_numpy() for side in ("first", "second"))
    cast, won = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(cast, (first, second), 1)
    np.add.at(won, (first, second), votes["p_first"].to_numpy() > 0.5)
    return {"votesFirst": won, "votes": cast}


def _packed(table: np.ndarray) -> dict[str, str]:
    """Whole numbers as little-endian bytes in base64, as narrow as they fit."""
    bits = next(bits for bits in (8, 16, 32) if table.max() < 2**bits)
    values = table.astype(f"<u{bits // 8}")
    return {"type": f"Uint{bits}Array", "base64": b64encode(values.tobytes()).decode("ascii")}
