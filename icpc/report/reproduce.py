"""What a page was made with, for whoever makes it again: from the record of a run.

Conventions
-----------
A record of an earlier version may lack what a later one has; that is left out. What is too long for
a page at a glance, such as the hash of each recording, stands in the whole record.
"""

from collections.abc import Mapping
from typing import Any


def made_with(record: Mapping[str, Any]) -> dict[str, str]:
    """Return versions and settings by name."""
    heard = record.get("heard", {})
    encoder, judging = heard.get("encoder", {}), heard.get("judging", {})
    facts = {
        "judge": record.get("judge", "unknown"),
        "Python": record.get("python", "unknown"),
        **record.get("libraries", {}),
        **record["settings"],
        "passed from score": record["verdicts"]["passed_from"],
        "encoder": encoder.get("encoder"),
        "precision": encoder.get("precision"),
        "windows": judging.get("windows"),
        "recordings": len(heard["recordings"]) if "recordings" in heard else None,
        "device": heard.get("device"),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def hashes(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of what went in, by what it is."""
    heard = record.get("heard", {})
    known = {
        **{f"the {name}": digest for name, digest in record.get("sha256", {}).items()},
        **{f"{name} of the run": digest for name, digest in record.get("written", {}).items()},
        "the ranker": heard.get("ranker", {}).get("sha256"),
        "the encoder's weights": heard.get("encoder", {}).get("weights_sha256"),
    }
    return {name: digest for name, digest in known.items() if digest}
