"""Pairs for people to compare: the next ones, chosen by the results so far.

It imports :mod:`icpc.competition`, study and workflows, and of :mod:`ranking` comparisons, files
and judging.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
