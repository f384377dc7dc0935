"""How far to trust a ranking: every check in a sentence with its number.

Conventions
-----------
Each finding says what was found either way, and means what :mod:`ranking.evaluation` and
:mod:`ranking.consistency` define. What a study does not have (results, both orders, recording
lengths) is left out with a finding that says so. p is corrected for the other tests of its family
(:mod:`icpc.findings.families`); the last finding says how many there were.

To add a finding, write a function from a study to :class:`~icpc.findings.finding.Finding` values,
and name it in :data:`FINDERS`: commands, page and tables follow.
"""

from collections.abc import Sequence

from icpc.findings.accuracy import (
    find_accuracy_by_distance,
    find_agreement_of_jurors_with_result,
    find_f1,
    find_pair_accuracy,
)
from icpc.findings.agreement import find_descriptions, find_rounds, find_tau_b
from icpc.findings.consistency import (
    find_concordance,
    find_order_effect,
    find_strongly_connected_groups,
    find_transitivity,
)
from icpc.findings.controls import find_coin_flip_controls, find_roster_value_controls
from icpc.findings.families import correct_families, summarise_families
from icpc.findings.finding import Finder, Findings
from icpc.findings.model_fit import find_model_fit, find_neighbours, find_schedule
from icpc.findings.results import find_fit_in_folds, find_left_out, find_unknown_result
from icpc.study.study import Study

FINDERS: tuple[Finder, ...] = (
    find_left_out,
    find_fit_in_folds,
    find_unknown_result,
    find_pair_accuracy,
    find_accuracy_by_distance,
    find_f1,
    find_tau_b,
    find_rounds,
    find_descriptions,
    find_agreement_of_jurors_with_result,
    find_order_effect,
    find_transitivity,
    find_concordance,
    find_strongly_connected_groups,
    find_schedule,
    find_model_fit,
    find_neighbours,
    find_coin_flip_controls,
    find_roster_value_controls,
)
"""Every check, in the order in which the findings are printed."""


def check_study(study: Study, finders: Sequence[Finder] | None = None) -> Findings:
    """Return the findings on a study, of all :data:`FINDERS` unless others are given.

    They are about the largest component: candidates of others cannot be compared with them.

    Raises
    ------
    RankingError
        If there are too many candidates to simulate.
    """
    study = study.largest
    study.tally.require_all_pairs("check")
    chosen = FINDERS if finders is None else finders
    found = [finding for find in chosen for finding in find(study)]
    corrected = correct_families(found)
    return Findings((*corrected, *summarise_families(corrected)))
