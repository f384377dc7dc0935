"""Embeddings: of many recordings, in a store on disk, and in a bank on a device.

It imports :mod:`ranking.encoders` and :mod:`ranking.audio`, nothing of comparisons or rankings.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
