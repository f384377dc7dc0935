"""What the record of a run says of its inputs, and must be before anything is made of it.

Conventions
-----------
Names are today's. What a record of an earlier version lacks may be missing; what a later version
adds is left as it is, except among settings, on which numbers depend.
"""

import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from math import isfinite
from typing import Any

from icpc import __version__
from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings, with_new_values
from ranking.files.records import check_fields, check_values

LIBRARIES = ("choix", "numpy", "pandas", "scipy")
RENAMED = {"verdicts": "comparisons", "heard": "provenance"}
RENAMED_WITHIN = {
    "comparisons": {"note": "remark", "passed_from": "passing_score"},
    "settings": {"by": "method"},
    "sha256": {"verdicts": "comparisons"},
    "provenance": {"judging": "pairing"},
    "provenance.fit": {"part": "fold"},
    "provenance.fit.accuracy": {"as_it_came": "before_fit", "gained": "gain"},
}
"""Keys of a record by what version 0.1.0 called them."""
Texts = Mapping[str, str]
Values = Mapping[str, Any]
RECORD: dict[str, Any] = {
    "judge": str,
    "python": str,
    "libraries": Texts,
    "competition": Values,
    "comparisons": Values,
    "settings": Values,
    "intervals": Values,
    "provenance": Values,
    "sha256": Texts,
    "written": Texts,
}
PARTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "competition": (
        {
            "name": str,
            "title": str,
            "rounds": tuple[str, ...],
            "round_titles": Texts,
            "who_compared": str,
        },
        ("name", "title", "rounds"),
    ),
    "comparisons": (
        {
            "source": str,
            "remark": str,
            "passing_score": float,
            "decided_score": float | None,
            "rounds": tuple[str, ...],
            "understood": tuple[str, ...],
        },
        ("source", "remark", "passing_score"),
    ),
    "provenance": (
        {
            "ranker": Values,
            "encoder": Values,
            "pairing": Values,
            "recordings": Values,
            "device": str,
            "fit": Values,
            "selection": Values,
        },
        (),
    ),
}
"""Types of what is in a part, and which of it must be there."""
SELECTION = {"rule": str, "compared": int, "pairs": int}
"""Types of what is known of pairs that were chosen."""


def record_of_inputs(
    competition: Competition, comparisons: Comparisons, settings: Settings
) -> dict[str, Any]:
    """Return what a record says of versions, competition, comparisons and settings.

    Parameters
    ----------
    competition, comparisons
        Who was ranked, and from what.
    settings
        How they were ranked.
    """
    decided = comparisons.decided_score
    return {
        "judge": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "competition": {
            "name": competition.name,
            "title": competition.title,
            "rounds": list(competition.rounds),
            **filled({"round_titles": dict(competition.round_titles)}),
            **filled({"who_compared": competition.who_compared}),
        },
        "comparisons": {
            "source": comparisons.source,
            "remark": comparisons.remark,
            "passing_score": comparisons.passing_score,
            **({} if decided is None else {"decided_score": decided}),
            **filled({"rounds": list(comparisons.rounds)}),
            **filled({"understood": list(comparisons.understood)}),
        },
        "settings": asdict(settings),
    }


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is not empty."""
    return {key: value for key, value in values.items() if value}


def check_run_record(record: Mapping[str, Any], inputs: tuple[str, ...]) -> dict[str, Any]:
    """Return the record of a run, if it is one, with settings of today.

    Parameters
    ----------
    record : its values, under today's names
    inputs : files that a run may be made from

    Raises
    ------
    ValueError
        If it is not the record of a run.
    RankingError
        If there is no such setting.
    """
    _check_known(record, RECORD, ("competition", "comparisons", "settings", "written"))
    for part, (kinds, needed) in PARTS.items():
        _check_known(record.get(part, {}), kinds, needed)
    fit = record.get("provenance", {}).get("fit", {})
    _check_known(fit, {"fold": Mapping[str, int]}, ())
    if (selection := record.get("provenance", {}).get("selection")) is not None:
        _check_known(selection, SELECTION, tuple(SELECTION))
    numbers = (record["comparisons"].get(name) for name in ("passing_score", "decided_score"))
    if any(value is not None and not isfinite(value) for value in numbers):
        raise ValueError("a score that is no number")
    others = record["written"].keys() - {*inputs}
    if others:
        raise ValueError(f"{min(others)!r} is no file of a run")
    settings = check_fields(with_new_values(record["settings"]), Settings)
    Settings(**settings)
    return {**record, "settings": settings}


def _check_known(values: Any, kinds: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    """Check the values whose names are known."""
    known = {name: value for name, value in values.items() if name in kinds}
    check_values(known, kinds, needed)
