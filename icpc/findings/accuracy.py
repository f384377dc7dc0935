"""How often comparisons agree with the result: as a share, by distance, as F1, by juror."""

from collections.abc import Iterator
from dataclasses import replace

from icpc.findings.finding import (
    AGREEMENT,
    Finding,
    NullTest,
    Outcome,
    finding_of_estimate,
    p_of_estimate,
)
from icpc.findings.results import (
    scores_and_known_mask,
    where_results_differ,
)
from icpc.findings.wording import (
    ACCURACY,
    Ending,
    detectable_sentence,
    interval,
    percent,
    within_limits,
)
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.evaluation.accuracy import (
    macro_f1,
    pair_accuracy,
    pair_accuracy_by_score_difference,
    panel_accuracy,
)
from ranking.evaluation.agreement import accuracy_by_juror
from ranking.evaluation.permutation import PermutationP
from ranking.evaluation.permuted_outcomes import accuracy_of_cross_fitted, without_interval


@where_results_differ
def find_pair_accuracy(study: Study) -> Iterator[Finding]:
    """Share of the comparisons that went to the one who got further."""
    score, _ = scores_and_known_mask(study)
    key, name, seed = "pair_accuracy", "pair accuracy", study.settings.seed
    panel = "juror" in study.comparisons.table
    estimate = (
        panel_accuracy(study.comparisons.table, study.results["score"], seed)
        if panel
        else pair_accuracy(study.tally, score, seed)
    )
    if not estimate.pairs:
        sentence = "No two candidates of unequal result were compared with each other."
        yield Finding(key, AGREEMENT, name, sentence)
        return
    sentence = (
        f"Of {estimate.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(estimate.value)} went to the one who got further"
    )
    if study.untested:
        has = "this is no prediction, and has" if study.decided_by_marks else "there is"
        sentence += f". {study.untested}: {has} neither interval nor p."
        yield Finding(key, AGREEMENT, name, sentence, value=estimate.value)
        return
    if study.permuted is None:
        sentence += f" {interval(estimate)}. With results permuted over the candidates,"
    else:
        estimate = accuracy_of_cross_fitted(estimate, score, study.permuted)
        sentence += (
            f". With results permuted and rankers fitted anew {len(study.permuted):,} times,"
        )
    p = p_of_estimate(estimate)
    found = finding_of_estimate(key, AGREEMENT, name, estimate, Outcome.NOT_APPLICABLE, sentence)
    yield replace(found, test=NullTest(estimate.value - 0.5, p, _accuracy_ending(study, p)))


def _accuracy_ending(study: Study, p: PermutationP) -> Ending:
    """What to say of the pair accuracy: where nothing was told, what could have been."""
    within = within_limits(ACCURACY, p, lambda: study.detectable_accuracy)

    def ending(outcome: Outcome) -> str:
        if outcome is not Outcome.NOT_SIGNIFICANT or not study.detectable_accuracy:
            return within(outcome)
        return f"{within(outcome)} {detectable_sentence(study.detectable_accuracy)}"

    return ending


@where_results_differ
def find_accuracy_by_distance(study: Study) -> Iterator[Finding]:
    """Share of the comparisons that went to the one who got further, by how far apart they are.

    These are parts of the pair accuracy, and not tested by themselves.
    """
    score, _ = scores_and_known_mask(study)
    unit = "round" if study.competition.rounds else "point"
    distances = pair_accuracy_by_score_difference(study.tally, score, study.settings.seed)
    for (low, high), found in distances.items():
        estimate = without_interval(found) if study.comparisons.cross_fitted else found
        span = f"{low:.15g}" if low == high else f"{low:.15g} to {high:.15g}"
        sentence = (
            f"Candidates {span} {unit if span == '1' else f'{unit}s'} apart: "
            f"{percent(estimate.value)} of {estimate.pairs:,.0f} comparisons went to the one who "
            "got further"
        )
        key, name = f"accuracy_at_distance_{span.replace(' ', '_')}", f"accuracy at distance {span}"
        if "juror" in study.comparisons.table:
            yield Finding(key, AGREEMENT, name, f"{sentence}.", value=estimate.value)
            continue
        sentence += f" {interval(estimate)}."
        yield finding_of_estimate(key, AGREEMENT, name, estimate, Outcome.NOT_APPLICABLE, sentence)


@where_results_differ
def find_f1(study: Study) -> Iterator[Finding]:
    """The paper's macro F1 over "the first is better" and "the second is better" (Table 4)."""
    if not most_pairs_in_both_orders(study.tally):
        yield Finding(
            "macro_f1",
            AGREEMENT,
            "F1",
            "Most pairs were compared in one order only, so an F1 over 'first' and 'second' means "
            "nothing.",
        )
        return
    score, _ = scores_and_known_mask(study)
    value = macro_f1(study.tally, score)
    sentence = (
        f"Macro F1 over the answers 'the first is better' and 'the second is better', as in Table "
        f"4 of Zhang, Liang and Dixon (2024): {value:.4f}."
    )
    yield Finding("macro_f1", AGREEMENT, "F1", sentence, value=value)


@where_results_differ
def find_agreement_of_jurors_with_result(study: Study) -> Iterator[Finding]:
    """How often single jurors put two candidates in the order of the result, over all jurors."""
    if "juror" not in study.comparisons.table:
        return
    agreement = accuracy_by_juror(study.comparisons.table, study.results["score"])
    whose = (
        f"Their marks decided {study.decided}, so"
        if study.decided_by_marks
        else "Where their marks made the result,"
    )
    sentence = (
        f"Single jurors put two candidates in the order of the result in "
        f"{percent(agreement.mean())} of cases on average, from {percent(agreement.iloc[-1])} "
        f"({agreement.index[-1]}) to {percent(agreement.iloc[0])} ({agreement.index[0]}); a tie "
        f"counts half. {whose} this shows how far jurors differ, not how good they are."
    )
    value = float(agreement.mean())
    yield Finding("juror_agreement", AGREEMENT, "juror agreement", sentence, value=value)
