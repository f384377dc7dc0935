"""Names of the competitions and collections that come with the program."""

from pathlib import Path

BUNDLED = Path(__file__).parent.parent / "data"
"""Where they are, each in a folder of its name."""


def bundled_competition_names() -> list[str]:
    """Return the names of the competitions that come with the program."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/competition.toml"))


def bundled_roster(name: str) -> Path:
    """Return the roster CSV of a competition that comes with the program."""
    return BUNDLED / name / "roster.csv"


def bundled_collections() -> dict[str, Path]:
    """Return the lists of labelled recordings that come with the program, by name."""
    lists = sorted(BUNDLED.glob("pld/*.csv"))
    return {f"{path.parent.name}-{path.stem}": path for path in lists}
