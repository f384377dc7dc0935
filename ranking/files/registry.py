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
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from ranking.errors import JudgeError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """Entries of one kind by name.

    Parameters
    ----------
    kind : the class of every entry
    group : of entry points
    own : the program's entries, ``module:attribute`` by name
    error : raised where an entry of another package cannot be used
    """

    def __init__(
        self, kind: type[T], group: str, own: Mapping[str, str], error: type[JudgeError]
    ) -> None:
        self._kind, self._group, self._error = kind, group, error
        self.own = {name: EntryPoint(name, at, group) for name, at in own.items()}
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        """Return an entry.

        Raises
        ------
        KeyError
            If there is none of that name.
        JudgeError
            Of the registry's class, if another package's entry cannot be loaded or is no such
            thing.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(self._entries[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._entries

    @cached_property
    def _entries(self) -> dict[str, EntryPoint]:
        """The program's own first, then others in order of name."""
        others = sorted(entry_points(group=self._group), key=lambda entry: entry.name)
        return {**self.own, **{other.name: other for other in others if other.name not in self.own}}

    def _load(self, entry: EntryPoint) -> T:
        where = f"{self._group} entry point {entry.name} = {entry.value}"
        try:
            value = entry.load()
        except (ImportError, AttributeError, SyntaxError) as error:
            if entry.name in self.own:
                raise
            raise self._error(
                where, f"it cannot be loaded ({error})", "mend or remove the package that offers it"
            ) from None
        if not isinstance(value, self._kind):
            raise self._error(
                where,
                f"it is of type {type(value).__name__}, not {self._kind.__name__}",
                "mend or remove the package that offers it",
            )
        return value
