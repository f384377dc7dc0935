"""Worker processes that import nothing from the working folder.

Conventions
-----------
Python looks for modules in the working folder first, in a new process too [1]_: a file
``signal.py`` among somebody's recordings would be run. Processes are started with
``PYTHONSAFEPATH``, after which they take over the module search path of the process that starts
them. They are spawned, not forked, since a process with threads cannot be forked safely. What
:mod:`ranking.workers.memory` says is made anew in each.

References
----------
.. [1] Python documentation, "The initialization of the sys.path module search path".
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import RLock

from ranking.workers.memory import keep_freed_memory, keeps_freed_memory

SAFE_PATH = "PYTHONSAFEPATH"
_environment = RLock()


class _Process(SpawnProcess):
    """A process that imports nothing from the working folder; its memory is as its parent's."""

    def start(self) -> None:
        """Start it."""
        self._keeps_freed_memory = keeps_freed_memory()
        with _safe_path():
            super().start()

    def run(self) -> None:
        """Do its work, in the new process."""
        if self._keeps_freed_memory:
            keep_freed_memory()
        super().run()


class SafeContext(SpawnContext):
    """Context of multiprocessing whose processes import nothing from the working folder."""

    Process = _Process

    def __init__(self) -> None:
        super().__init__()
        if sys.platform != "win32":
            from multiprocessing.resource_tracker import ensure_running

            with _safe_path():  # the first lock or shared array would start it
                ensure_running()


@contextmanager
def _safe_path() -> Iterator[None]:
    """Start processes in the block with a safe path, and nothing else: the environment is one."""
    with _environment:
        before = os.environ.get(SAFE_PATH)
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[SAFE_PATH]
            else:
                os.environ[SAFE_PATH] = before
