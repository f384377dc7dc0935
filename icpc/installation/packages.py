"""Which of the packages that the program can use are installed, and in which version.

Conventions
-----------
What it needs stands in its own metadata [1]_: packages for every command, and those of each
*extra*, which not everybody needs.

References
----------
.. [1] Python Packaging User Guide, "Core metadata specifications", Requires-Dist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version

from packaging.requirements import Requirement

PROGRAM = "judge"
FOR_DEVELOPMENT = "dev"


@dataclass(frozen=True)
class PackageState:
    """A package that the program can use."""

    name: str
    extra: str
    """Extra that brings it; empty: every command needs it."""
    wanted: str
    """Versions that will do, such as ``>=2.0``."""
    version: str
    """Version that is installed; empty if none is."""

    @property
    def usable(self) -> bool:
        """Whether it is installed in a version that will do."""
        return bool(self.version) and self.suits

    @property
    def suits(self) -> bool:
        """Whether nothing, or a version that will do, is installed."""
        specifier = Requirement(f"{self.name}{self.wanted}").specifier
        return not self.version or specifier.contains(self.version, prereleases=True)


def list_packages() -> list[PackageState]:
    """Return the packages that the program can use, those of every command first.

    What only its development needs, and extras that are made of others, are left out. A program
    that is not installed, only found in a checkout, has none.
    """
    try:
        program = metadata(PROGRAM)
    except PackageNotFoundError:
        return []
    needed = [Requirement(line) for line in program.get_all("Requires-Dist") or ()]
    extras = [name for name in program.get_all("Provides-Extra") or () if name != FOR_DEVELOPMENT]
    return [
        PackageState(one.name, extra, str(one.specifier), _version(one.name))
        for extra in ("", *extras)
        for one in _needed_by(extra, needed)
    ]


def _needed_by(extra: str, needed: list[Requirement]) -> Iterator[Requirement]:
    """Requirements of an extra alone; empty: of every command."""
    for one in needed:
        always = one.marker is None or one.marker.evaluate({"extra": ""})
        with_extra = one.marker is None or one.marker.evaluate({"extra": extra})
        if one.name != PROGRAM and with_extra and (always == (extra == "")):
            yield one


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
