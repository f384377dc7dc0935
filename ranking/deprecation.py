"""Names that have changed: those of version 0.1.0 are read until 0.3.0, each with a warning.

Conventions
-----------
Names are columns and keys of files, settings, and options of front ends, never names in Python. The
warning is a :class:`RenamedWarning`; the command line prints it as a remark.
"""

import warnings
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

UNTIL = "0.3.0"
"""Version that no longer reads old names."""


class RenamedWarning(FutureWarning):
    """Warning of a file, a setting or an option that uses a name of version 0.1.0."""


def warn_renamed(where: str, names: Iterable[tuple[str, ...]]) -> None:
    """Warn that names have changed; nothing if there are none.

    Parameters
    ----------
    where : the file, or how the names were given
    names : each old name, then the new one, or the several that it has become
    """
    changed = ", ".join(f"{old!r} is now {' and '.join(map(repr, new))}" for old, *new in names)
    if changed:
        warnings.warn(
            f"{where}: {changed}. Old names are read until version {UNTIL}.",
            RenamedWarning,
            stacklevel=3,
        )


def with_new_names(
    where: str,
    values: Mapping[str, Any],
    renamed: Mapping[str, str],
    within: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return values under today's names, in their order, with one warning of those that were old.

    A new name wins where both are given.

    Parameters
    ----------
    where : the file, or how the values were given
    values : by name, old or new
    renamed : new names by old name
    within : ``renamed`` of values that are mappings themselves, by today's name; a deeper one is
        "outer.inner"
    """
    found, old = _renamed(values, renamed)
    for path, own in within.items():
        found, more = _renamed_within(found, path.split("."), own)
        old |= more
    warn_renamed(where, old.items())
    return found


def _renamed_within(
    values: dict[str, Any], path: list[str], renamed: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values, those at a path under new names, and which names were old."""
    name, *inner = path
    held = values.get(name)
    if not isinstance(held, Mapping):
        return values, {}
    found, old = _renamed_within(dict(held), inner, renamed) if inner else _renamed(held, renamed)
    return values | {name: found}, old


def _renamed(
    values: Mapping[str, Any], renamed: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values under new names, and which names were old."""
    old = {name: new for name, new in renamed.items() if name in values and new not in values}
    return {old.get(name, name): value for name, value in values.items()}, old
