"""The next pairs to compare of a competition, beside the comparisons so far, as one file.

Conventions
-----------
The file has the comparisons so far, in their order, and below them the next pairs, whose ``winner``
is empty: filled in, it is the file of the next time. ``pairs`` says how each pair was chosen; it is
empty in rows whose file did not say so. Rows whose winner is still empty are not comparisons, and
are left out of it. Candidates are those of the roster, in its order; without one, those who were
compared.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.study.comparisons import AS_IT_IS, FileOptions, load_comparisons
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.settings import Source
from ranking.comparisons.headers import CLUSTERS
from ranking.comparisons.tally import compared_candidates, row_counts
from ranking.errors import CompetitionError, Given, RankingError, RunError
from ranking.files.atomic import write_text
from ranking.files.columns import column_map
from ranking.files.table_writer import to_csv
from ranking.selection.compared_pairs import ComparedPairs, all_pairs_of
from ranking.selection.rules import select_pairs
from ranking.selection.stability import round_agreements
from ranking.tables import TIE

NAMES = ("first", "second", "winner", *CLUSTERS, "pairs", "count", "weight")
"""Columns of comparisons that are kept in the file."""
MAX_ROWS = 10_000_000
"""Most comparisons so far that pairs are chosen by."""


@dataclass(frozen=True)
class NextPairs:
    """The next pairs to compare, and what is known so far."""

    pairs: pd.DataFrame
    """Columns ``first``, ``second`` and ``winner``, which is empty, and ``pairs``; ids."""
    so_far: pd.DataFrame
    """Comparisons so far, in the columns of the file."""
    candidates: int
    """Number of candidates."""
    compared: int
    """Number of pairs that were compared so far."""
    comparisons: int
    """Number of comparisons so far."""
    seed: int
    """Seed of the pairs."""
    agreements: tuple[float, ...] = ()
    """Tau-b of the rankings before and after each of the last rounds; fewer where few were."""
    understood: tuple[str, ...] = field(default=())
    """What was understood of the files, as sentences."""

    @property
    def all_pairs(self) -> int:
        """Number of pairs of all candidates."""
        return all_pairs_of(self.candidates)

    @property
    def table(self) -> pd.DataFrame:
        """The comparisons so far and the next pairs, in one file."""
        table = pd.concat([self.so_far, self.pairs], ignore_index=True).fillna("")
        return table[[name for name in NAMES if name in table]]


def choose_next_pairs(
    source: Source, rule: str = "swiss", number: int | None = None, seed: int = 0
) -> NextPairs:
    """Return the next pairs of a competition to compare.

    Parameters
    ----------
    source
        Roster, and the file of comparisons so far, if any were made.
    rule
        How pairs are chosen: one of :data:`ranking.tables.RULES`.
    number
        Number of pairs; one for every two candidates, if None.
    seed
        Seed of every random draw.

    Raises
    ------
    JudgeError
        If a file cannot be read, there is no such rule, or there are too few candidates.
    """
    if source.roster is None and source.comparisons is None:
        raise CompetitionError(
            Given(pairs=rule), "nobody to pair", "give a roster", key="name-candidates"
        )
    competition = bundled_or_own_competition(source)
    ids, table, understood = _read(competition, source)
    if len(ids) < 2:
        raise RankingError(competition.name, "fewer than two candidates", "give at least two")
    compared = _compared(ids, table)
    chosen = select_pairs(compared, number or len(ids) // 2, rule, seed)
    pairs = pd.DataFrame(
        {"first": ids[chosen[:, 0]], "second": ids[chosen[:, 1]], "winner": ""}, dtype=object
    )
    distinct = np.unique(np.sort(compared.pairs, axis=1), axis=0)
    so_far = table[[name for name in NAMES if name in table]]
    return NextPairs(
        pairs.assign(pairs=rule, **{name: 1 for name in ("count", "weight") if name in so_far}),
        so_far,
        len(ids),
        len(distinct),
        len(compared),
        seed,
        tuple(round_agreements(compared)),
        understood,
    )


def write_pairs(chosen: NextPairs, path: Path) -> None:
    """Write comparisons so far and next pairs as one CSV, which replaces no other.

    Raises
    ------
    RunError
        If there is another file of that name, or it cannot be written.
    """
    text = to_csv(chosen.table)
    if path.exists() and not (path.is_file() and path.read_bytes() == text.encode()):
        raise RunError(
            str(path),
            "it is there already, and results may be filled in",
            "name another file",
            key="other-out",
        )
    write_text(text, path)


def _read(
    competition: Competition, source: Source
) -> tuple[pd.Index, pd.DataFrame, tuple[str, ...]]:
    """Ids of the candidates, the comparisons so far, and what was understood."""
    table = pd.DataFrame(columns=["first", "second", "winner"], dtype=object)
    understood: tuple[str, ...] = ()
    if source.comparisons is not None:
        columns = {} if source.columns is None else column_map(source.columns, NAMES)
        options = AS_IT_IS if not columns else FileOptions(columns=columns)
        read = load_comparisons(competition, source.comparisons, options=options)
        table, understood = read.table, read.understood
    if competition.roster.empty:
        return compared_candidates(table), table, understood
    ids = pd.Index(competition.eligible["candidate"], dtype=object)
    return ids, table, (*competition.understood, *understood)


def _compared(ids: pd.Index, table: pd.DataFrame) -> ComparedPairs:
    """The comparisons so far, candidates by their place."""
    times = row_counts(table).astype(int) if len(table) else np.zeros(0, dtype=int)
    if times.sum() > MAX_ROWS:
        raise RankingError(
            "comparisons",
            f"{times.sum():,} of them; pairs are chosen by {MAX_ROWS:,} at most",
            "rank them: there are enough",
        )
    pairs = np.column_stack([ids.get_indexer(table[place]) for place in ("first", "second")])
    won = (table["winner"] == table["first"]).to_numpy(dtype=float)
    points = np.where((table["winner"] == TIE).to_numpy(dtype=bool), 0.5, won)
    return ComparedPairs(len(ids), np.repeat(pairs, times, axis=0), np.repeat(points, times))
