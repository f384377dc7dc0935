"""Runs: a folder with a ranking, what it was made from, and how.

Conventions
-----------
``run.json`` is the record of a run: every setting, the versions and the SHA-256 of each input and
file. It is written last, so a folder without it holds no finished run. ``roster.csv``,
``comparisons.csv`` and, of votes on windows, ``votes.csv``, of a panel ``marks.csv`` are what the
run was made from; marks are as they were meant: larger is better, several rounds pooled. So is
``permutations.npy`` where results were permuted (:class:`ranking.evaluation.permuted_outcomes.
PermutedOutcomes`, its array of outcomes).
``ranking.csv`` is made without results; so are ``better-probabilities.csv`` and, but for a row of
the number who passed, ``rank-probabilities.csv``, where draws of ranks are behind the intervals.
``findings.json`` and ``intervals.json`` are what was computed of the run since
(:mod:`icpc.study.kept`). A run has no date
and no absolute path in it: equal inputs give identical files; of recordings, given what the
record's provenance names under computation, embeddings and encoder: torch, CPU capability, threads
and precision.
``SHA256SUMS`` has the hash of every file (:mod:`icpc.study.run_folder`). A run is refused if its
record, or a file that it was made from, has changed since; of other files, which are not read, a
warning says so. Runs of version 0.1.0 are read with a warning that this cannot be told.
"""

import json
import warnings
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.roster import read_roster
from icpc.study.comparisons import Comparisons
from icpc.study.run_folder import (
    BETTER_FILE,
    INPUTS,
    KEPT,
    MARKS_FILE,
    PERMUTATIONS_FILE,
    PROBABILITIES_FILE,
    RECORD_FILE,
    finish_replacing,
    load_sums,
    no_run,
    replace_run,
    run_sha256,
)
from icpc.study.run_record import (
    RENAMED,
    RENAMED_WITHIN,
    check_run_record,
    filled,
    record_of_inputs,
)
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.tally import compared_candidates
from ranking.comparisons.votes import read_votes
from ranking.comparisons.written import read_written_comparisons
from ranking.deprecation import with_new_names
from ranking.errors import FileWarning, RunError
from ranking.evaluation.permuted_outcomes import (
    PermutedOutcomes,
    npy_to_outcomes,
    outcomes_to_npy,
)
from ranking.files.atomic import safe_file_name, write_bytes, write_text
from ranking.files.hashing import SUMS_FILE, file_sha256, write_sums
from ranking.files.records import read_record
from ranking.files.table_writer import to_csv
from ranking.panel.options import AS_MEANT
from ranking.panel.reading import read_marks
from ranking.uncertainty.probabilities import better_probabilities, rank_probabilities


def default_run_folder(name: str) -> Path:
    """Return the default folder for the run of a competition; safe as a file name."""
    return Path("runs") / safe_file_name(name, "run")


def save_run(study: Study, folder: Path) -> None:
    """Write a study to a folder; it replaces an earlier run in it, with its report.

    Raises
    ------
    RunError
        If the folder holds other things, or cannot be written; what was there stays.
    """
    with replace_run(folder) as new:
        write_run(study, new)


def write_run(study: Study, folder: Path) -> None:
    """Write the files of a run into an empty folder, the record and the hashes of all last.

    Raises
    ------
    RunError
        If one cannot be written.
    """
    write_text(to_csv(study.competition.roster), folder / "roster.csv")
    write_text(to_csv(study.comparisons.table), folder / "comparisons.csv")
    if study.comparisons.votes is not None:
        write_text(to_csv(study.comparisons.votes), folder / "votes.csv")
    if study.comparisons.marks is not None:
        write_text(to_csv(study.comparisons.marks), folder / MARKS_FILE)
    if study.comparisons.permuted is not None:
        write_bytes(
            outcomes_to_npy(study.comparisons.permuted.outcomes), folder / PERMUTATIONS_FILE
        )
    write_text(to_csv(study.ranking), folder / "ranking.csv")
    if study.intervals.components:
        of_ranks = rank_probabilities(study.intervals, study.passed_by_id)
        write_text(to_csv(of_ranks), folder / PROBABILITIES_FILE)
        write_text(to_csv(better_probabilities(study.intervals)), folder / BETTER_FILE)
    written = [name for name in INPUTS if (folder / name).exists()]
    record = {
        **run_record(study),
        "written": {name: file_sha256(folder / name) for name in written},
    }
    text = json.dumps(record, indent=2, ensure_ascii=False)
    write_text(text + "\n", folder / RECORD_FILE)
    write_sums(folder)


def load_run(folder: Path, **changes: Any) -> Study:
    """Return the study of a run's folder, ranked again from its comparisons.

    Parameters
    ----------
    folder
        Where ``run.json`` is.
    changes
        New values of settings of the run: ``method``, ``seed``, ``resample`` or ``ranges``.

    Raises
    ------
    RunError, TableError, RosterError, ComparisonsError
        As :func:`read_run` does.
    """
    competition, comparisons, settings = read_run(folder)
    return run_study(competition, comparisons, replace(settings, **changes))


