"""Tables 1 to 4 as the paper lays them out, with what the program itself has beside it.

Conventions
-----------
A row says in ``from`` whose numbers it has: the paper's, or ours. Of encoders and data sets, ours
are what the program's encoders give, and what the lists and rosters that come with it hold. Of
Table 3 they are results (:mod:`icpc.experiments.results`): means over the probes of an encoder, of
which ``probes`` is the number; of a single one its reported metric has an interval. A cell is
missing where a number is not known.
"""

from collections.abc import Iterable, Iterator

import pandas as pd

from icpc.competition.bundled import bundled_collections, bundled_roster
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
FITTED = {"no": "without fitting", "yes": "with fitting"}
RESULTS = {3: ["task", "metric"], 4: ["fitted", "metric"]}


def paper_table(number: int, results: Iterable[Result] = ()) -> pd.DataFrame:
    """Return a table of the paper, and our own rows below the paper's.

    Parameters
    ----------
    number : 1 to 4
    results : our own, for Table 3

    Raises
    ------
    ValueError
        If there is no such table.
    """
    theirs = published_table(number)
    if number in RESULTS:
        table = _results(theirs, RESULTS[number])
        ours = our_results(results) if number == 3 else []
        if not ours:
            return table
        both = pd.concat([table, pd.DataFrame(ours)], ignore_index=True)
        counts = [name for name in both if name.endswith(" probes")]
        return both.astype(dict.fromkeys(counts, "Int64"))
    ours = pd.DataFrame(_our_encoders() if number == 1 else _our_data_sets())
    key = theirs.columns[0]
    both = pd.concat([theirs.assign(**{"from": "paper"}), ours.assign(**{"from": "ours"})])
    order = {name: place for place, name in enumerate(dict.fromkeys(both[key]))}
    both = both.sort_values(key, key=lambda names: names.map(order), kind="stable")
    return _with_source_second(both.reset_index(drop=True))


def _results(theirs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A row for each encoder, a column for each metric, in the paper's order."""
    theirs = theirs.replace({"fitted": FITTED})
    theirs["column"] = theirs[columns].agg(" ".join, axis=1)
    wide = theirs.pivot_table(
        index=["encoder", "fine_tuned"], columns="column", values="percent", sort=False
    )
    wide = wide.reset_index().rename_axis(columns=None).sort_values("fine_tuned", kind="stable")
    return _with_source_second(wide.assign(**{"from": "paper"}))


def our_results(results: Iterable[Result]) -> list[dict[str, object]]:
    """Return a row for each encoder that has results, in percent, by task and metric."""
    rows: dict[tuple[str, bool], dict[str, list[Result]]] = {}
    for one in results:
        own = rows.setdefault((one.encoder, _is_fine_tuned(one)), {})
        own.setdefault(one.task, []).append(one)
    return [
        {"encoder": encoder, "from": "ours", "fine_tuned": fine_tuned}
        | {name: value for task in tasks.values() for name, value in _cells_of(task)}
        for (encoder, fine_tuned), tasks in rows.items()
    ]


def _cells_of(results: list[Result]) -> Iterator[tuple[str, float]]:
    """Cells of one task: mean of each metric, interval of a single probe, number of probes."""
    task = results[0].task
    metrics = pd.DataFrame([one.metrics for one in results], dtype=float).mean()
    for metric, value in metrics.items():
        yield f"{task} {metric}", 100 * value
    if len(results) == 1 and results[0].low is not None and results[0].high is not None:
        yield f"{task} {results[0].reported}_low", 100 * results[0].low
        yield f"{task} {results[0].reported}_high", 100 * results[0].high
    yield f"{task} probes", len(results)


def _is_fine_tuned(result: Result) -> bool:
    """Whether the encoder had other weights than the published."""
    if not result.weights_sha256 or result.encoder not in ENCODERS:
        return False
    weights = spec_of(result.encoder).weights
    known = {weights.sha256, *(one.sha256 for one in weights.alternatives)} if weights else set()
    return "" not in known and result.weights_sha256 not in known


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
