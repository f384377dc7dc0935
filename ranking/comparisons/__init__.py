"""Who was preferred to whom: comparisons, votes and marks as tables, read, checked and counted.

It imports :mod:`ranking.files`, and does not rank.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
