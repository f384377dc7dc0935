"""Tasks: what is asked of recordings, what the answers mean, and how they are evaluated.

A task is a value of :class:`Task` and a line in :data:`TASKS`, or an entry point ``judge.tasks`` of
another package; no other file asks which task it is. It imports :mod:`ranking.evaluation` and what
comes before, no network.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
