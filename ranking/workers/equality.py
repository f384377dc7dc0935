"""Whether a worker computes as the process that asks does, before it is given work."""

import os
import platform
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ranking.errors import ClusterError
from ranking.workers.memory import keep_freed_memory

T = TypeVar("T")
Facts = Callable[..., Mapping[str, object]]
"""Function of a module that returns what results depend on, by name."""


def facts_here(facts: Facts, arguments: tuple[Any, ...], keep_freed: bool) -> Mapping[str, object]:
    """Return what a function returns in this process, which from now on keeps what it frees.

    Dask has workers give freed memory back at once, so that each step asks for it anew.

    Parameters
    ----------
    facts
        Returns what results depend on, by name.
    arguments
        Its arguments.
    keep_freed
        Whether the process that asks keeps what it frees.
    """
    if keep_freed:
        keep_freed_memory()
    return facts(*arguments)


def call_if_equal(
    own: Mapping[str, object],
    facts: Facts,
    arguments: tuple[Any, ...],
    keep_freed: bool,
    function: Callable[..., T],
    given: tuple[Any, ...],
    named: Mapping[str, Any],
) -> T:
    """Call a function on a worker, if it computes as the process that asks.

    Parameters
    ----------
    own
        What results depend on in the process that asks.
    facts, arguments, keep_freed
        As :func:`facts_here` takes them.
    function, given, named
        The call.

    Raises
    ------
    ClusterError
        If this worker computes otherwise.
    """
    worker = f"worker on {platform.node()}, process {os.getpid()}"
    refuse_different(worker, own, facts_here(facts, arguments, keep_freed))
    return function(*given, **named)


def refuse_different(worker: str, own: Mapping[str, object], theirs: Any) -> None:
    """Refuse a worker by what it returned: facts, or the error on the way to them.

    Parameters
    ----------
    worker
        What it is called.
    own
        What results depend on in the process that asks.
    theirs
        The same of the worker.

    Raises
    ------
    ClusterError
        If they differ.
    """
    if isinstance(theirs, Mapping):
        names = [name for name in own if own[name] != theirs.get(name)]
        what = ", ".join(f"{name} is {theirs.get(name)}, not {own[name]} as here" for name in names)
    else:
        what = f"it cannot say what it computes with ({theirs})"
    if what:
        raise ClusterError(
            worker,
            what,
            "results would differ: end this worker, or let it be as the process that asks",
            key="equal-workers",
        )
