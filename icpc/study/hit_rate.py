"""Hit-rates with everything that is needed to print and draw them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from icpc.study.by_round import result_order
from icpc.study.figure2 import TIERS, published_curve, read_figure
from icpc.study.study import Study, compare_with_result
from ranking.evaluation.hit_rate import HitRateSummary
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PUBLISHED_TITLE = "Zhang, Liang, Dixon 2024, Figure 2: the paper's own points"


@dataclass(frozen=True)
class HitRate:
    """A ranking held against the result."""

    name: str
    """Of the folder it is drawn to."""
    title: str
    curve: pd.DataFrame
    summary: HitRateSummary
    tiers: tuple[str, ...]
    """Results in order, the lowest first; colours follow it."""
    names: dict[str, str]
    """What to call candidates."""
    labelled: tuple[str, ...]
    """Candidates to name in the figure."""
    x: str
    """What the horizontal axis shows: wins or k."""
    remarks: tuple[str, ...]
    stem: str = "hitrate"

    @property
    def threshold(self) -> str:
        """The threshold at the cut, in words."""
        wins = self.curve.loc[self.curve["k"] == self.summary.cut, "wins"].iloc[-1]
        return f"at {wins:g} wins" if self.x == "wins" else f"down to rank {self.summary.cut}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The curve in sentences."""
        held = self.summary
        skill = (
            "The curve leaves the band of judges without skill."
            if held.leaves_band
            else "The curve stays inside the band of judges without skill: chance does as much."
        )
        return (
            f"Base rate {held.base_rate:.3f}: {held.passed} of {held.candidates} passed.",
            f"Cut at half: {held.cut_passed} of the top {held.cut} passed, hit-rate "
            f"{held.cut_hit_rate:.3f} ({self.threshold}); judges without skill: "
            f"{held.cut_low:.3f} to {held.cut_high:.3f}.",
            f"AUC {held.auc:.3f} (judges without skill: {held.auc_low:.3f} to "
            f"{held.auc_high:.3f}), average precision {held.average_precision:.3f}.",
            skill,
        )

    def figure(self) -> "Figure":
        """Draw the curve as in Figure 2."""
        from plots.hit_rate import hit_rate_figure

        return hit_rate_figure(
            self.curve, self.summary, self.tiers, self.names, self.labelled, self.x, self.title
        )

    def write(self, folder: Path) -> Path:
        """Write the curve as CSV; return its path."""
        path = folder / f"{self.stem}.csv"
        write_text(to_csv(self.curve), path)
        return path

    def draw(self, folder: Path) -> list[Path]:
        """Write CSV, PNG and SVG; return the pictures' paths."""
        from plots.style import write_figure

        figure = self.figure()
        self.write(folder)
        return write_figure(figure, folder, self.stem)


def study_hit_rate(study: Study, top: int = 5) -> HitRate:
    """Return the hit-rate of a study, to name its top and the finalists.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.
    """
    curve, summary = compare_with_result(study)
    known = study.results["score"].dropna()
    best = known.index[known == known.max()]
    finalists = best if len(best) <= 12 else best[:0]
    how = f"by {study.settings.method}"
    if study.settings.count == "paper":
        how = "raw wins as in the release: FAVOURS WHO PASSED"
    return HitRate(
        name=study.competition.name,
        title=f"{study.competition.name}: {study.comparisons.source}, {how}",
        curve=curve,
        summary=summary,
        tiers=result_order(study),
        names=study.results["name"].to_dict(),
        labelled=tuple(dict.fromkeys([*curve["candidate"].head(top), *finalists])),
        x="wins" if study.settings.ranking_method.same_as == "wins" else "k",
        remarks=tuple(filter(None, (study.comparisons.remark, *study.remarks))),
    )


def published_hit_rate(figure: Path, seed: int = 0) -> HitRate:
    """Return the hit-rate of the paper's own points.

    Raises
    ------
    TableError, CompetitionError
        If the file cannot be read.
    """
    points = read_figure(figure)
    curve, summary = published_curve(points, seed)
    named = points["candidate"][~points["candidate"].str.startswith("point ")]
    remark = (
        "the band is that of judges without skill under the release's counting: pairs of equal "
        "result left out, raw wins. It rises with the curve because the counting does."
    )
    return HitRate(
        name="published",
        title=PUBLISHED_TITLE,
        curve=curve,
        summary=summary,
        tiers=TIERS,
        names={},
        labelled=tuple(named),
        x="wins",
        remarks=(remark,),
        stem="hitrate-published",
    )
