"""The section on how many jurors it takes to tell two candidates apart."""

import numpy as np
import pandas as pd
from scipy.special import chdtri

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.evaluation.resampling import QUANTILES
from ranking.jurors.power import detectable_difference, power_curve

ROUNDING = 1e-9  # of a variance
COLUMNS = (
    Column("difference", format_spec="g"),
    Column("jurors"),
    Column("power", "power of this panel", ".2f"),
)
NO_VARIANCE = (
    "how many jurors it takes: all marks follow from candidate and juror, without rest, or there "
    "are too few of them to say"
)


def power_section(panel: Panel) -> Section:
    """Return the section on jurors needed, by true difference.

    The columns of its table are ``difference`` between the true marks of two candidates, in points;
    ``jurors`` who find it with a power of 0.8, by a paired t-test at 5 % of the marks of the same
    jurors; ``power`` of as many jurors as the panel has.
    """
    variance, jurors = panel.fit.residual_variance, len(panel.jurors)
    title = "How many jurors it takes to tell two candidates apart, by the true difference"
    if np.isnan(variance) or variance <= ROUNDING:
        return Section("power", title, pd.DataFrame(), not_applicable=(NO_VARIANCE,))
    sigma = float(np.sqrt(variance))
    freedom = panel.fit.freedom
    low, high = sigma * np.sqrt(freedom / chdtri(freedom, QUANTILES))
    seen = detectable_difference(sigma * np.sqrt(2 / jurors), jurors - 1)
    return Section(
        "power",
        title,
        power_curve(variance, jurors),
        COLUMNS,
        (
            f"These {jurors} jurors tell two candidates apart with a power of 0.8 if the true "
            f"difference is {seen:.2f} points or more, by a paired t-test at 5 % of one pair alone "
            "(that does not depend on the differences that were found).",
            f"The standard deviation of a mark is taken as {sigma:.2f} points (95 % interval "
            f"{low:.2f} to {high:.2f}), what candidate and juror leave: severities drop out where "
            "the same jurors mark both.",
        ),
    )
