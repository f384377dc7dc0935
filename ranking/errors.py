"""Errors that a user can cause.

Conventions
-----------
A message has three parts: where (file and line, or the settings given), what is wrong (with the
value), what would be right. No part names an option or a command: the command line looks up an
error's :attr:`JudgeError.key` and says what to type. It prints no traceback and exits with
:attr:`JudgeError.exit_code`.
"""

from collections.abc import Callable
from typing import Any


class Given:
    """Settings as a user gave them: where an error is that lies in no file.

    Parameters
    ----------
    settings : values by name; None where the value does not matter
    """

    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def describe(self, name_of: Callable[[str], str], separator: str = " and ") -> str:
        """Return the settings in words, their names as ``name_of`` translates them."""
        return separator.join(
            name_of(name) if value is None else f"{name_of(name)} {value}"
            for name, value in self.settings.items()
        )

    def __str__(self) -> str:
        return self.describe(lambda name: name.replace("_", " "))


class JudgeError(Exception):
    """A mistake in what the user gave: where it is, what is wrong, and what would be right.

    Parameters
    ----------
    where : a file with its line, or the settings given
    what : what is wrong, with the value
    remedy : what would be right
    key : name of the remedy, for programs that can say how to apply it
    facts : values that such a remedy names
    """

    exit_code = 2
    """Exit code of a program that ends with this error."""

    def __init__(
        self, where: str | Given, what: str, remedy: str, key: str = "", **facts: Any
    ) -> None:
        super().__init__(where, what, remedy)
        self.where, self.what, self.remedy = where, what, remedy
        self.key, self.facts = key, facts

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all parts, so that an error can come back from a worker process."""
        return _rebuild, (type(self), (*self.args, self.key), self.facts)


def _rebuild(kind: type[JudgeError], parts: tuple[Any, ...], facts: dict[str, Any]) -> JudgeError:
    return kind(*parts, **facts)


class FileWarning(UserWarning):
    """Warning of a file that has changed since it was written, or for which nobody can tell."""


class TableError(JudgeError):
    """Raised if a file of a table cannot be read, or lacks columns, or holds impossible values."""


class RosterError(JudgeError):
    """Raised if a roster names a candidate twice, or a round or a score that there is not."""


class ComparisonsError(JudgeError):
    """Raised if comparisons, votes or marks name unknown candidates, or contradict each other."""


class RankingError(JudgeError):
    """Raised if a ranking, or what was asked of it, cannot be computed from these comparisons."""


class CompetitionError(JudgeError):
    """Raised if there is no such competition, or it lacks what was asked of it."""


class RunError(JudgeError):
    """Raised if a folder holds no finished run, or a file cannot be written."""


class ReportError(JudgeError):
    """Raised if a report cannot be written: there is too much to show, or a package is missing."""


class AudioError(JudgeError):
    """Raised if a recording cannot be decoded, or is damaged, silent, clipped or too short."""


class FetchError(JudgeError):
    """Raised if a recording cannot be fetched: it is gone, private, refused, or out of reach."""

    exit_code = 1

    @property
    def state(self) -> str:
        """What became of the recording, in a word or two."""
        return str(self.facts.get("state", "failed"))


class WeightsError(JudgeError):
    """Raised if trained weights are missing, cannot be downloaded, or do not fit their encoder."""


class EncoderError(JudgeError):
    """Raised if there is no such encoder, option or device, or a worker process died."""


class ClusterError(JudgeError):
    """Raised if a cluster's scheduler or workers cannot be reached, or differ from this process."""


class StoreError(JudgeError):
    """Raised if embeddings or votes on disk are missing or damaged, or cannot be written."""


class ProbeError(JudgeError):
    """Raised if a trained probe is missing or damaged, or does not fit embeddings or task."""
