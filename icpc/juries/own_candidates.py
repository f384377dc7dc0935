"""The section on jurors' own pupils or compatriots: their marks beside those of colleagues."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from ranking.evaluation.detectable import LEVEL
from ranking.evaluation.resampling import Estimate
from ranking.files.text import list_some
from ranking.jurors.favouritism import OwnCandidates, compare_own_candidates
from ranking.panel.relations import own_matrix

SHOWN = 5  # jurors in a sentence
COLUMNS = (
    Column("relation"),
    Column("juror"),
    Column("own"),
    Column("difference", format_spec="+.2f"),
    Column("low", "95 %", "+.2f", upper="high"),
    Column("p_holm", "p (Holm)", ".3f"),
    Column("detectable", "detectable", ".2f"),
)
MEANING = (
    "A difference says that marks differ from colleagues', for whatever reason. Recused jurors "
    "gave no mark."
)


def own_candidates_section(panel: Panel) -> Section | None:
    """Return the section on own candidates, of each relation apart; None where none are known.

    The columns of its table are ``relation``; ``juror``, the last one all together; ``own`` and
    ``others``, numbers of candidates marked; ``difference`` of the marks for own candidates from
    colleagues' marks, in points, with its 95 % interval ``low``, ``high``; ``p`` by permuted
    labels, ``p_holm`` corrected over jurors; ``detectable`` difference that would have been seen
    with a power of 0.8, missing where none could.
    """
    if panel.relations is None:
        return None
    tables: list[pd.DataFrame] = []
    sentences: list[str] = []
    reasons: list[str] = []
    for relation, rows in panel.relations.groupby("relation", sort=False):
        own = own_matrix(rows, panel.jurors, panel.candidates)
        own &= ~np.isnan(panel.marks)
        if not own.any():
            reasons.append(f"{relation}: nobody marked any of them")
            continue
        found = compare_own_candidates(panel.marks, own, list(panel.jurors), panel.seed)
        if np.isnan(found.together.value):
            reasons.append(f"{relation}: no colleague marked them, or not others as well")
            continue
        tables.append(_table(found).assign(relation=relation))
        sentences += _sentences(str(relation), found)
        reasons += _not_tested(str(relation), found)
    columns = ["relation", "juror", "own", "others", "difference", "low", "high"]
    columns += ["p", "p_holm", "detectable"]
    table = pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame()
    return Section(
        "own",
        "Own pupils or compatriots: by how many points marks differ from colleagues'",
        table,
        COLUMNS if tables else (),
        (*sentences, *([MEANING] if tables else [])),
        tuple(reasons),
        ("relation", "juror"),
    )


def _table(found: OwnCandidates) -> pd.DataFrame:
    """Jurors with own candidates, the largest difference first, and all together."""
    own = found.jurors[found.jurors["own"] > 0].sort_values("difference", ascending=False)
    own = own.astype({"others": "Int64"})
    together = pd.DataFrame(
        {
            "juror": ["all jurors"],
            "own": int(found.together.pairs),
            "difference": found.together.value,
            "low": found.together.low,
            "high": found.together.high,
            "p": found.together.p,
        }
    )
    return pd.concat([own, together], ignore_index=True)


def _sentences(relation: str, found: OwnCandidates) -> Iterator[str]:
    together = found.together
    if not np.isnan(together.value):
        yield (
            f"{relation}: all jurors together mark their own {_interval(together)} "
            f"{'above' if together.value >= 0 else 'below'} colleagues "
            f"({together.pairs:.0f} marks, p = {together.p:.3f} by permuted labels)."
        )
    tested = found.jurors[found.jurors["p"].notna()]
    if tested.empty:
        return
    differing = tested[tested["p_holm"] < LEVEL]
    of = f"{len(tested)} juror{'s' * (len(tested) != 1)} with own candidates"
    if len(differing):
        who = [f"{row.juror} ({row.difference:+.2f})" for row in differing.itertuples()]
        verb = "differs" if len(who) == 1 else "differ"
        yield f"{relation}: of {of}, {list_some(who, SHOWN)} {verb} from colleagues (Holm)."
    else:
        yield f"{relation}: of {of}, none can be told from colleagues (Holm)."
    seen = tested["detectable"]
    if seen.isna().all():
        yield f"{relation}: with so few own candidates no difference could have been seen."
    else:
        known = seen.dropna()
        least, most = f"{known.min():.1f}", f"{known.max():.1f}"
        span = least if least == most else f"{least} to {most}"
        none = int(seen.isna().sum())
        without = f"; of {none}, with too few own candidates, none" if none else ""
        yield (
            f"{relation}: differences of {span} points would have been seen with a power of "
            f"0.8{without}."
        )


def _interval(found: Estimate) -> str:
    """The size of a difference, with its interval as signed numbers."""
    return f"{abs(found.value):.2f} points (95 % interval {found.low:+.2f} to {found.high:+.2f})"


def _not_tested(relation: str, found: OwnCandidates) -> Iterator[str]:
    table = found.jurors
    without = table.loc[(table["own"] > 0) & table["p"].isna(), "juror"]
    if len(without):
        yield (
            f"{relation}: {list_some([*without], SHOWN)}, who marked nobody else's candidates that "
            "colleagues marked, or all of them alike"
        )
