"""Rankings side by side, in sentences.

Conventions
-----------
What was compared is a :class:`icpc.findings.compare.Paired`. Where the marks behind a ranking
decided the result, that ranking is no prediction of it: the sentence has neither interval nor p.
Nor has it where rankers were fitted in folds, whose comparisons depend on each other.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from icpc.findings.compare import REST, Paired, paired_table
from icpc.findings.finding import SIGNIFICANCE_LEVEL, Outcome
from icpc.findings.wording import corrected_p_clause, percent, words_for_nearer_to_result
from icpc.study.study import Study
from ranking.comparisons.schedule import equal_scores_rarely_compared

UNKNOWN = "Results are unknown or all equal: which ranking is nearer to the result cannot be told."


def paired_sentences(found: Paired) -> Iterator[str]:
    """Yield sentences on how two rankings compare."""
    one, other = found.one, found.other
    yield f"{one} and {other}{_correlation(found)}"
    if not found.pairs:
        yield UNKNOWN
        return
    shares = (
        f"Of {found.pairs:,.0f} pairs of unequal result, {one} puts {percent(found.accuracy)} in "
        f"the order of the result and {other} {percent(found.other_accuracy)}, a difference of "
        f"{100 * found.difference:+.1f} percentage points"
    )
    if found.decided:
        yield (
            f"{shares}. The marks behind {' and '.join(found.decided)} decided this result: "
            "neither interval nor p."
        )
        return
    if found.cross_fitted:
        yield (
            f"{shares}. The rankers behind {' and '.join(found.cross_fitted)} were fitted in "
            "folds, on results of other candidates: neither interval nor p."
        )
        return
    if found.smallest_p == 1 and not found.difference:
        yield f"{shares}: no candidate's rank differs."
        return
    low, high = 100 * found.difference_low, 100 * found.difference_high
    ends = (
        ""
        if np.isnan(low)
        else f" (95 % interval {low:+.1f} to {high:+.1f}, resampling candidates)"
    )
    yield f"{shares}{ends}; with candidates' two ranks swapped at random, {_difference(found)}"


def juror_sentences(found: Sequence[Paired]) -> Iterator[str]:
    """Yield sentences on how each juror compares with all other jurors."""
    paired = paired_table(found)
    ordered = paired.sort_values("tau", ascending=False)
    highest, lowest = ordered.iloc[0], ordered.iloc[-1]
    yield (
        f"Each juror is compared with {REST}. Kendall's tau-b of the two rankings is "
        f"{paired['tau'].median():+.3f} in the median, from {lowest.tau:+.3f} ({lowest.one}) to "
        f"{highest.tau:+.3f} ({highest.one}). One juror's ranking rests on fewer marks than that "
        "of many: a low tau-b shows that a juror differs, not who is right."
    )
    if paired["pairs"].any():
        yield (
            f"Of pairs of unequal result, a juror puts {percent(paired['accuracy'].median())} in "
            f"the order of the result in the median, {REST} "
            f"{percent(paired['other_accuracy'].median())}. Where their marks made the result, "
            "that is no prediction."
        )
    else:
        yield UNKNOWN


def misleading_accuracy_remarks(studies: dict[str, Study]) -> Iterator[str]:
    """Yield remarks on runs whose accuracy is no measure of skill."""
    for name, study in studies.items():
        score = study.results["score"].to_numpy(dtype=float)
        if study.settings.ranking_method.strength_column == "wins" and equal_scores_rarely_compared(
            study.tally, score
        ):
            yield (
                f"{name} ranks by raw wins, and candidates of equal result were hardly ever "
                "compared: the number of comparisons gives the result away. Its accuracy is no "
                "measure of skill."
            )
        if "juror" in study.comparisons.table:
            yield (
                f"{name} ranks by the marks of a panel: where these made the result, its accuracy "
                "is no prediction."
            )


def _correlation(found: Paired) -> str:
    """How far the two rankings agree, to follow their names."""
    if np.isnan(found.tau):
        return ": no correlation, since one of them ranks all candidates equal."
    ends = (
        ""
        if np.isnan(found.tau_low)
        else f"95 % interval {found.tau_low:+.3f} to {found.tau_high:+.3f}, resampling candidates; "
    )
    return (
        f" rank {found.candidates} candidates: Kendall's tau-b {found.tau:+.3f} ({ends}1: the same "
        "order, 0: nothing in common)."
    )


def _difference(found: Paired) -> str:
    """The p of a difference, and what it means."""
    clause = corrected_p_clause(found.p, found.at_floor, found.tests, "pairs of rankings")
    words = words_for_nearer_to_result(found.one, found.other).of(found.outcome)
    if found.outcome is Outcome.NOT_SIGNIFICANT:
        few = " with so few candidates" if found.smallest_p >= SIGNIFICANCE_LEVEL else ""
        words += f"{few} (smallest p possible: {found.smallest_p:.2g})."
    return f"{clause}: {words}"
