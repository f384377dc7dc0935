"""The marks of a panel: read from sheets as people keep them, and pooled over rounds.

It imports :mod:`ranking.files` and :mod:`ranking.comparisons`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
