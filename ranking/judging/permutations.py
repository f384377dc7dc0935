"""Fitting in folds, repeated with the results permuted, so that comparisons can be tested.

Conventions
-----------
:mod:`ranking.evaluation.permuted_outcomes` says what a permutation is. Each is a file, written when
it is finished, an array with its hash behind it; rankers and votes of the unfinished one are in a
folder beside it. A call after an interruption, or one that asks for more permutations, computes
only what is missing or damaged.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.errors import StoreError
from ranking.evaluation.permuted_outcomes import (
    PermutedOutcomes,
    npy_to_outcomes,
    outcomes_to_npy,
    permute_results,
    rename_outcomes,
    stack_outcomes,
)
from ranking.files.atomic import open_atomic, write_error
from ranking.files.hashing import with_hash, without_hash
from ranking.progress import SILENT, Progress

FitAndCompare = Callable[[pd.Series, Path], pd.DataFrame]
"""From results and a folder to cache in, to the COMPARISONS table of rankers fitted on them."""


def fit_permuted_results(
    score: pd.Series,
    seed: int,
    times: int,
    folder: Path,
    fit_and_compare: FitAndCompare,
    progress: Progress = SILENT,
) -> PermutedOutcomes:
    """Return the outcomes of permutations of the results, computing those that are not on disk.

    Parameters
    ----------
    score
        Actual results of all who are compared, by candidate; may be missing.
    seed
        Seed of the permutations.
    times
        Number of permutations.
    folder
        Where finished permutations are; named by all that they depend on.
    fit_and_compare
        What is repeated.
    progress
        Where to show how far it is; a remark where a permutation is damaged.

    Raises
    ------
    StoreError
        If a permutation cannot be written.
    """
    finished = []
    with progress.start("permutations of the results", total=times):
        for number in range(times):
            path = folder / f"{number:05}.npy"
            outcomes = _read(path, len(score))
            if outcomes is None:
                if path.is_file():
                    progress.remark(f"{path} is damaged; this permutation is computed again")
                permuted = permute_results(score, seed, number)
                unfinished = folder / f"unfinished-{number:05}"
                outcomes = rename_outcomes(fit_and_compare(permuted.score, unfinished), permuted)
                _write(outcomes, path)
                shutil.rmtree(unfinished, ignore_errors=True)
            finished.append(outcomes)
            progress.advance()
    return stack_outcomes(score.index.sort_values(), finished)


def _read(path: Path, n: int) -> np.ndarray | None:
    """The outcomes of a permutation of n candidates; None if there is no sound file."""
    try:
        return npy_to_outcomes(without_hash(path.read_bytes()), n) if path.is_file() else None
    except ValueError:
        return None


def _write(outcomes: np.ndarray, path: Path) -> None:
    try:
        with open_atomic(path) as file:
            file.write(with_hash(outcomes_to_npy(outcomes)))
    except OSError as error:
        kept = "finished permutations are used"
        raise write_error(StoreError, path, error, kept, key="other-store") from None
