"""Pseudonyms: a ranking that can be shown without saying who played and who judged.

Conventions
-----------
Numbers are drawn: ``candidate-07`` is Candidate 07, jurors are Juror 1 to J. What else may say who
somebody is gets left out: countries, recordings with their hashes, order of playing, prizes, what
was understood of the files and remarks on them, names of files, and the order of their rows. The
title that a competition was given, results and comparisons stay: who has the real result may guess.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.roster import roster_of
from icpc.study.comparisons import Comparisons
from ranking.errors import RunError
from ranking.evaluation.permuted_outcomes import PermutedOutcomes
from ranking.files.atomic import is_inside, write_text
from ranking.files.table_writer import to_csv
from ranking.tables import TIE

KEY = ("kind", "id", "name", "pseudonym")
"""Columns of a key: candidate or juror, their id and name, and what stands in their place."""
PEOPLE = {"juror": "Juror", "rater": "Rater"}
"""Columns of comparisons and marks that name people, and what a pseudonym begins with."""
CLUSTERS = {"session": "session", "match": "match"}
KEPT_PROVENANCE = ("ranker", "encoder", "pairing", "device", "computation", "marks")
UNTITLED = "Competition"
REMARK = "Names are pseudonyms. Remarks on the files are left out, since they may name people."


def with_pseudonyms(
    competition: Competition, comparisons: Comparisons, seed: int
) -> tuple[Competition, Comparisons, pd.DataFrame]:
    """Return both with pseudonyms in the place of ids and names, and the key of :data:`KEY`.

    Parameters
    ----------
    competition
        Its roster has everybody who was compared.
    comparisons
        What is ranked.
    seed
        Seed of the draw: equal people get equal pseudonyms.
    """
    roster = competition.roster.reset_index(drop=True)
    ids = _numbered(roster["candidate"], "candidate-", seed)
    names = {new: f"Candidate {new.removeprefix('candidate-')}" for new in ids.values()}
    known = roster[["reached", "score", "exempt"]].assign(candidate=roster["candidate"].map(ids))
    known = known.sort_values("candidate").reset_index(drop=True)
    renamed = roster_of(known["candidate"].tolist()).assign(
        **known, name=known["candidate"].map(names)
    )
    people = {
        column: _numbered(_values(comparisons, column), f"{word} ", seed)
        for column, word in (PEOPLE | CLUSTERS).items()
    }
    if competition.title == competition.name:  # usually that of a file
        competition = replace(competition, name=UNTITLED.lower(), title=UNTITLED)
    shown = replace(
        competition,
        roster=renamed,
        roster_path=Path(),  # no file has it
        comparisons=None,
        comparisons_remark="",
        who_compared="",
        panel=None,
        panel_remark="",
        published_curve=None,
        understood=(),
    )
    key = [
        ("candidate", own.candidate, own.name, names[ids[own.candidate]])
        for own in roster.itertuples()
    ]
    key += [(kind, one, one, new) for kind in PEOPLE for one, new in people[kind].items()]
    return shown, _renamed(comparisons, ids, people), pd.DataFrame(key, columns=list(KEY))


def check_key_is_apart(
    key: Path, out: Path | None, run: Path | None, recordings: Path | None = None
) -> None:
    """Refuse to write pseudonyms where names are, or their key where the page will be.

    Parameters
    ----------
    key
        The file that says whose the pseudonyms are.
    out
        The folder of the page.
    run
        Folder of the run that is ranked, if one is.
    recordings
        Folder of recordings for the page to play, if any: their sound tells who plays.

    Raises
    ------
    RunError
        If no folder is named, or one within the run, if the file is in it, or if there are
        recordings.
    """
    if recordings is not None:
        raise RunError(
            str(recordings),
            "names of recordings, and their sound, tell who plays",
            "write a page with pseudonyms without recordings",
        )
    if out is None or (run is not None and is_inside(out, run)):
        raise RunError(
            str(out or run or "runs"),
            "pseudonyms would lie beside the names",
            "name a folder of their own",
            key="out-folder",
        )
    if is_inside(key, out):
        raise RunError(
            str(key), f"whoever gets {out} would get the names too", "write it to another folder"
        )


def write_key(key: pd.DataFrame, path: Path) -> None:
    """Write a key.

    Raises
    ------
    RunError
        If another file is there; it stays.
    """
    text = to_csv(key)
    if path.exists() and (not path.is_file() or path.read_bytes() != text.encode()):
        raise RunError(str(path), "another file is there", "name another file, or remove it")
    write_text(text, path)


def _values(comparisons: Comparisons, column: str) -> pd.Series:
    tables = (comparisons.table, comparisons.marks)
    found = [table[column] for table in tables if table is not None and column in table]
    return pd.concat(found) if found else pd.Series(dtype=str)


def _numbered(values: pd.Series, prefix: str, seed: int) -> dict[str, str]:
    """A number for each value, drawn at random, as many digits for all."""
    known = np.sort(values.dropna().unique())
    numbers = np.random.default_rng([seed, len(prefix)]).permutation(len(known)) + 1
    digits = len(str(len(known)))
    return {one: f"{prefix}{number:0{digits}}" for one, number in zip(known, numbers, strict=True)}


def _renamed(
    comparisons: Comparisons, ids: Mapping[str, str], people: Mapping[str, Mapping[str, str]]
) -> Comparisons:
    """Comparisons, votes and marks with other names, their rows in the order of these."""
    columns = {"first": ids, "second": ids, "candidate": ids, "winner": {**ids, TIE: TIE}, **people}

    def table(own: pd.DataFrame) -> pd.DataFrame:
        new = own.assign(**{name: own[name].map(to) for name, to in columns.items() if name in own})
        return new.sort_values(list(new)).reset_index(drop=True)

    fit = comparisons.provenance.get("fit")
    kept = {
        name: value for name, value in comparisons.provenance.items() if name in KEPT_PROVENANCE
    }
    if fit is not None:
        kept["fit"] = {**fit, "fold": {ids[one]: fold for one, fold in fit["fold"].items()}}
    permuted = comparisons.permuted
    return replace(
        comparisons,
        table=table(comparisons.table),
        votes=None if comparisons.votes is None else table(comparisons.votes),
        marks=None if comparisons.marks is None else table(comparisons.marks),
        permuted=None if permuted is None else _reordered(permuted, ids),
        provenance=kept,
        remark=REMARK,
        path=None,
        understood=(),
        run_sha256="",
    )


def _reordered(permuted: PermutedOutcomes, ids: Mapping[str, str]) -> PermutedOutcomes:
    new = permuted.candidates.map(ids)
    order = np.argsort(new)
    return PermutedOutcomes(new[order], permuted.outcomes[:, order][:, :, order])
