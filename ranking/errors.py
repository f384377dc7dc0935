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
        super().__init__(where, what, remedy)  # all three, so that it can be pickled
        self.where, self.what, self.remedy = where, what, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


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
