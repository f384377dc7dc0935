"""The hit-rate of a ranking: its curve, and what is needed to print and draw it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from icpc.study.by_round import result_tiers
from icpc.study.figure2 import TIERS, published_curve, read_published_points
from icpc.study.kept import KeptResults
from icpc.study.remarks import few_candidates
from icpc.study.study import Study, hit_rate_curve_and_summary
from ranking.evaluation.detectable import detectable_accuracy
from ranking.evaluation.hit_rate import HitRateSummary
from ranking.files.atomic import write_text
from ranking.files.records import check_fields, check_values, is_of
from ranking.files.table_writer import to_csv
from ranking.tables import HITRATE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAN = float("nan")
COLUMN_TYPES = {"int64": int, "float64": float | None, "bool": bool, "str": str, "object": str}
"""Types of values by those of columns."""
PUBLISHED_TITLE = "Zhang, Liang, Dixon 2024, Figure 2: the paper's own points"


@dataclass(frozen=True)
class HitRateCurve:
    """A ranking compared with the actual result."""

    name: str
    """Name of the folder that figures are written to."""
    title: str
    """Title of the figure: which comparisons, ranked how."""
    curve: pd.DataFrame
    """HITRATE table of :mod:`ranking.tables`."""
    summary: HitRateSummary
    """The curve in a few numbers."""
    tiers: tuple[str, ...]
    """Results from the lowest to the highest, in the order of their colours."""
    names: dict[str, str]
    """Names of candidates by id; an id without a name is printed itself."""
    labelled: tuple[str, ...]
    """Ids of the candidates to name in the figure."""
    x_column: Literal["wins", "k"]
    """Column of the curve on the horizontal axis: wins or k."""
    remarks: tuple[str, ...]
    """Remarks to print beside the curve."""
    stem: str = "hitrate"
    """File name of the figure and the table, without its ending."""
    decided: str = ""
    """What the ranked marks decided themselves, such as "who passed into stage 2"; or empty."""
    detectable: float = 0.0
    """Pair accuracy at which a test finds a ranker in 80 % of such fields; NaN if it finds none."""
    null_draws: str = "random judges given the same pairs"
    """What the null band holds 95 % of, in words."""
    titles: dict[str, str] = field(default_factory=dict)
    """What the figure calls results, by the word that the table has; others by that word."""

    @property
    def threshold(self) -> str:
        """The threshold of the top half, in words."""
        wins = self.curve.loc[self.curve["k"] == self.summary.top_half, "wins"].iloc[-1]
        return (
            f"at {wins:g} wins"
            if self.x_column == "wins"
            else f"down to rank {self.summary.top_half}"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The summary of the curve, in sentences."""
        summary = self.summary
        return (
            f"Base rate {summary.base_rate:.3f}: {summary.passed} of {summary.candidates} passed.",
            self._top_half(),
            self._areas(),
            self._beside_the_band(),
        )

    def _top_half(self) -> str:
        """How many of the top half passed, or of the smallest top that ties leave."""
        summary = self.summary
        if summary.top_half == summary.candidates:
            return "Top half: none, since all candidates share one rank."
        tied = (
            ", since a tie straddles the middle"
            if summary.top_half != max(1, summary.candidates // 2)
            else ""
        )
        return (
            f"Top half: {summary.top_half_passed} of the top {summary.top_half} passed{tied}, "
            f"hit-rate {summary.top_half_hit_rate:.3f} ({self.threshold})"
            + (
                f"; 95 % of {self.null_draws} reach {summary.top_half_low:.3f} to "
                f"{summary.top_half_high:.3f} at this threshold (a pointwise band)."
                if summary.has_band
                else "."
            )
        )

    def _areas(self) -> str:
        """AUC and average precision."""
        summary = self.summary
        band = f" (95 % of {self._null_draws}: {summary.auc_low:.3f} to {summary.auc_high:.3f})"
        return (
            f"AUC {summary.auc:.3f}{band if summary.has_band else ''}, average precision "
            f"{summary.average_precision:.3f}."
        )

    @property
    def _null_draws(self) -> str:
        """What the null band holds 95 % of, in few words."""
        return self.null_draws.removesuffix(" given the same pairs").removesuffix(
            " over the candidates"
        )

    def _beside_the_band(self) -> str:
        """Where the curve runs, and what that means."""
        if self.decided:
            return (
                f"The ranked marks decided {self.decided}: the curve shows no prediction, and is "
                "not tested."
            )
        if not self.summary.has_band:
            return (
                "There is no null band: rankers were fitted in folds, and the results not permuted "
                "often enough."
            )
        above, below = self.summary.above_band, self.summary.below_band
        if self.summary.top_half == self.summary.candidates:
            return "The curve is one point: everyone, with the base rate."
        band = f"the null band, in which 95 % of {self._null_draws} stay over the whole curve"
        outside = {
            (True, True): f"leaves {band}, both upwards and downwards.",
            (True, False): f"rises above {band}: more of those who passed are on top than by "
            "chance.",
            (False, True): f"falls below {band}: fewer of those who passed are on top than by "
            "chance.",
        }
        if above or below:
            return f"The curve {outside[above, below]}"
        few = few_candidates(self.detectable)
        perfect = " Not even a perfect ranking could be." if isnan(self.detectable) else ""
        return f"The curve stays inside {band}: it cannot be told from chance{few}.{perfect}"

    def figure(self) -> "Figure":
        """Return the curve drawn as in Figure 2 of the paper."""
        from plots.hit_rate import hit_rate_figure

        titles = {tier: self.titles.get(tier, tier) for tier in self.tiers}
        return hit_rate_figure(
            self.curve.assign(reached=self.curve["reached"].map(titles)),
            self.summary,
            tuple(titles.values()),
            self.names,
            self.labelled,
            self.x_column,
            self.title,
        )

    def write(self, folder: Path) -> Path:
        """Write the curve as CSV; return its path."""
        path = folder / f"{self.stem}.csv"
        write_text(to_csv(self.curve), path)
        return path

    def draw(self, folder: Path) -> list[Path]:
        """Write the curve as CSV, PNG and SVG; return the paths of the two figures."""
        from plots.style import write_figure

        figure = self.figure()
        self.write(folder)
        return write_figure(figure, folder, self.stem)


def study_hit_rate_curve(study: Study, names_in_figure: int = 5) -> HitRateCurve:
    """Return the hit-rate curve of a study, its best ``names_in_figure`` and finalists labelled.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.
    """
    study = study.largest
    curve, summary = hit_rate_curve_and_summary(study)
    known = study.results["score"].dropna()
    best = known.index[known == known.max()]
    finalists = best if len(best) <= 12 else best[:0]
    how = f"by {study.settings.method}"
    if study.settings.count == "paper":
        how = "raw wins as in the release (favours those who passed)"
    return HitRateCurve(
        name=study.competition.name,
        title=f"{study.competition.name}: {study.comparisons.source}, {how}",
        curve=curve,
        summary=summary,
        tiers=result_tiers(study),
        names=study.results["name"].to_dict(),
        labelled=tuple(dict.fromkeys([*curve["candidate"].head(names_in_figure), *finalists])),
        x_column="wins" if study.settings.ranking_method.strength_column == "wins" else "k",
        remarks=study.all_remarks,
        decided=study.decided if study.decided_by_marks else "",
        detectable=_detectable(study, summary),
        null_draws=study.null_draws,
        titles=dict(study.competition.round_titles),
    )


def kept_hit_rate_curve(kept: KeptResults) -> HitRateCurve:
    """Return the hit-rate curve of a study, that which is kept with its run, if any.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.
    """
    compute = partial(study_hit_rate_curve, kept.study)
    return kept.get("hit_rate", compute, hit_rate_curve_to_json, hit_rate_curve_from_json)


def published_points_hit_rate_curve(points_file: Path, seed: int = 0) -> HitRateCurve:
    """Return the hit-rate curve of the points of a published figure, with the null band.

    Raises
    ------
    TableError, CompetitionError
        If the file cannot be read.
    """
    points = read_published_points(points_file)
    curve, summary = published_curve(points, seed)
    named = points["candidate"][~points["candidate"].str.startswith("point ")]
    remark = (
        "the band is that of random judges given the same pairs, counted as in the paper's "
        "release: pairs of equal result left out, ranked by raw wins. This counting favours those "
        "who passed, so the band rises with the curve."
    )
    return HitRateCurve(
        name="published",
        title=PUBLISHED_TITLE,
        curve=curve,
        summary=summary,
        tiers=TIERS,
        names={},
        labelled=tuple(named),
        x_column="wins",
        remarks=(remark,),
        stem="hitrate-published",
    )


def hit_rate_curve_to_json(curve: HitRateCurve) -> dict[str, Any]:
    """Return the fields of a curve as values that JSON has, its table by columns."""
    table = curve.curve
    columns = {name: (str(column.dtype), column.tolist()) for name, column in table.items()}
    return {**vars(curve), "curve": columns, "summary": asdict(curve.summary)}


def hit_rate_curve_from_json(values: Any) -> HitRateCurve:
    """Return the curve of such values; a number that is null is missing.

    Raises
    ------
    ValueError
        If they are not those of a curve.
    """
    parts = check_values(values, {one.name: Any for one in fields(HitRateCurve)})
    curve, summary, x_column = (parts.pop(name) for name in ("curve", "summary", "x_column"))
    others = check_fields(_with_nan(parts), HitRateCurve, without=("curve", "summary", "x_column"))
    table = _curve_from_json(curve)
    if x_column not in ("wins", "k") or not {*table["reached"]} <= {*others["tiers"]}:
        raise ValueError("no such column or result")
    own = HitRateSummary(**check_fields(_with_nan(summary), HitRateSummary))
    if own.top_half not in table["k"].to_numpy():
        raise ValueError("no such top half")
    return HitRateCurve(curve=table, summary=own, x_column=x_column, **others)


def _curve_from_json(values: Any) -> pd.DataFrame:
    """The HITRATE table of its columns, each a type and a list."""
    columns = check_values(values, dict.fromkeys(HITRATE, tuple[str, list[Any]]))
    if len({len(column) for _, column in columns.values()}) != 1 or not columns["k"][1]:
        raise ValueError("columns of unequal length, or empty")
    for name, (kind, column) in columns.items():
        if not all(is_of(one, COLUMN_TYPES.get(kind)) for one in column):
            raise ValueError(f"{name!r} is not {kind}")
    return pd.DataFrame({name: pd.Series(one, dtype=kind) for name, (kind, one) in columns.items()})


def _with_nan(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: NAN if one is None else one for name, one in values.items()}


def _detectable(study: Study, summary: HitRateSummary) -> float:
    """The detectable accuracy of who passed and who did not; 0, where it is not printed."""
    if summary.outside_band or study.untested or study.comparisons.cross_fitted:
        return 0.0
    passed = study.passed.reindex(study.tally.candidates).astype(float).to_numpy()
    return detectable_accuracy(study.tally.pair_counts, passed, study.settings.seed)
