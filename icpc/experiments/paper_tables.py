"""Tables 1 to 4 as the paper lays them out, with what the program itself has beside it.

Conventions
-----------
A row says in ``from`` whose numbers it has: the paper's, or ours. Of encoders and data sets, ours
are what the program's encoders give, and what the lists and rosters that come with it hold. Of
Table 3 they are results (:mod:`icpc.experiments.our_rows`): means over seeds, of which ``seeds`` is
the number, and the interval of the reported metric; of Table 4 rankings of competitions. A cell is
missing where a number is not known.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from icpc.competition.bundled import bundled_collections, bundled_roster
from icpc.experiments.our_rows import FITTED, our_competition_rows, our_rows
from icpc.experiments.published import published_table
from icpc.experiments.results import Result
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.encoders import ENCODERS, spec_of
from ranking.files.table_reader import read_csv

TITLES = {
    1: "Table 1. Encoders: embeddings of a segment of 10 s",
    2: "Table 2. Data sets",
    3: "Table 3. Probes on expertise, difficulty and technique, percent",
    4: "Table 4. Pairs of candidates of the 2015 competition, percent",
}
"""Title of each table."""
RESULTS = {3: ["task", "metric"], 4: ["fitted", "metric"]}


def paper_table(number: int, results: Iterable[Result] = (), folder: Path = Path()) -> pd.DataFrame:
    """Return a table of the paper, and our own rows below the paper's.

    Parameters
    ----------
    number : 1 to 4
    results : our own, for Tables 3 and 4
    folder : the folder of their file; predictions lie beside it

    Raises
    ------
    ValueError
        If there is no such table.
    RunError
        If predictions are not those that were written.
    """
    theirs = published_table(number)
    if number in RESULTS:
        table = _results(theirs, RESULTS[number])
        ours = our_rows(results, folder) if number == 3 else our_competition_rows(results)
        if not ours:
            return table
        both = pd.concat([table, pd.DataFrame(ours)], ignore_index=True)
        counts = [name for name in both if name.endswith(" seeds")]
        return both.astype(dict.fromkeys(counts, "Int64"))
    ours = pd.DataFrame(_our_encoders() if number == 1 else _our_data_sets())
    key = theirs.columns[0]
    both = pd.concat([theirs.assign(**{"from": "paper"}), ours.assign(**{"from": "ours"})])
    order = {name: place for place, name in enumerate(dict.fromkeys(both[key]))}
    both = both.sort_values(key, key=lambda names: names.map(order), kind="stable")
    return _with_source_second(both.reset_index(drop=True))


def table_parts(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the columns of each task, or of each way to fit, as a table of their own.

    A table without such parts is one, without a name.

    Parameters
    ----------
    table
        A table of :func:`paper_table`.
    """
    columns: dict[str, list[str]] = {}
    for name in table:
        columns.setdefault(str(name).rpartition(" ")[0], []).append(str(name))
    shared = columns.pop("")
    if not columns:
        return {"": table}
    return {
        part: table[[*shared, *own]].rename(columns=lambda name: name.rpartition(" ")[2])
        for part, own in columns.items()
    }


def _results(theirs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A row for each encoder, a column for each metric, in the paper's order."""
    theirs = theirs.replace({"fitted": {"no": FITTED[False], "yes": FITTED[True]}})
    theirs["column"] = theirs[columns].agg(" ".join, axis=1)
    wide = theirs.pivot_table(
        index=["encoder", "fine_tuned"], columns="column", values="percent", sort=False
    )
    wide = wide.reset_index().rename_axis(columns=None).sort_values("fine_tuned", kind="stable")
    return _with_source_second(wide.assign(**{"from": "paper"}))


def _with_source_second(table: pd.DataFrame) -> pd.DataFrame:
    first, *others = [column for column in table if column != "from"]
    return table[[first, "from", *others]]


def _our_encoders() -> Iterator[dict[str, object]]:
    for name in ENCODERS:
        spec = spec_of(name)
        yield {
            "encoder": name,
            "frames_per_second": round(spec.frames / SEGMENT_SECONDS, 1),
            "dimension": spec.dimension,
        }


def _our_data_sets() -> Iterator[dict[str, object]]:
    lists = {name.removeprefix("pld-"): path for name, path in bundled_collections().items()}
    for name, path in {**lists, "icpc2015": bundled_roster("icpc2015")}.items():
        rows = read_csv(path, ("recording",)).rows
        rows = rows[rows["recording"] != ""]
        seconds = pd.to_numeric(rows["seconds"]) if "seconds" in rows else pd.Series(dtype=float)
        yield {"data": name, "recordings": len(rows), "mean_seconds": round(seconds.mean(), 1)}
