"""A panel analysed: its sections, in the order in which they are read.

Conventions
-----------
A section is a function of a :class:`icpc.juries.panel.Panel`, and a line in :data:`SECTIONS`; one
that a panel has no data for returns None.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from icpc.juries.against import OtherRanking, against_section
from icpc.juries.agreement import agreement_section
from icpc.juries.appearance import appearance_section
from icpc.juries.candidates import candidates_section
from icpc.juries.jurors import jurors_section
from icpc.juries.left_out import left_out_section
from icpc.juries.own_candidates import own_candidates_section
from icpc.juries.panel import Panel
from icpc.juries.power import power_section
from icpc.juries.section import Section
from ranking.errors import RankingError

SECTIONS: dict[str, Callable[[Panel], Section | None]] = {
    "jurors": jurors_section,
    "agreement": agreement_section,
    "candidates": candidates_section,
    "left-out": left_out_section,
    "own": own_candidates_section,
    "appearance": appearance_section,
    "power": power_section,
}
"""What a panel is asked, by key, in order."""
KEYS = (*SECTIONS, "against")
"""Keys of all sections that there may be."""


@dataclass(frozen=True)
class PanelAnalysis:
    """A panel, and what its marks say."""

    panel: Panel
    """The panel that was analysed."""
    sections: tuple[Section, ...]
    """One question each, in the order in which they are read."""

    def __getitem__(self, key: str) -> Section:
        """Return the section of a key.

        Raises
        ------
        RankingError
            If there is none.
        """
        for section in self.sections:
            if section.key == key:
                return section
        keys = ", ".join(section.key for section in self.sections)
        raise RankingError("panel", f"there is no table {key!r}", f"choose one of {keys}")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know of the marks, and who was left out."""
        comparisons, competition = self.panel.comparisons, self.panel.competition
        known = (comparisons.remark, *competition.understood, *comparisons.understood)
        return tuple(filter(None, (*known, *self.panel.remarks)))

    @property
    def headline(self) -> str:
        """What was analysed, in one line."""
        panel = self.panel
        jurors, n = panel.marks.shape
        number = int((~np.isnan(panel.marks)).sum())
        return (
            f"{panel.competition.name}: {number:,} marks by {jurors} juror{'s' * (jurors != 1)} "
            f"for {n} candidate{'s' * (n != 1)}, ranked by {panel.method.name}"
        )


def analyse_panel(panel: Panel, other: OtherRanking | None = None) -> PanelAnalysis:
    """Return the analysis of a panel.

    Parameters
    ----------
    panel
        Jurors, candidates and marks.
    other
        Another ranking to compare the panel's with, if any.

    Examples
    --------
    >>> from icpc import load_comparisons, load_competition
    >>> from icpc.juries import analyse_panel, make_panel
    >>> from ranking import find_method
    >>> competition = load_competition("icpc2025")
    >>> final = load_comparisons(competition, round_name="final")
    >>> analysis = analyse_panel(make_panel(competition, final, find_method("mean-mark")))
    >>> analysis["jurors"].table["juror"].iloc[0]
    'Yulianna Avdeeva'
    """
    found = [make(panel) for make in SECTIONS.values()]
    if other is not None:
        found.append(against_section(panel, other))
    return PanelAnalysis(panel, tuple(section for section in found if section is not None))
