"""The graph of comparisons: how often each two were compared, and who is joined to whom.

It imports nothing of :mod:`ranking.comparisons`, which counts its tables with it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
