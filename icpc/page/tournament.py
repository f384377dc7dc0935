"""The tournament on the page: candidates, comparisons, cycles, rounds, methods, upsets."""

from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from icpc.competition.rounds import MAX_ROUNDS
from icpc.study.by_round import predicted_by_actual_round_counts
from icpc.study.kept import KeptResults
from icpc.study.study import Study, result_labels
from ranking.consistency.transitivity import find_long_cycle_per_component, widest_circular_triads
from ranking.consistency.upsets import MOST_EACH, find_upsets, upset_columns, widest_upsets
from ranking.evaluation.agreement import method_tau_b_matrix, ranks_by_method
from ranking.files.records import check_values
from ranking.uncertainty.probabilities import probabilities_among

MAX_MOVED = 10
CONSISTENCY = {"cycles": list[Mapping[str, Any]], "triads": list[tuple[int, int, int]]}
CYCLE = {"candidates": list[int], "members": int}
METHODS = {
    "names": list[str],
    "taus": list[list[float | None]],
    "moved": list[tuple[int, list[float]]],
}
"""Types of what is kept with a run."""
ROSTER_COLUMNS = ["name", "country", "recording", "seconds"]


def ranking_table_with_roster(
    study: Study, tier_by_candidate: pd.Series, tiers: tuple[str, ...]
) -> pd.DataFrame:
    """Return the RANKING table with what the roster says of each candidate, and the kind.

    Where they are known, it has the probabilities of being first, and among as many as passed.

    Parameters
    ----------
    study
        Study of the page.
    tier_by_candidate
        Tier of each candidate by id, one of ``tiers`` or empty if unknown.
    tiers
        Tiers from the lowest to the highest.
    """
    table = study.ranking.join(study.results[ROSTER_COLUMNS], on="candidate")
    candidate = table["candidate"]
    number = {kind: at for at, kind in enumerate(tiers)}
    passed = study.passed_by_id
    chosen = {"p_passed": passed} if passed else {}
    probable = probabilities_among(study.intervals, chosen).reindex(candidate)
    return table.assign(
        p_first=probable["p_first_place"].to_numpy(dtype=float),
        p_passed=probable["p_passed"].to_numpy(dtype=float) if passed else np.nan,
        reached=candidate.map(result_labels(study)),
        passed=candidate.map(study.passed),
        kind=candidate.map(tier_by_candidate).map(number).fillna(-1).astype(int),
    )


