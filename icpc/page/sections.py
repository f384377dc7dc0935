"""Which sections a page has, by the names that their headings and the navigation share.

A section with nothing in it, or a chart of one point, is left out; one line says which, and why.
"""

from collections.abc import Mapping
from typing import Any

NAMES = {
    "leaderboard": "All candidates",
    "jurors": "The jurors",
    "remarks": "What to know first",
    "trust": "All checks",
    "hitrate": "Who passed",
    "strengths": "Strengths",
    "matrix": "Head to head",
    "rounds": "Rounds",
    "upsets": "Upsets",
    "consistency": "Contradictions",
    "windows": "Over the recital",
    "methods": "Other methods",
    "calibration": "Calibration",
    "controls": "Simple rules",
    "glossary": "Words",
    "reproduce": "Make it again",
}
"""Names of the sections, in the order of the page."""


def sections_and_left_out(
    content: Mapping[str, Any], data: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Return the names of the sections that the page has, by id, and what it lacks, with reasons.

    Parameters
    ----------
    content
        Content of the page.
    data
        Data of the page.
    """
    lacking = _lacking(content, data)
    sections = {key: name for key, name in NAMES.items() if key not in lacking}
    return sections, [f"{NAMES[key]} ({why})" for key, why in lacking.items() if why]


def _lacking(content: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """Why sections are left out; an empty reason where there is nothing to say."""
    many = len(data["candidates"]) > 1
    reasons = {
        "jurors": None if content["panel"] else "",
        "remarks": "" if not content["remarks"] else None,
        "hitrate": _why_no_curve(data["curves"]),
        "strengths": None if many else "one candidate alone",
        "matrix": None if many else "one candidate alone",
        "rounds": None
        if content["rounds"]
        else "results are unknown, all equal, or too many different scores",
        "upsets": None
        if data["upsets"]["shown"]
        else "nobody beat a candidate who is known to have got further",
        "windows": _why_no_windows(data["windows"]),
        "methods": None if many else "one candidate alone",
        "calibration": _why_no_calibration(data["calibration"]),
        "controls": None if content["controls"] else "there are no unequal results",
    }
    return {key: why for key, why in reasons.items() if why is not None}


def _why_no_curve(curves: list[dict[str, Any]]) -> str | None:
    if not curves:
        return "there is no result, or all passed, or none"
    return None if len(curves[0]["k"]) > 1 else "one candidate alone"


def _why_no_windows(windows: dict[str, Any] | None) -> str | None:
    if windows is None:
        return "these comparisons are not votes on windows of recordings"
    minutes = {group["minute"] for group in windows["groups"]}
    return None if len(minutes) > 1 else "each recital has one window"


def _why_no_calibration(calibration: dict[str, Any] | None) -> str | None:
    if calibration is None:
        return "there are no probabilities of votes on candidates of unequal result"
    return None if len(calibration["rows"]) > 1 else "all votes have about the same probability"
