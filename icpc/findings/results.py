"""What is known of the result, for the findings that need it."""

from collections.abc import Iterator
from functools import wraps

import numpy as np

from icpc.findings.finding import AGREEMENT, REMARK, Finder, Finding
from icpc.study.study import Study
from ranking.evaluation.permuted_outcomes import MIN_PERMUTATIONS


def scores_and_known_mask(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Return each candidate's score, in the order of the tally, and whether it is known."""
    score = study.results["score"].to_numpy(dtype=float)
    return score, ~np.isnan(score)


def results_differ(study: Study) -> bool:
    """Whether any two candidates are known to have unequal results."""
    score, known = scores_and_known_mask(study)
    return len(np.unique(score[known])) > 1


def where_results_differ(find: Finder) -> Finder:
    """Let a finder find nothing where no two results differ."""

    @wraps(find)
    def found(study: Study) -> Iterator[Finding]:
        if results_differ(study):
            yield from find(study)

    return found


def find_left_out(study: Study) -> Iterator[Finding]:
    """Find who is left out, where a study is the part of candidates who can be compared."""
    if study.left_out:
        who = "1 candidate is" if study.left_out == 1 else f"{study.left_out:,} candidates are"
        yield Finding(
            "left_out",
            REMARK,
            "left out",
            f"{who} left out of all checks: no comparisons join them with the "
            f"{len(study.tally.candidates):,} that are checked.",
            value=float(study.left_out),
        )


def find_fit_in_folds(study: Study) -> Iterator[Finding]:
    """Find what can be said of comparisons by rankers that were fitted in folds."""
    if not study.comparisons.cross_fitted:
        return
    repeated = (
        f"p comes from {len(study.permuted):,} permutations of the results, with all rankers "
        "fitted anew in each."
        if study.permuted is not None
        else f"there is no p without {MIN_PERMUTATIONS} permutations of the results or more, with "
        "all rankers fitted anew in each."
    )
    yield Finding(
        "fit_in_folds",
        REMARK,
        "fitting in folds",
        "Each pair was compared by a ranker fitted on the results of other candidates. Such "
        f"comparisons depend on each other: there are no intervals, and {repeated}",
    )


def find_unknown_result(study: Study) -> Iterator[Finding]:
    """Find that there is no result to compare the ranking with, where there is none."""
    if not results_differ(study):
        yield Finding(
            "result",
            AGREEMENT,
            "result",
            "Results are unknown or all equal: there is nothing to compare the ranking with.",
        )
