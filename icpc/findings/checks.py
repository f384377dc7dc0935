"""How far to trust a ranking: every check in a sentence with its number.

Conventions
-----------
Each finding says what was found either way, and means what :mod:`ranking.evaluation` and
:mod:`ranking.consistency` define. What a study does not have (results, both orders, recording
lengths) is left out with a finding that says so. p-values are two-sided; the last line corrects the
smallest for their number (Holm 1979).
"""

import pandas as pd

from icpc.findings.against_result import against_result
from icpc.findings.consistency import coherence
from icpc.findings.controls import controls
from icpc.findings.finding import NAN
from icpc.study.study import Study
from ranking.tables import FINDINGS


def check_study(study: Study) -> pd.DataFrame:
    """Return the FINDINGS table of a study."""
    findings = list(against_result(study)) + list(coherence(study)) + list(controls(study))
    table = pd.DataFrame(findings, columns=list(FINDINGS))
    p = table["p"].dropna()
    if len(p) > 1:
        smallest = min(1.0, float(p.min()) * len(p))
        words = (
            f"{len(p)} checks give a p; chance alone would put {0.05 * len(p):.1f} of them below "
            f"0.05. The smallest, corrected for their number (Holm), is {smallest:.2g}: "
            + ("it stands." if smallest < 0.05 else "none of them proves anything by itself.")
        )
        table.loc[len(table)] = ("many checks", NAN, NAN, NAN, smallest, words)
    return table
