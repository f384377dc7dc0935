"""Every failure that a user can cause.

Conventions
-----------
A message has three parts: where (file and line, or the settings given), what is wrong (with the
value), what would be right. No part names an option or a command: that is the command line's, which
looks an error's :attr:`JudgeError.key` up and says what to type. It prints no traceback and exits
with :attr:`JudgeError.exit_code`.
"""

from collections.abc import Callable
from typing import Any


class Given:
    """Settings as somebody gave them, by name; where an error is that no file holds.

    A value of None stands for a setting whose value does not matter.
    """

    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def written(self, called: Callable[[str], str], joint: str = " and ") -> str:
        """Return the settings in words, each name as ``called`` has it."""
        return joint.join(
            called(name) if value is None else f"{called(name)} {value}"
            for name, value in self.settings.items()
        )

    def __str__(self) -> str:
        return self.written(lambda name: name.replace("_", " "))


class JudgeError(Exception):
    """A mistake in what the user gave us, told in three parts.

    Parameters
    ----------
    where : a file with its line, or the settings given
    what : what is wrong, with the value
    remedy : what would be right
    key : names what mends it, for whoever can say how
    facts : values that this needs
    """

    exit_code = 2

    def __init__(
        self, where: str | Given, what: str, remedy: str, key: str = "", **facts: Any
    ) -> None:
        super().__init__(where, what, remedy)
        self.where, self.what, self.remedy = where, what, remedy
        self.key, self.facts = key, facts

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        """All parts, so that an error finds its way back from a worker process."""
        return _again, (type(self), (*self.args, self.key), self.facts)


def _again(kind: type[JudgeError], parts: tuple[Any, ...], facts: dict[str, Any]) -> JudgeError:
    return kind(*parts, **facts)


class TableError(JudgeError):
    """A table or a file of one cannot be read as what it should be."""


class RosterError(JudgeError):
    """The roster contradicts itself, or its rounds."""


class ComparisonsError(JudgeError):
    """Verdicts that nobody can have given."""


class RankingError(JudgeError):
    """What was asked cannot be computed from these comparisons."""


class CompetitionError(JudgeError):
    """There is no such competition, or it lacks what was asked of it."""


class RunError(JudgeError):
    """A folder does not hold a finished run, or cannot take one."""


class ReportError(JudgeError):
    """A report cannot be made of this, or not here."""


class AudioError(JudgeError):
    """A recording cannot be heard as what it should be."""


class WeightsError(JudgeError):
    """Trained weights are missing, or not what they should be."""


class EncoderError(JudgeError):
    """There is no such encoder, or it cannot be used here."""


class StoreError(JudgeError):
    """Embeddings on disk are missing or damaged, or cannot be written."""


class ProbeError(JudgeError):
    """A trained probe is missing or damaged, or does not fit what it is used with."""
