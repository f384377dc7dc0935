"""What a page was made with, and the tables to download from it, to make it again.

Conventions
-----------
Versions, settings and hashes are those of the record of a run. What a record of an earlier version
lacks is left out. What is too long for an overview, such as the hash of each recording, is in the
whole record. A table that is too long for a page is left out.
"""

from collections.abc import Mapping
from typing import Any

from icpc.findings.finding import Findings
from icpc.study.hit_rate import HitRateCurve
from icpc.study.study import Study
from ranking.files.table_writer import to_csv

MAX_ROWS = 1_500_000  # of a table in a page


def versions_and_settings(record: Mapping[str, Any]) -> dict[str, str]:
    """Return versions and settings by name."""
    provenance = record.get("provenance", {})
    encoder, pairing = provenance.get("encoder", {}), provenance.get("pairing", {})
    facts = {
        "judge": record.get("judge", "unknown"),
        "Python": record.get("python", "unknown"),
        **record.get("libraries", {}),
        **record["settings"],
        "passing score": record["comparisons"]["passing_score"],
        "encoder": encoder.get("encoder"),
        "precision": encoder.get("precision"),
        "windows": pairing.get("windows"),
        "recordings": _count_files(provenance.get("recordings")),
        "device": provenance.get("device"),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def sha256_by_input(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each input, by what it is."""
    provenance = record.get("provenance", {})
    known = {
        **{f"the {name}": digest for name, digest in record.get("sha256", {}).items()},
        **{f"{name} of the run": digest for name, digest in record.get("written", {}).items()},
        "the ranker": provenance.get("ranker", {}).get("sha256"),
        "the encoder's weights": provenance.get("encoder", {}).get("weights_sha256"),
    }
    return {name: digest for name, digest in known.items() if digest}


def csv_downloads(
    study: Study, findings: Findings, curve: HitRateCurve | None
) -> dict[str, tuple[str, int]]:
    """Return the text of each CSV and its number of rows, by file name.

    Parameters
    ----------
    study
        Study of the page.
    findings
        Findings on it.
    curve
        Hit-rate to write; None: none is known.
    """
    tables = {
        "ranking.csv": study.ranking,
        "roster.csv": study.competition.roster,
        "comparisons.csv": study.comparisons.table,
        "votes.csv": study.comparisons.votes,
        "hitrate.csv": None if curve is None else curve.curve,
        "checks.csv": findings.table(),
    }
    return {
        name: (to_csv(table), len(table))
        for name, table in tables.items()
        if table is not None and len(table) <= MAX_ROWS
    }


def _count_files(recordings: Mapping[str, str | list[str]] | None) -> int | None:
    """How many files the candidates have together, None where none were compared."""
    if recordings is None:
        return None
    return sum(1 if isinstance(one, str) else len(one) for one in recordings.values())
