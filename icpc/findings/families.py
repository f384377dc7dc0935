"""The tests of a family corrected together, and their sentences ended.

Conventions
-----------
A family are the tested findings of one family that one check found. Their p-values are corrected by
Holm's method (:mod:`ranking.evaluation.multiple`), and an outcome is read from the corrected p. A p
that more permutations could make smaller is printed as the bound that it is. Where permutations are
too few for any p of the family to be significant, there is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from icpc.findings.finding import (
    CONTROLS,
    REMARK,
    SIGNIFICANCE_LEVEL,
    Finding,
    NullTest,
    Outcome,
    outcome_of_p,
)
from icpc.findings.wording import corrected_p_clause
from ranking.evaluation.multiple import holm

ROUNDING = 1e-9  # of a p


def correct_families(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with p and outcome of their tests, corrected within each family."""
    ended = {}
    for tests in _families(findings).values():
        corrected = holm([test.p.p for _, test in tests])
        for (finding, test), p in zip(tests, corrected, strict=True):
            ended[finding.key] = _ended(finding, test, float(p), len(tests))
    return [ended.get(finding.key, finding) for finding in findings]


def summarise_families(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the remark on how many tests there were, and how many of them are significant."""
    families = _families(findings)
    if not families:
        return
    parts = []
    for family, tests in families.items():
        clear = (Outcome.SIGNIFICANT, Outcome.OPPOSITE)
        found = sum(finding.outcome in clear for finding, _ in tests)
        number = "one test" if len(tests) == 1 else f"{len(tests)} tests"
        parts.append(
            f"{number} of {'the ' * (family == CONTROLS)}{family} ({found or 'none'} significant)"
        )
    sentence = f"{'; '.join(parts)}."
    if any(len(tests) > 1 for tests in families.values()):
        sentence += (
            " p is corrected for the tests of its family by Holm's method: were there nothing to "
            "find, at most one family in twenty would have a significant test."
        )
    yield Finding("many_checks", REMARK, "many checks", sentence[0].upper() + sentence[1:])


def _families(findings: Sequence[Finding]) -> dict[str, list[tuple[Finding, NullTest]]]:
    families: dict[str, list[tuple[Finding, NullTest]]] = {}
    for finding in findings:
        if finding.test is not None:
            families.setdefault(finding.family, []).append((finding, finding.test))
    return families


def _ended(finding: Finding, test: NullTest, p: float, tests: int) -> Finding:
    """The finding with its corrected p, its outcome, and the end of its sentence."""
    if not test.p.exact and test.p.smallest * tests > SIGNIFICANCE_LEVEL + ROUNDING:
        needed = f"{2 * tests / SIGNIFICANCE_LEVEL - 1:,.0f} permutations or more"
        return replace(finding, sentence=f"{finding.sentence} no p: it takes {needed}.", test=None)
    outcome = outcome_of_p(test.effect, p)
    clause = corrected_p_clause(p, test.p.at_floor, tests, "tests")
    sentence = f"{finding.sentence} {clause}: {test.words(outcome)}"
    return replace(finding, p=p, outcome=outcome, sentence=sentence)
