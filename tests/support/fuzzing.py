"""What a fuzz target is, and cases of targets run in a process of their own.

Conventions
-----------
The rule: whatever is changed in a file, what is read is right, or the error is a ``JudgeError``.
Case number n changes the file of one target in turn, the same way each time. A case that ends its
process, or takes longer than :data:`LONGEST_SECONDS`, is a fault as any other exception is.
"""

import faulthandler
import io
import os
import re
import subprocess
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mutations import with_random_edits

from ranking.deprecation import RenamedWarning
from ranking.errors import FileWarning, JudgeError

PAST_HEADER = re.compile(r"(?:line|row|cell) (?:[A-Z]*)(?!1\b)\d+")
LONGEST_SECONDS = 60
MOST_BYTES = 24 << 30  # of a process's addresses, most of them of libraries
SUPPORT = Path(__file__).parent


@dataclass(frozen=True)
class Target:
    """A reader, and a valid file of its kind."""

    content: bytes
    """The valid file."""
    name: str
    """Name of the file."""
    read: Callable[[Path], object]
    """Reads it; returns anything, or raises."""
    header: float = 0.0
    """Where the header ends, as a share of the length."""
    inner: str = ""
    """Of a ZIP archive, the file in it that is changed; empty: the archive itself."""
    at_header: str = ""
    """What an error says, as a pattern, that stopped before the contents; empty: it names no line
    beyond the first."""
    changed: Callable[[bytes, np.random.Generator, float], bytes] = with_random_edits
    """Changes the content at random, given where the header ends."""
    repaired: Callable[[bytes], bytes] = bytes
    """Corrects the checksums of a changed file, as who means harm would."""

    def written(self, folder: Path, change: Callable[[bytes], bytes]) -> Path:
        """Write the changed file, and return its path."""
        path = folder / self.name
        path.parent.mkdir(exist_ok=True, parents=True)
        if not self.inner:
            path.write_bytes(self.repaired(change(self.content)))
            return path
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[self.inner] = change(parts[self.inner])
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        return path

    def outcome(self, path: Path) -> str:
        """Read a file, and return how that ended: read, or refused at or past the header.

        Raises
        ------
        Exception
            If it ended otherwise: that is a fault.
        """
        with warnings.catch_warnings():
            for own in (RenamedWarning, FileWarning):
                warnings.simplefilter("ignore", own)
            try:
                self.read(path)
            except JudgeError as error:
                past = (
                    not re.search(self.at_header, error.what)
                    if self.at_header
                    else PAST_HEADER.search(str(error.where))
                )
                return "refused past the header" if past else "refused at the header"
        return "read"

    def case(self, number: int, folder: Path) -> str:
        """Change the file as a case does, read it, and return how that ended."""
        rng = np.random.default_rng(number)
        return self.outcome(
            self.written(folder, lambda content: self.changed(content, rng, self.header))
        )


@dataclass
class Counts:
    """How cases ended."""

    ended: dict[str, Counter[str]] = field(default_factory=dict)
    """Numbers by target and outcome."""
    faults: list[str] = field(default_factory=list)
    """Cases that broke the rule, each in a line."""

    @property
    def sums(self) -> Counter[str]:
        """Numbers by outcome, over all targets."""
        return sum(self.ended.values(), Counter())

    @property
    def past_header(self) -> float:
        """Share of the cases that were past the header of their file."""
        sums = self.sums
        return (sums["read"] + sums["refused past the header"]) / max(1, sums.total())


def count_cases(module: str, cases: range, folder: Path) -> Counts:
    """Run cases of a module's targets in other processes, and count how they ended.

    Parameters
    ----------
    module
        Name of a module with ``targets()``.
    cases
        Numbers of the cases.
    folder
        Where files are written; one that breaks the rule stays there if no other case follows.
    """
    counts, following = Counts(), cases.start
    while following < cases.stop:
        following = _run_until_a_fault(module, range(following, cases.stop), folder, counts)
    return counts


def _run_until_a_fault(module: str, cases: range, folder: Path, counts: Counts) -> int:
    """Run cases in one process until it ends; return the number of the case that follows."""
    code = f"import fuzzing, {module}; fuzzing.run_cases({module}.targets())"
    command = [sys.executable, "-c", code, str(cases.start), str(cases.stop), str(folder)]
    path = os.pathsep.join(map(str, (SUPPORT, SUPPORT.parent.parent)))
    environment = {**os.environ, "PYTHONPATH": path}
    number, name = cases.start, "the start"
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
    ) as process:
        for line in process.stdout or ():
            began, name, outcome = line.rstrip("\n").split("\t")
            number = int(began)
            if outcome:
                counts.ended.setdefault(name, Counter())[outcome] += 1
    if process.returncode:
        counts.ended.setdefault(name, Counter())["fault"] += 1
        counts.faults.append(f"case {number}, {name}: its process ended by {process.returncode}")
    return number + 1


def run_cases(targets: Mapping[str, Target]) -> None:
    """Run cases in this process; its arguments are the first, where to stop, and a folder."""
    first, stop, folder = sys.argv[1:]
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    faulthandler.enable()
    for number in range(int(first), int(stop)):
        name = [*targets][number % len(targets)]
        _say(number, name, "")
        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
        _say(number, name, targets[name].case(number, Path(folder)))
        faulthandler.cancel_dump_traceback_later()


def _say(number: int, name: str, outcome: str) -> None:
    sys.stdout.write(f"{number}\t{name}\t{outcome}\n")
    sys.stdout.flush()
