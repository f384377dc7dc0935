"""Rankers at work: every pair of recordings compared, window by window.

It imports everything else of this package. Rankers that come with the program lie in ``rankers``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