def unranked_page_data(study: Study, tiers: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return who is on the roster and not on the page, with what they reached and the reason.

    Parameters
    ----------
    study
        Study of which the page shows the largest component.
    tiers
        Tiers from the lowest to the highest.
    """
    number = {kind: at for at, kind in enumerate(tiers)}
    roster = study.competition.roster
    others = roster[~roster["candidate"].isin(study.largest.tally.candidates)]
    return [
        {
            "name": own.name,
            "country": own.country,
            "reached": own.reached,
            "kind": number.get(own.reached, -1),
            "why": _why_unranked(study, own),
        }
        for own in others.sort_values("name").itertuples(index=False)
    ]


def _why_unranked(study: Study, own: Any) -> str:
    if own.exempt:
        return "passed without playing"
    if own.candidate in study.tally.candidates:
        return "no comparisons join them to the others"
    return "was not compared"


def tally_page_data(study: Study, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return comparisons, wins of the first and, if there are any, votes of each ordered pair.

    Arrays are in row-major order, candidates in that of the ranking; a win counts 2, a tie 1.
    """
    tally = study.tally
    at = tally.candidates.get_indexer(list(rank_index))
    tables = {
        "comparisons": tally.comparisons[np.ix_(at, at)],
        "wins": 2 * tally.first_wins[np.ix_(at, at)],
    }
    if study.comparisons.votes is not None:
        tables |= _votes(study.comparisons.votes, rank_index)
    return {name: _pack(table) for name, table in tables.items()}


def kept_tournament_page_data(kept: KeptResults, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return :func:`cycles_page_data` and :func:`method_agreement_page_data`, kept with the run."""
    study = kept.study.largest

    def compute() -> dict[str, Any]:
        return {
            "consistency": cycles_page_data(study, rank_index),
            "methods": method_agreement_page_data(study, rank_index),
        }

    return kept.get("tournament", compute, dict, partial(_checked, len(rank_index)))


def _checked(n: int, values: Any) -> dict[str, Any]:
    """The values, where they are those of a tournament of n: a run may come from somebody else."""
    own = check_values(values, dict.fromkeys(("consistency", "methods"), Mapping[str, Any]))
    consistency = check_values(own["consistency"], CONSISTENCY)
    cycles = [check_values(one, CYCLE) for one in consistency["cycles"]]
    methods = check_values(own["methods"], METHODS)
    places = [*(at for one in cycles for at in one["candidates"])]
    places += [at for triad in consistency["triads"] for at in triad]
    places += [at for at, _ in methods["moved"]]
    if not all(0 <= at < n for at in places):
        raise ValueError("no such candidate")
    taus = [[np.nan if tau is None else tau for tau in row] for row in methods["taus"]]
    return {
        "consistency": {**consistency, "cycles": cycles},
        "methods": {**methods, "taus": taus},
    }


def cycles_page_data(study: Study, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return the longest cycles, and the circular triads that span most ranks."""
    rank = study.ranking.set_index("candidate")["rank"]
    triads = widest_circular_triads(study.tally, rank)
    return {
        "cycles": [
            {
                "candidates": [rank_index[one] for one in cycle.candidates],
                "members": cycle.component_size,
            }
            for cycle in find_long_cycle_per_component(study.tally, rank)
        ],
        "triads": [
            [rank_index[row.best], rank_index[row.middle], rank_index[row.worst]]
            for row in triads.itertuples()
        ],
    }


def round_confusion_page_data(study: Study) -> dict[str, Any] | None:
    """Return rounds predicted and passed into, the furthest first; None if there are no rounds."""
    score = study.results["score"].dropna()
    if not 2 <= score.nunique() <= MAX_ROUNDS:
        return None
    table = predicted_by_actual_round_counts(study).iloc[::-1, ::-1]
    return {"names": list(table.index), "counts": table.to_numpy().tolist()}


def method_agreement_page_data(study: Study, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return how ranking methods agree, and whom they rank most differently."""
    ranks = ranks_by_method(study.tally)
    spread = (ranks.max(axis=1) - ranks.min(axis=1)).sort_values(ascending=False, kind="stable")
    moved = spread[spread > 0].head(MAX_MOVED).index
    return {
        "names": list(ranks),
        "taus": method_tau_b_matrix(ranks).to_numpy().tolist(),
        "moved": [(rank_index[one], ranks.loc[one].tolist()) for one in moved],
    }


def upsets_page_data(study: Study, rank_index: Mapping[str, int]) -> dict[str, Any]:
    """Return the number of upsets; the widest; and their winners and losers from the top."""
    score = study.results["score"]
    table = find_upsets(study.tally, score.to_numpy(dtype=float))
    shown = widest_upsets(table)
    columns = upset_columns(shown, score, study.ranking.set_index("candidate")["rank"])
    rows = [
        {
            "winner": rank_index[row.winner],
            "loser": rank_index[row.loser],
            "won": row.won,
            "comparisons": row.comparisons,
            "gap": row.gap,
        }
        for row in shown.itertuples()
    ]
    ordered = [[rank_index[one] for one in column] for column in columns]
    return {"all": len(table), "most_each": MOST_EACH, "shown": rows, "columns": ordered}


def _votes(votes: pd.DataFrame, rank_index: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Votes for the first, and votes cast, of each ordered pair."""
    n = len(rank_index)
    first, second = (votes[column].map(rank_index).to_numpy() for column in ("first", "second"))
    cast, won = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(cast, (first, second), 1)
    np.add.at(won, (first, second), votes["p_first"].to_numpy() > 0.5)
    return {"votesFirst": won, "votes": cast}


def _pack(table: np.ndarray) -> dict[str, str]:
    """Integers as little-endian bytes in base64, of the narrowest type that holds them."""
    bits = next(bits for bits in (8, 16, 32) if table.max() < 2**bits)
    values = table.astype(f"<u{bits // 8}")
    return {"type": f"Uint{bits}Array", "base64": b64encode(values.tobytes()).decode("ascii")}