def read_run(folder: Path) -> tuple[Competition, Comparisons, Settings]:
    """Return what a run was made from, and how.

    Raises
    ------
    RunError
        If there is no finished run in the folder, or its files have changed since.
    TableError, RosterError, ComparisonsError
        If its files cannot be read.
    """
    finish_replacing(folder)
    sha256 = run_sha256(folder)
    record = load_run_record(folder)
    _check_unchanged(folder, record["written"])
    _warn_of_changes(folder, {RECORD_FILE, *KEPT, *record["written"]})
    rounds = tuple(record["competition"]["rounds"])
    competition = Competition(
        name=record["competition"]["name"],
        title=record["competition"]["title"],
        rounds=rounds,
        round_titles=record["competition"].get("round_titles", {}),
        who_compared=record["competition"].get("who_compared", ""),
        roster=read_roster(folder / "roster.csv", rounds),
        roster_path=folder / "roster.csv",
    )
    ids = pd.Index(competition.eligible["candidate"])
    votes = folder / "votes.csv"
    comparisons = Comparisons(
        table=read_written_comparisons(folder / "comparisons.csv", ids),
        source=record["comparisons"]["source"],
        remark=record["comparisons"]["remark"],
        path=folder / "comparisons.csv",
        passing_score=record["comparisons"]["passing_score"],
        decided_score=record["comparisons"].get("decided_score"),
        votes=read_votes(votes, ids).table if votes.exists() else None,
        marks=read_marks(folder / MARKS_FILE, ids, AS_MEANT).table
        if MARKS_FILE in record["written"]
        else None,
        rounds=tuple(record["comparisons"].get("rounds", ())),
        provenance=record.get("provenance", {}),
        understood=(*record["comparisons"].get("understood", ()), *_unnamed_embeddings(record)),
        run_sha256=sha256,
    )
    if PERMUTATIONS_FILE in record["written"]:
        permuted = _read_permutations(folder / PERMUTATIONS_FILE, comparisons.table)
        comparisons = replace(comparisons, permuted=permuted)
    return competition, comparisons, Settings(**record["settings"])


def run_record(study: Study) -> dict[str, Any]:
    """Return what a study depends on: versions, settings, and the SHA-256 of each input."""
    competition, comparisons = study.competition, study.comparisons
    inputs = {"roster": competition.roster_path, "comparisons": comparisons.path}
    return {
        **record_of_inputs(competition, comparisons, study.settings),
        "intervals": filled(asdict(study.intervals.uncertainty)),
        **filled({"provenance": dict(comparisons.provenance)}),
        "sha256": {
            key: file_sha256(path)
            for key, path in inputs.items()
            if path is not None and not path.is_dir()  # a folder of recordings without a roster
        },
    }


def load_run_record(folder: Path) -> dict[str, Any]:
    """Return the record of a run, with today's keys and everything in it that a study needs.

    Raises
    ------
    RunError
        If there is no finished run, or ``run.json`` is not the record of one, or has changed.
    """
    finish_replacing(folder)
    path = folder / RECORD_FILE
    if not path.is_file():
        raise no_run(folder)
    _check_record(folder)
    try:
        record = with_new_names(str(path), read_record(path), RENAMED, RENAMED_WITHIN)
        return check_run_record(record, INPUTS)
    except OSError as error:
        raise RunError(
            str(path), f"it cannot be read ({error.strerror})", "check its permissions"
        ) from None
    except ValueError as error:
        raise RunError(
            str(path), f"not the record of a run ({error})", "make the run again"
        ) from None


def _read_permutations(path: Path, table: pd.DataFrame) -> PermutedOutcomes:
    """The outcomes of permuted results in a run, of the candidates of a COMPARISONS table."""
    candidates = compared_candidates(table)
    outcomes = npy_to_outcomes(path.read_bytes(), len(candidates))
    if outcomes is None:
        raise RunError(
            str(path),
            f"not the outcomes of permuted results of {len(candidates)} candidates",
            "make the run again",
        )
    return PermutedOutcomes(candidates, outcomes)


def _unnamed_embeddings(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What to say of votes of an earlier version, which did not check the embeddings it read."""
    provenance = record.get("provenance", {})
    if "recordings" not in provenance or "embeddings_sha256" in provenance:
        return ()
    return (
        "this run does not name the hashes of the embeddings that its votes came from: one that "
        "was damaged then was not found.",
    )


def _check_record(folder: Path) -> None:
    """Refuse a record that has changed; warn where nobody can tell."""
    sha256 = load_sums(folder)
    if sha256 is None:
        warnings.warn(
            f"{folder}: a run of an earlier version, without {SUMS_FILE}: whether its files have "
            "changed since cannot be told.",
            FileWarning,
            stacklevel=4,
        )
    elif sha256.get(RECORD_FILE) != file_sha256(folder / RECORD_FILE):
        what = f"it or {SUMS_FILE} has changed since the run"
        raise RunError(str(folder / RECORD_FILE), what, "make the run again")


def _warn_of_changes(folder: Path, read: Collection[str]) -> None:
    """Warn of files that have changed, where they are not read."""
    others = {name: one for name, one in (load_sums(folder) or {}).items() if name not in read}
    changed = [
        name
        for name, one in others.items()
        if (folder / name).is_file() and file_sha256(folder / name) != one
    ]
    if changed:
        warnings.warn(
            f"{folder}: {', '.join(changed)}: changed since the run. This is not read: the ranking "
            "is computed from the comparisons.",
            FileWarning,
            stacklevel=3,
        )


def _check_unchanged(folder: Path, written: dict[str, str]) -> None:
    for name, digest in written.items():
        if not (folder / name).is_file() or file_sha256(folder / name) != digest:
            raise RunError(
                str(folder / name), "missing, or changed since the run", "make the run again"
            )
