"""How far to trust a ranking: every check in a sentence with its number.

Conventions
-----------
Each finding says what was found either way, and means what :mod:`ranking.evaluation` and
:mod:`ranking.consistency` define. What a study does not have (results, both orders, recording
lengths) is left out with a finding that says so. The last finding corrects the smallest p for their
number (Holm 1979).

To add a finding, write a function from a study to :class:`~icpc.findings.finding.Finding` values,
and name it in :data:`FINDERS`: commands, page and tables follow.
"""

from collections.abc import Iterator, Sequence

from icpc.findings.accuracy import (
    find_accuracy_by_distance,
    find_agreement_of_jurors_with_result,
    find_f1,
    find_pair_accuracy,
)
from icpc.findings.agreement import find_agreement_with_result
from icpc.findings.consistency import (
    find_circular_triads,
    find_feedback_arcs,
    find_order_effect,
    find_strongly_connected_groups,
)
from icpc.findings.controls import find_coin_flip_controls, find_roster_value_controls
from icpc.findings.finding import (
    REMARK,
    SIGNIFICANCE_LEVEL,
    Finder,
    Finding,
    Findings,
    Outcome,
)
from icpc.findings.results import find_unknown_result
from icpc.findings.wording import SMALLEST_P
from icpc.study.study import Study

FINDERS: tuple[Finder, ...] = (
    find_unknown_result,
    find_pair_accuracy,
    find_accuracy_by_distance,
    find_f1,
    find_agreement_with_result,
    find_agreement_of_jurors_with_result,
    find_order_effect,
    find_circular_triads,
    find_feedback_arcs,
    find_strongly_connected_groups,
    find_coin_flip_controls,
    find_roster_value_controls,
)
"""Every check, in the order in which the findings are printed."""


def check_study(study: Study, finders: Sequence[Finder] | None = None) -> Findings:
    """Return the findings on a study, of all :data:`FINDERS` unless others are given."""
    chosen = FINDERS if finders is None else finders
    found = [finding for find in chosen for finding in find(study)]
    return Findings((*found, *_corrected(found)))


def _corrected(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The smallest p, corrected for the number of checks."""
    given = [finding.p for finding in findings if finding.p == finding.p]
    if len(given) < 2:
        return
    smallest = min(1.0, float(min(given)) * len(given))
    outcome = Outcome.SIGNIFICANT if smallest < SIGNIFICANCE_LEVEL else Outcome.NOT_SIGNIFICANT
    sentence = (
        f"{len(given)} checks give a p; by chance alone {SIGNIFICANCE_LEVEL * len(given):.1f} of "
        f"them are expected below {SIGNIFICANCE_LEVEL}. The smallest p, corrected for their number "
        f"(Holm), is {smallest:.2g}: {SMALLEST_P.of(outcome)}"
    )
    yield Finding("many_checks", REMARK, "many checks", sentence, outcome, p=smallest)
