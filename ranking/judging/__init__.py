"""Votes of rankers on every pair of recordings, window by window, and rankers fitted on results.

It imports everything else of this package. The ranker that comes with the program lies in
``rankers``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
