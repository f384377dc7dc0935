"""Values by name: the program's own, and those that other installed packages offer.

Conventions
-----------
An entry is written ``module:attribute`` and loaded when it is asked for, so that names can be
listed without loading anything slow. Other packages offer entries by an *entry point* of a group,
such as ``judge.methods`` [1]_; what the program brings itself is never replaced by one.

References
----------
.. [1] Python Packaging User Guide, "Entry points specification".
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

from ranking.errors import JudgeError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """Entries of one kind by name.

    Parameters
    ----------
    kind : class of the entries, as ``module:attribute``
    group : name of the group of entry points that other packages use
    own : entries of the program, ``module:attribute`` by name
    error : class of the error where an entry of another package cannot be used
    """

    def __init__(
        self, kind: str, group: str, own: Mapping[str, str], error: type[JudgeError]
    ) -> None:
        self._kind, self._group, self._error = kind, group, error
        self.own = dict(own)
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        """Return an entry by name, loading it.

        Raises
        ------
        KeyError
            If there is none of that name.
        JudgeError
            If an entry of another package cannot be loaded, or is of another class.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._entries

    @cached_property
    def _entries(self) -> dict[str, str]:
        """The program's own first, then those of others in order of name."""
        from importlib.metadata import entry_points  # a tenth of what `judge --help` takes

        others = {entry.name: entry.value for entry in entry_points(group=self._group)}
        return self.own | {name: others[name] for name in sorted(others.keys() - self.own.keys())}

    def _at(self, name: str) -> str:
        """Where an entry is; others are looked for only if it is none of the program's own."""
        return self.own[name] if name in self.own else self._entries[name]

    def _load(self, name: str) -> T:
        kind: type[T] = _found(self._kind)
        try:
            value = _found(self._at(name))
        except (ImportError, AttributeError, SyntaxError, OSError) as error:
            if name in self.own:
                raise
            raise self._unusable(name, f"it cannot be loaded ({error})") from None
        if not isinstance(value, kind):
            what = f"it is of type {type(value).__name__}, not {kind.__name__}"
            raise self._unusable(name, what)
        return value

    def _unusable(self, name: str, what: str) -> JudgeError:
        where = f"{self._group} entry point {name} = {self._at(name)}"
        return self._error(where, what, "correct or remove the package that offers it")


def _found(at: str) -> Any:
    """What ``module:attribute`` or ``module`` names."""
    module, _, attribute = at.partition(":")
    found = import_module(module.strip())
    return getattr(found, attribute.strip()) if attribute else found
