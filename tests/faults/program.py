"""The program in processes that are forked from this one, which has loaded all that it needs.

A command then takes as long as its work, and not the seconds that torch takes to load. This process
itself runs no command, and has no threads. What a command loads, it loads as well: the same command
can then be run by a user who may not read the packages.
"""

import importlib
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 120.0
"""A command that takes longer hangs."""
FAILED = 70
"""Exit code of a traceback."""
LOADED = (
    "encodings.unicode_escape",  # as nobody, a standard library in the home of root is not read
    "icpc.workflows.demonstration",
    "icpc.workflows.embedding",
    "icpc.workflows.rankings",
    "icpc.workflows.recordings",
    "icpc.workflows.results",
    "icpc.probes.train",
    "icpc.findings.checks",
    "icpc.page.page",
    "matplotlib.font_manager",
    "safetensors.torch",
)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    """Exit code; the negative number of the signal that ended it."""
    out: str
    """What it printed on stdout."""
    messages: str
    """What it printed on stderr."""
    seconds: float
    """How long it took."""

    @property
    def hung(self) -> bool:
        """Whether it had to be ended for the time that it took."""
        return self.code == -signal.SIGALRM

    @property
    def traced_back(self) -> bool:
        """Whether it ended with a traceback."""
        return self.code == FAILED or "Traceback (most recent call last)" in self.messages

    @property
    def refused(self) -> bool:
        """Whether it ended with an error in words."""
        return self.code in (1, 2) and "judge: " in self.messages and not self.traced_back


@dataclass(frozen=True)
class Running:
    """A command that runs."""

    pid: int
    pipes: tuple[int, ...]
    """Of stdout, stderr and the modules loaded; they hold all that these commands write."""
    began: float

    def kill_after(self, seconds: float) -> Ended:
        """Kill it without warning; it may have ended before."""
        time.sleep(max(0.0, self.began + seconds - time.monotonic()))
        os.kill(self.pid, signal.SIGKILL)  # no other process has its number until it is waited for
        return self.wait()

    def wait(self) -> Ended:
        """Wait until it ends."""
        _, status = os.waitpid(self.pid, 0)
        seconds = time.monotonic() - self.began
        out, messages, loaded = (_read_all(pipe) for pipe in self.pipes)
        for name in loaded.split():
            with suppress(ImportError):  # what a package made up while it ran
                importlib.import_module(name)
        return Ended(os.waitstatus_to_exitcode(status), out, messages, seconds)


def load() -> None:
    """Load the program, and torch with one thread."""
    import torch

    from icpc.cli import app
    from ranking.workers.memory import keep_freed_memory

    keep_freed_memory()
    for name in LOADED:
        importlib.import_module(name)
    torch.set_num_threads(1)
    assert app is not None


def start(
    arguments: Iterable[object], folder: Path, before: Callable[[], object] | None = None
) -> Running:
    """Begin a command in a folder.

    Parameters
    ----------
    arguments : what follows ``judge``
    folder : the current folder
    before : called in the new process, before the program begins
    """
    ours, theirs = zip(*(os.pipe() for _ in range(3)), strict=True)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _run([*map(str, arguments)], folder, theirs, before)
    for pipe in theirs:
        os.close(pipe)
    return Running(pid, ours, time.monotonic())


def run(
    arguments: Iterable[object], folder: Path, before: Callable[[], object] | None = None
) -> Ended:
    """Run a command in a folder; parameters are those of :func:`start`."""
    return start(arguments, folder, before).wait()


def _read_all(pipe: int) -> str:
    with open(pipe, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


def _run(
    arguments: list[str],
    folder: Path,
    pipes: Sequence[int],
    before: Callable[[], object] | None,
) -> None:
    """What the new process does; it does not return."""
    code, known = FAILED, {*sys.modules}
    try:
        os.chdir(folder)
        for number, pipe in enumerate(pipes[:2], start=1):
            os.dup2(pipe, number)
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(number, "wb", closefd=False), "utf-8", write_through=True)
            for number in (1, 2)
        )
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
        if before is not None:
            before()
        from icpc.cli import app

        app(arguments)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        if code == FAILED and sys.exc_info()[0] is not None:  # what the program did not catch
            traceback.print_exc()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os.write(pipes[2], " ".join(sys.modules.keys() - known).encode())
        os._exit(code)
