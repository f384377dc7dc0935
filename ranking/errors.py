"""Every failure that a user can cause.

Conventions
-----------
A message has three parts: where (file, line), what is wrong (with the value), what to do.
The command prints it without a traceback and exits with :attr:`JudgeError.exit_code`.
"""


class JudgeError(Exception):
    """A mistake in what the user gave us, told in three parts."""

    exit_code = 2

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(f"{where}: {what}; {remedy}")


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


class AudioError(JudgeError):
    """A recording cannot be heard as what it should be."""
