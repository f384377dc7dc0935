"""Fitting in folds, repeated with the results permuted, so that comparisons can be tested.

Conventions
-----------
:mod:`ranking.evaluation.refitting` says what a permutation is. Each is a file in the store of
embeddings, written when it is finished; rankers and votes of the unfinished one are beside it. A
call after an interruption, or one that asks for more permutations, computes only what is missing.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.workflows.judging import FitPlan, PreparedRecordings
from ranking.comparisons.votes import votes_to_comparisons
from ranking.errors import StoreError
from ranking.evaluation.refitting import (
    RefittedOutcomes,
    npy_to_outcomes,
    outcomes_to_npy,
    permute_results,
    rename_outcomes,
    stack_outcomes,
)
from ranking.files.atomic import open_atomic
from ranking.files.hashing import json_sha256
from ranking.judging.compare import windows_on_disk
from ranking.progress import SILENT, Progress

PERMUTATIONS_FOLDER = "permutations"

FitAndVote = Callable[[PreparedRecordings, FitPlan], pd.DataFrame]
"""Fits rankers by a plan, and returns their VOTES table of all pairs."""


def refit_permuted(
    prepared: PreparedRecordings,
    vote_rule: str,
    fit: FitPlan,
    fit_and_vote: FitAndVote,
    progress: Progress = SILENT,
) -> RefittedOutcomes:
    """Return the outcomes of all permutations of a plan, fitting those that are not in the store.

    Parameters
    ----------
    prepared
        The recordings, and the ranker that fitting starts from.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    fit
        Actual results, how the candidates are split, and how many permutations are wanted.
    fit_and_vote
        What is repeated.
    progress
        Where to show how far it is.

    Raises
    ------
    StoreError
        If a permutation cannot be written.
    """
    candidates = pd.Index(prepared.bank.windows["candidate"].unique())
    score, folder = fit.score.loc[candidates], _folder(prepared, vote_rule, fit)
    finished = []
    with progress.start("permutations of the results", total=fit.permutations):
        for number in range(fit.permutations):
            path = folder / f"{number:05}.npy"
            outcomes = _read(path, len(candidates))
            if outcomes is None:
                permuted = permute_results(score, fit.seed, number)
                unfinished = folder / f"unfinished-{number:05}"
                votes = fit_and_vote(
                    replace(prepared, store=unfinished), replace(fit, score=permuted.score)
                )
                outcomes = rename_outcomes(votes_to_comparisons(votes, vote_rule), permuted)
                _write(outcomes, path)
                shutil.rmtree(unfinished, ignore_errors=True)
            finished.append(outcomes)
            progress.advance()
    return stack_outcomes(candidates.sort_values(), finished)


def _folder(prepared: PreparedRecordings, vote_rule: str, fit: FitPlan) -> Path:
    """Where the permutations of a plan are: a folder named by all that they depend on."""
    cache = prepared.cache(PERMUTATIONS_FOLDER)
    score = fit.score.loc[prepared.bank.windows["candidate"].unique()]
    facts = {
        "ranker": prepared.ranker.sha256,
        "recordings": dict(cache.recordings),
        "windows": windows_on_disk(prepared.bank.windows),
        "pairing": asdict(prepared.pairing),
        "vote": vote_rule,
        "score": {one: None if np.isnan(own) else own for one, own in score.items()},
        "folds": fit.folds,
        "epochs": fit.epochs,
        "seed": fit.seed,
        **prepared.bank.devices_on_disk,
    }
    return cache.folder / json_sha256(facts)


def _read(path: Path, n: int) -> np.ndarray | None:
    """The outcomes of a permutation of n candidates; None if there is no sound file."""
    return npy_to_outcomes(path.read_bytes(), n) if path.is_file() else None


def _write(outcomes: np.ndarray, path: Path) -> None:
    try:
        with open_atomic(path) as file:
            file.write(outcomes_to_npy(outcomes))
    except OSError as error:
        raise StoreError(
            str(path),
            f"a permutation cannot be written ({error.strerror})",
            "free some disk space and run it again: finished permutations are used",
        ) from None
