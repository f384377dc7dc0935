"""Ranking methods: from who won over whom to one strength for each candidate, a file per family.

A method is a value of :class:`Method` and a line in :data:`METHODS`. Intervals of ranks are made by
:mod:`ranking.evaluation`. It imports :mod:`ranking.comparisons` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
