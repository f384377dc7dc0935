r"""Write manifests for ``judge train expertise`` from labelled performances.

    python notebooks/recipes/manifests.py rounds --facts roster.csv --edition 2014 --out FOLDER
    python notebooks/recipes/manifests.py pairs --facts passages.csv --out FOLDER
    python notebooks/recipes/manifests.py beginners --facts recordings.csv --others roster.csv \
        --out FOLDER

Conventions
-----------
*rounds*: ``without-EDITION.csv``, candidates of the other editions by the rounds they passed, each
edition an event, a fifth of it in val; and ``EDITION.csv``, the roster of the edition left out.
*pairs*: four manifests of which of two renditions of one passage was found more convincing, split
as in ``perceived.py``. *beginners*: ``beginners.csv``, amateurs in easy pieces as level 0, those
who went out in the first round of a competition as 1, all others of it as 2; a player is a group.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from perceived import MIN_GAP, pairs_of, quarters

from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv

VAL_EVERY = 5


def read_candidates(roster: Path) -> pd.DataFrame:
    """Return ``candidate``, ``edition``, ``score`` and more, in order of candidate."""
    facts = pd.read_csv(roster).rename(columns={"candidate_id": "candidate"})
    return facts.sort_values("candidate", ignore_index=True)


def without(candidates: pd.DataFrame, edition: int, seed: int = 0) -> pd.DataFrame:
    """Return the manifest of the other editions; of each, every fifth by result is val."""
    rng = np.random.default_rng(seed)
    own = candidates[candidates["edition"] != edition]
    own = own.iloc[np.lexsort((rng.permutation(len(own)), own["score"], own["edition"]))]
    val = (np.arange(len(own)) + rng.integers(VAL_EVERY)) % VAL_EVERY == 0
    return pd.DataFrame(
        {
            "recording": own["candidate"],
            "level": own["score"],
            "split": np.where(val, "val", "train"),
            "event": own["edition"].astype(str),
        }
    )


def roster_of(candidates: pd.DataFrame, edition: int) -> pd.DataFrame:
    """Return the roster of an edition for ``judge rank``."""
    own = candidates[candidates["edition"] == edition]
    names = own["candidate"]
    return pd.DataFrame(
        {
            "candidate": names,
            "name": names,
            "country": "",
            "reached": own["reached"],
            "score": own["score"],
            "recording": names + ".flac",
        }
    )


def convincing(passages: pd.DataFrame) -> list[pd.DataFrame]:
    """Return a manifest of pairs for each quarter."""
    pairs = pairs_of(passages, MIN_GAP)
    pairs = pairs[~pairs["deadpan"]]
    winner = pairs["first"].where(pairs["gap"] > 0, pairs["second"])
    table = pairs[["first", "second"]].assign(winner=winner)
    return [table.assign(split=split)[split != ""] for split in quarters(pairs)]


def beginners(amateurs: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest of amateurs and candidates."""
    names = amateurs["midi"].str.removesuffix(".mid")
    players = "amateur " + amateurs["player"].astype(str)
    low = pd.DataFrame({"recording": names, "level": 0, "group": players})
    further = np.where(candidates["score"] > 0, 2, 1)
    high = {
        "recording": candidates["candidate"],
        "level": further,
        "group": candidates["candidate"],
    }
    return pd.concat([low, pd.DataFrame(high)])


def main() -> None:
    """Write the manifests that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rounds", "pairs", "beginners"))
    parser.add_argument("--facts", type=Path, required=True, help="the table of the set")
    parser.add_argument("--others", type=Path, help="the roster of those who are no beginners")
    parser.add_argument("--edition", type=int, help="the edition to leave out")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    given = parser.parse_args()
    tables: dict[str, pd.DataFrame] = {}
    if given.what == "rounds":
        candidates = read_candidates(given.facts)
        tables[f"without-{given.edition}"] = without(candidates, given.edition)
        tables[f"{given.edition}"] = roster_of(candidates, given.edition)
    elif given.what == "pairs":
        passages = pd.read_csv(given.facts, dtype={"player": str})
        for number, table in enumerate(convincing(passages), start=1):
            tables[f"convincing-{number}"] = table
    else:
        others = read_candidates(given.others)
        tables["beginners"] = beginners(pd.read_csv(given.facts), others)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_text(to_csv(table), given.out / f"{name}.csv")


if __name__ == "__main__":
    main()
