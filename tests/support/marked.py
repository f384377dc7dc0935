"""Marks of panels: published, bundled and simulated."""

import numpy as np
import pandas as pd

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
).T
"""Six candidates marked by four jurors, shape (4, 6): Shrout and Fleiss 1979, table 2."""


def simulated_marks(seed, jurors=5, n=12, missing=0.0, spread=1.0):
    """Marks, shape (J, n), and severities less their mean; candidates have variance 4, jurors 1."""
    rng = np.random.default_rng(seed)
    severity = rng.normal(size=jurors)
    marks = 2 * rng.normal(size=n) - severity[:, np.newaxis]
    marks += rng.normal(size=(jurors, n)) * np.broadcast_to(spread, jurors)[:, np.newaxis]
    marks[rng.random(marks.shape) < missing] = np.nan
    return marks, severity - severity.mean()


def stage_marks(round_name):
    """The marks of a round of 2025, shape (17, n), jurors and candidates in order of name."""
    from icpc.competition.competitions import load_competition
    from icpc.study.comparisons import load_comparisons
    from ranking.comparisons.marks import juror_by_candidate_marks

    marks = load_comparisons(load_competition("icpc2025"), round_name=round_name).marks
    given = marks[marks["mark"].notna()]
    return juror_by_candidate_marks(marks, pd.Index(sorted(given["candidate"].unique())))
