"""The jurors of a panel: severity, spread, agreement, and what a ranking owes to each of them.

It imports :mod:`ranking.consistency` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
